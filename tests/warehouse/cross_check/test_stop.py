"""Stops: what waits at one home is one stop, for a worker and for a lead, at its place on the walk."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from contracts.load import load_catalog
from tests.conftest import Night
from warehouse.cross_check.run import make_worklist

CATALOG = load_catalog()
GRID, OTHER = "140213052001001", "140213052001002"
DAY = date(2026, 11, 1)
Row = dict[str, Any]


def stops(findings: list[Row], dwellings: list[Row] | None = None) -> list[Row]:
    """The stops by the real SQL from findings (one per row, open at the door of home `d`) and homes, in walking order."""
    connection = duckdb.connect()
    usual = {
        "stop_id": "d",
        "dwelling_id": "d",
        "place": "door",
        "severity": "low",
        "status": "open",
        "grid_code": GRID,
    }
    tables = {"finding": [usual | {"first_seen": DAY} | f for f in findings], "dwelling": dwellings or []}
    connection.execute("create schema source")
    for name, rows in tables.items():
        columns = CATALOG.tables[f"city.{name}"].columns
        connection.execute(f"create table {name} ({', '.join(f'{c.name} {c.sql_type}' for c in columns)})")
        for row in rows:
            marks = ", ".join("?" * len(row))
            connection.execute(f"insert into {name} ({', '.join(row)}) values ({marks})", list(row.values()))
    make_worklist(connection, CATALOG)
    found = connection.execute("select * from stop order by grid_code, walk_no")
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def home(name: str, building: int, entrance: int | None, floor: int, room: int, grid: str | None = GRID) -> Row:
    place = {"building_no": building, "entrance_no": entrance, "floor_no": floor, "room_no": room}
    return place | {"dwelling_id": name, "estate": "西院", "standard_address": f"西院{name}", "grid_code": grid}


@pytest.mark.parametrize(
    ("findings", "counts", "ranks"),
    [
        ([{}], (1, 1), (3, 3)),
        ([{"severity": "high"}, {"severity": "medium"}, {}], (3, 3), (1, 1)),
        ([{"severity": "high", "status": "lead"}, {}], (2, 1), (1, 3)),
        ([{"status": "lead"}], (1, 0), (3, None)),
        ([{}, {"severity": "high", "status": "closed"}, {"severity": "high", "status": "stopped"}], (1, 1), (3, 3)),
    ],
)
def test_a_stop_counts_open_and_undecided_findings(
    findings: list[Row], counts: tuple[int, int], ranks: tuple[int, int | None]
) -> None:
    [stop] = stops(findings)
    assert (stop["findings"], stop["open_findings"]) == counts
    assert (stop["severity_rank"], stop["open_severity_rank"]) == ranks


def test_it_is_as_old_as_its_oldest_finding() -> None:
    old, new = date(2026, 9, 1), date(2026, 11, 20)
    [stop] = stops([{"first_seen": new}, {"first_seen": old, "status": "lead"}])
    assert (stop["first_seen"], stop["open_since"]) == (old, new)


def test_closed_findings_make_no_stop() -> None:
    assert stops([{"status": "closed"}, {"status": "stopped"}]) == []


def test_door_and_desk_are_two() -> None:
    assert sorted(s["place"] for s in stops([{}, {"place": "desk"}])) == ["desk", "door"]


def test_one_walks_by_estate_building_entrance_floor_and_room_grid_by_grid() -> None:
    """Numbers as numbers: 10号楼 after 2号楼. Who has no known home comes last."""
    walk = [
        ("a", 2, None, 1, 101),
        ("b", 2, 1, 1, 102),
        ("c", 2, 1, 10, 1001),
        ("d", 2, 2, 1, 101),
        ("e", 10, 1, 1, 101),
    ]
    homes = [home(*place) for place in walk[1:]] + [home(*walk[0]), home("n", 1, 1, 1, 101, OTHER)]
    found = stops([{"stop_id": n, "dwelling_id": n} for n in "edcban"] + [{"stop_id": "p", "dwelling_id": None}], homes)
    assert [(s["stop_id"], s["walk_no"]) for s in found if s["grid_code"] == GRID] == [
        ("b", 1), ("c", 2), ("d", 3), ("a", 4), ("e", 5), ("p", 6),
    ]  # fmt: skip
    assert [(s["stop_id"], s["walk_no"]) for s in found if s["grid_code"] == OTHER] == [("n", 1)]


def test_a_home_lies_where_its_building_stands_whatever_a_rule_says() -> None:
    [stop] = stops([{"grid_code": OTHER}], [home("d", 1, 1, 1, 101)])
    assert stop["grid_code"] == GRID
    [nowhere] = stops([{"stop_id": "p", "dwelling_id": None, "grid_code": None}])
    assert nowhere["grid_code"] is None


@pytest.mark.slow
def test_every_finding_that_waits_is_on_one_stop_of_the_night(night: Night) -> None:
    [(on_stops,)] = night.query("select sum(findings) from stop")
    [(waiting,)] = night.query("select count(*) from finding where status in ('open', 'lead')")
    assert on_stops == waiting
    assert night.query("select count(*) from stop group by stop_id, place having count(*) > 1") == []
    [(together,)] = night.query("select count(*) from stop where findings > 1")
    assert together > 0
