"""Which homes without findings a week's lot falls on, and what the visits there say about what rules miss."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from warehouse.access.filters import Condition
from warehouse.cross_check.sample import missed_estimate, week_of, weekly_sample
from warehouse.fieldwork.visits import Visit

ZONE = ZoneInfo("Asia/Shanghai")
HOMES = [{"dwelling_id": f"{grid}{n}", "grid_code": grid} for grid in "ab" for n in range(20)]
FOUND = [{"dwelling_id": f"a{n}", "grid_code": "a"} for n in range(0, 20, 2)] + [
    {"dwelling_id": None, "grid_code": "a"}
]


def rows(table: str, /, *where: Condition, columns: object = None) -> list[dict[str, object]]:
    [grids] = where
    return [row for row in (FOUND if table == "finding" else HOMES) if row["grid_code"] in grids.value]


def test_two_homes_without_findings_of_each_grid_the_same_all_week() -> None:
    drawn = weekly_sample(rows, ["b", "a", "a"], "2026-W48")
    assert [home.grid_code for home in drawn] == ["a", "a", "b", "b"]
    assert not {home.dwelling_id for home in drawn} & {row["dwelling_id"] for row in FOUND}
    assert drawn == weekly_sample(rows, ["a", "b"], "2026-W48")
    assert drawn[2:] == weekly_sample(rows, ["b"], "2026-W48")


def test_over_the_weeks_the_lot_falls_on_every_home() -> None:
    drawn = {home.dwelling_id for week in range(1, 53) for home in weekly_sample(rows, ["a"], f"2026-W{week:02}")}
    assert drawn == {f"a{n}" for n in range(1, 20, 2)}


@pytest.mark.parametrize(
    ("day", "week"),
    [(date(2026, 11, 24), "2026-W48"), (date(2027, 1, 3), "2026-W53"), (date(2026, 1, 5), "2026-W02")],
)
def test_a_week_is_the_iso_week(day: date, week: str) -> None:
    assert week_of(day) == week


def sample_visit(home: str, outcome: str = "met", what: str | None = None, day: int = 24, hour: int = 8) -> Visit:
    at = datetime(2026, 11, day, hour, tzinfo=UTC)
    return Visit(1, f"{home}{day}", home, "a", "sample", outcome, what, "", at, "worker", at, "r1")


def test_only_where_somebody_was_met_something_is_learnt() -> None:
    visits = [
        sample_visit("h1"),
        sample_visit("h2", what="living"),
        sample_visit("h3", outcome="nobody_home"),
        sample_visit("h4", day=23),
        sample_visit("h4", what="identity"),  # the same week: the newer counts
        sample_visit("h1", day=15, hour=17, what="living"),  # Monday morning in the hub's zone: another week's sample
    ]
    found = missed_estimate(visits, ZONE)
    assert (found.visited, found.missed, found.kinds) == (4, 3, {"identity": 1, "living": 2})
    assert found.share == 0.75
    assert 0.3 < found.low < 0.75 < found.high < 0.96
    assert missed_estimate([], ZONE) == (0, 0, None, 0.0, 1.0, {})
