"""The number of waiting findings is one number: in the worklist, in a search, and in the file of a home."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from tests.api.city import FAR, HERE, NEXT, PASSWORD, finding, key, point_to, small_city, write_release
from tests.api.conftest import login_headers
from tests.conftest import Night
from warehouse.casebook.casebook import NewUser, open_casebook
from warehouse.settings import Settings

USERS = [
    NewUser("worker", PASSWORD, "grid_worker", (HERE,)),
    NewUser("next_worker", PASSWORD, "grid_worker", (NEXT,)),
    NewUser("lead", PASSWORD, "grid_lead", (HERE, NEXT)),
]


class Counts:
    """The three ways to learn how many findings wait at a home."""

    def __init__(self, client: TestClient, headers: dict[str, str]) -> None:
        self._client, self._headers = client, headers

    def _get(self, path: str) -> dict[str, Any]:
        answer = self._client.get(path, headers=self._headers)
        assert answer.status_code == 200, answer.json()
        return dict(answer.json())

    def _stops(self, place: str) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            page = self._get(f"/v1/worklist?place={place}&limit=200{cursor}")
            yield from page["items"]
            if not page["next_cursor"]:
                return
            cursor = f"&cursor={page['next_cursor']}"

    def of_worklist(self) -> tuple[Counter[str], dict[str, str]]:
        """By dwelling, and the addresses of the dwellings."""
        counts, addresses = Counter[str](), {}
        for stop in (*self._stops("door"), *self._stops("desk")):
            if stop["address"]:
                counts[stop["dwelling_id"]] += len(stop["findings"])
                addresses[stop["dwelling_id"]] = stop["address"]
        return counts, addresses

    def of_search(self, dwelling_id: str, address: str) -> set[int]:
        answer = self._client.post("/v1/households/search", json={"q": address, "limit": 200}, headers=self._headers)
        assert answer.status_code == 200, answer.json()
        return {hit["open_findings"] for hit in answer.json()["items"] if hit["dwelling_id"] == dwelling_id}

    def of_file(self, dwelling_id: str) -> set[int]:
        file = self._get(f"/v1/dwellings/{dwelling_id}")
        homes = [f"/v1/households/{household['household_id']}" for household in file["households"]]
        return {file["open_findings"], *(self._get(home)["open_findings"] for home in homes)}

    def check(self) -> int:
        """Compare them at every stop; returns the number of stops."""
        counts, addresses = self.of_worklist()
        for dwelling_id, address in addresses.items():
            expected = {counts[dwelling_id]}
            assert self.of_search(dwelling_id, address) == expected, dwelling_id
            assert self.of_file(dwelling_id) == expected, dwelling_id
        return len(addresses)


def test_a_finding_counts_where_it_waits(home: Settings) -> None:
    """Also one that is booked under the household of a home elsewhere, and not one that was judged since."""
    rows = small_city(home)
    rows["finding"] += [
        finding("elsewhere", "h1", "d2", NEXT),
        finding("nobody's", "h1", "d4", HERE, household_id=None),
        finding("for the desk", "h2", "d2", NEXT, place="desk"),
        finding("for the lead", "h1", "d1", HERE, status="lead"),
        finding("judged", "h1", "d1", HERE),
        finding("far", "h1", "d3", FAR),
    ]
    for stop, place in {(row["stop_id"], row["place"]) for row in rows["finding"]}:
        ranks = {"severity_rank": 2, "open_severity_rank": 2, "findings": 1, "open_findings": 1, "walk_no": 1}
        of_stop = [r for r in rows["finding"] if (r["stop_id"], r["place"]) == (stop, place)]
        there = next((d for d in rows["dwelling"] if d["dwelling_id"] == of_stop[0]["dwelling_id"]), {})
        place_of = {name: there.get(name) for name in ("standard_address", "estate", "building_no", "grid_code")}
        rows["stop"] = [row for row in rows.get("stop", []) if (row["stop_id"], row["place"]) != (stop, place)]
        rows["stop"].append(
            {"stop_id": stop, "place": place, "dwelling_id": of_stop[0]["dwelling_id"]} | ranks | place_of
        )
    write_release(home, "r1", rows)
    point_to(home, "r1")
    with open_casebook(home) as casebook:
        casebook.add_users(USERS)
    with TestClient(create_app(home)) as client:
        as_user = login_headers(client)
        verdict = {"key": "verdict-1", "release": "r1", "verdict": "confirmed", "reason_code": "matches"}
        verdict |= {"seen_on": "2026-11-22", "proof": "seen"}
        path = f"/v1/findings/{key('judged')}/verdicts"
        assert client.post(path, json=verdict, headers=as_user("worker")).status_code == 201
        stops = {user.username: Counts(client, as_user(user.username)).check() for user in USERS}
    assert min(stops.values()) >= 1
    assert stops["lead"] > stops["worker"]


@pytest.mark.slow
def test_they_agree_at_every_stop_of_a_night(night: Night) -> None:
    """Of three workers and a lead of the simulated community, who have more than a hundred stops."""
    grids = [
        str(grid)
        for (grid,) in night.query("select distinct grid_code from stop where grid_code is not null order by 1")
    ]
    users = [NewUser(f"counting{n}", PASSWORD, "grid_worker", (grid,)) for n, grid in enumerate(grids[:3])]
    users.append(NewUser("counting_lead", PASSWORD, "grid_lead", (grids[0],)))
    with open_casebook(night.settings) as casebook:
        casebook.add_users(users)
    with TestClient(create_app(night.settings)) as client:
        as_user = login_headers(client)
        assert sum(Counts(client, as_user(user.username)).check() for user in users) > 100
