"""Homes where findings wait: gravity, age and walking order disagree, and the worklist is made by its own SQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import duckdb

from api.app import create_app
from contracts.load import load_catalog
from tests.api.city import ESTATE, FAR, HERE, NEXT, PASSWORD, Rows, point_to, small_city, write_release
from tests.api.conftest import login_headers
from tests.api.document import DocumentedClient
from tests.api.doubts import finding, key
from warehouse.build.engine import WORKLIST
from warehouse.casebook.casebook import Casebook, NewUser, open_casebook
from warehouse.cross_check.run import make_worklist
from warehouse.settings import Settings

USERS = [
    NewUser("worker", PASSWORD, "grid_worker", (HERE,)),
    NewUser("colleague", PASSWORD, "grid_worker", (HERE,)),
    NewUser("next_worker", PASSWORD, "grid_worker", (NEXT,)),
    NewUser("lead", PASSWORD, "grid_lead", (HERE, NEXT)),
    NewUser("supervisor", PASSWORD, "district_supervisor", ("140213",)),
    NewUser("admin", PASSWORD, "admin", ()),
]
# name, building, entrance, room, grid: in the order in which one walks a grid
HOMES = [
    ("a", 1, 1, 101, HERE),
    ("b", 1, 1, 502, HERE),
    ("c", 1, 2, 101, HERE),
    ("d", 2, 1, 201, HERE),
    ("e", 10, 1, 101, HERE),
    ("n", 1, 1, 101, NEXT),
    ("f", 1, 1, 101, FAR),
]
OLD, NEW, NEWEST = date(2026, 9, 1), date(2026, 11, 1), date(2026, 11, 3)
# name, home, severity, first seen
FINDINGS = [
    ("a1", "a", "low", OLD),
    ("b1", "b", "high", NEWEST),
    ("b2", "b", "low", NEW),
    ("c1", "c", "high", OLD),
    ("d1", "d", "medium", NEW),
    ("e1", "e", "high", NEW),
    ("n1", "n", "high", OLD),
    ("f1", "f", "high", OLD),
]
BY_SEVERITY, BY_WALK = ["c", "b", "e", "d", "a"], ["a", "b", "c", "d", "e"]


def home(name: str, building: int, entrance: int, room: int, grid: str) -> dict[str, Any]:
    place = {
        "estate": ESTATE,
        "building_no": building,
        "entrance_no": entrance,
        "floor_no": room // 100,
        "room_no": room,
    }
    address = f"山西省大同市平城区新旺街道{ESTATE}{building}号楼{entrance}单元{room}室"
    return place | {"dwelling_id": key(name), "standard_address": address, "grid_code": grid}


def ticket(name: str, at: str, **more: Any) -> dict[str, Any]:
    usual = {"ticket_no": name, "request_class": "heating", "status": "handling", "overdue": True, "limit_hours": 24}
    when = {"reported_at": datetime(2026, 11, 20, 8), "due_at": datetime(2026, 11, 21, 8)}
    return (
        usual
        | when
        | {"ticket_id": key(name), "dwelling_id": key(at), "matter_id": key("m" + at), "grid_code": HERE}
        | more
    )


def rows(settings: Settings) -> Rows:
    """The small city's people and these homes; every home's finding is about 王小明, who lives elsewhere."""
    grids = {name: grid for name, *_, grid in HOMES}
    found = [
        finding(name, "h1", at, grids[at], severity=severity, first_seen=seen, person_id=key("王小明"), stop_id=key(at))
        for name, at, severity, seen in FINDINGS
    ]
    found += [
        finding("b3", "h1", "b", HERE, severity="high", first_seen=OLD, status="stopped"),
        finding("x1", "h1", "a", HERE, severity="high", place="desk", first_seen=OLD),
        finding("l1", "h1", "q", HERE, severity="high", first_seen=OLD, status="lead", dwelling_id=None),
    ]
    tickets = [
        ticket("t1", "b"),
        ticket("t2", "b", reported_at=datetime(2026, 11, 22, 8), repeat_of="t1"),
        ticket("t3", "b", status="resolved", overdue=False),
        ticket("t4", "n", grid_code=NEXT),
        ticket("t5", "z"),
        ticket("t6", "d", request_class="leak", overdue=False),
    ]
    return small_city(settings) | {
        "dwelling": [home(*place) for place in HOMES], "finding": found, "ticket": tickets
    }  # fmt: skip


def write(settings: Settings, release_id: str, city: Rows) -> None:
    """A release with the tables that the night makes of its findings."""
    write_release(settings, release_id, city)
    with duckdb.connect(str(settings.releases / release_id / "city.duckdb")) as connection:
        for path in WORKLIST.glob("*.sql"):
            connection.execute(f"drop table {path.stem}")
        make_worklist(connection, load_catalog())
    point_to(settings, release_id)


class Walk:
    """The API of one city, asked by its users."""

    def __init__(self, client: DocumentedClient, settings: Settings, casebook: Casebook) -> None:
        self.client, self.settings, self.casebook = client, settings, casebook
        self.headers = login_headers(client)

    def get(self, path: str, user: str = "worker", **params: Any) -> dict[str, Any]:
        answer = self.client.get(path, params=params, headers=self.headers(user))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def stops(self, user: str = "worker", **params: Any) -> list[str]:
        """Names of the homes on the worklist, in its order."""
        names = {key(name): name for name in [home[0] for home in HOMES] + ["q"]}
        return [names[stop["stop_id"]] for stop in self.get("/v1/worklist", user, **params)["items"]]


@contextmanager
def walking(settings: Settings) -> Iterator[Walk]:
    write(settings, "r1", rows(settings))
    with open_casebook(settings) as casebook:
        casebook.add_users(USERS)
        with DocumentedClient(create_app(settings)) as client:
            yield Walk(client, settings, casebook)
