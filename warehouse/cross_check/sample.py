"""Homes without findings that are visited too: how many contradictions the rules miss can be learnt at no other door.

Belongs here: which homes a week's sample is, and what its visits say. Does not: writing visits down (fieldwork/visits.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, tzinfo
from hashlib import md5
from typing import Final, NamedTuple

from warehouse.access.filters import Condition
from warehouse.cross_check.wilson import wilson
from warehouse.fieldwork.visits import Visit
from warehouse.releases.operator_reader import RowReader

PER_GRID: Final = 2  # homes a week: a city of 3,000 grids sees 300,000 a year


class Home(NamedTuple):
    dwelling_id: str
    grid_code: str


class MissedEstimate(NamedTuple):
    """Of `visited` homes without a finding where somebody was met, in how many (`missed`) something was wrong that no rule had
    found: the `share`, null where none was visited, its 95 % interval, and how many of each kind (visit_missed)."""

    visited: int
    missed: int
    share: float | None
    low: float
    high: float
    kinds: dict[str, int]


def week_of(day: date) -> str:
    """The ISO week of a day: 2026-W48."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def weekly_sample(rows: RowReader, grids: Iterable[str], week: str) -> list[Home]:
    """The week's homes of each grid, by grid: those without a finding that the week's lot falls on, the same all week."""
    asked = tuple(sorted(set(grids)))
    where, columns = Condition("grid_code", "in", asked), ("dwelling_id", "grid_code")
    found = {row["dwelling_id"] for row in rows("finding", where, columns=columns)}
    homes = defaultdict[str, list[str]](list)
    for row in rows("dwelling", where, columns=columns):
        if row["dwelling_id"] not in found:
            homes[row["grid_code"]].append(row["dwelling_id"])
    drawn = {grid: sorted(homes[grid], key=lambda home: _lot(week, home))[:PER_GRID] for grid in asked}
    return [Home(home, grid) for grid in asked for home in drawn[grid]]


def week_seen(visit: Visit, zone: tzinfo) -> str:
    return week_of(visit.visited_at.astimezone(zone).date())


def missed_estimate(seen: Iterable[Visit], zone: tzinfo) -> MissedEstimate:
    """What visits to samples say, oldest first; of one home in one week the newest at which somebody was met counts."""
    newest = {(v.stop_id, week_seen(v, zone)): v for v in seen if v.outcome == "met"}
    kinds = Counter(v.missed for v in newest.values() if v.missed is not None)
    wrong, n = sum(kinds.values()), len(newest)
    return MissedEstimate(n, wrong, wrong / n if n else None, *wilson(wrong, n), dict(sorted(kinds.items())))


def _lot(week: str, dwelling_id: str) -> str:
    return md5(f"{week}|{dwelling_id}".encode()).hexdigest()
