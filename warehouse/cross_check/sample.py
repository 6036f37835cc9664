"""The weekly sample of homes without findings, which are visited to estimate how many contradictions the rules miss.

Belongs here: drawing the sample, and the estimate from its visits. Does not: storing visits (fieldwork/visits.py).
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
    """The estimate from `visited` homes of the sample where somebody was met.

    `missed` of them had a contradiction that no rule had found; `share` (None without visits) has the 95 % interval `low`
    to `high`; `kinds` counts them by the code list visit_missed.
    """

    visited: int
    missed: int
    share: float | None
    low: float
    high: float
    kinds: dict[str, int]


def week_of(day: date) -> str:
    """The ISO week of a day, such as 2026-W48."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def weekly_sample(rows: RowReader, grids: Iterable[str], week: str) -> list[Home]:
    """The week's homes by grid, drawn by a hash of week and home from those without a finding; the same all week."""
    codes = tuple(sorted(set(grids)))
    where, columns = Condition("grid_code", "in", codes), ("dwelling_id", "grid_code")
    found = {row["dwelling_id"] for row in rows("finding", where, columns=columns)}
    homes = defaultdict[str, list[str]](list)
    for row in rows("dwelling", where, columns=columns):
        if row["dwelling_id"] not in found:
            homes[row["grid_code"]].append(row["dwelling_id"])
    drawn = {grid: sorted(homes[grid], key=lambda home: _lot(week, home))[:PER_GRID] for grid in codes}
    return [Home(home, grid) for grid in codes for home in drawn[grid]]


def week_of_visit(visit: Visit, zone: tzinfo) -> str:
    """The ISO week of a visit, by the calendar of `zone`."""
    return week_of(visit.visited_at.astimezone(zone).date())


def missed_estimate(visits: Iterable[Visit], zone: tzinfo) -> MissedEstimate:
    """The estimate from visits to samples, oldest first; per home and week the newest visit that met somebody counts."""
    newest = {(v.stop_id, week_of_visit(v, zone)): v for v in visits if v.outcome == "met"}
    kinds = Counter(v.missed for v in newest.values() if v.missed is not None)
    wrong, n = sum(kinds.values()), len(newest)
    return MissedEstimate(n, wrong, wrong / n if n else None, *wilson(wrong, n), dict(sorted(kinds.items())))


def _lot(week: str, dwelling_id: str) -> str:
    return md5(f"{week}|{dwelling_id}".encode()).hexdigest()
