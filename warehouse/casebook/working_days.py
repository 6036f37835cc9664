"""China's working days: weekdays that are no public holiday, and the weekend days worked instead (调休).

The State Council publishes a year's calendar in the November before; the library has the published years, once it is
updated. Until then the operator's file `calendar.csv` takes its place, and without that weekdays are counted. Not here: the
terms in working days (`warehouse/corrections/requests.py`).
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Final, Literal, NamedTuple

import chinese_calendar

from contracts.errors import HubError

Calendar = Literal["published", "operator", "weekdays"]  # labels: contracts/codes/working_calendar.csv
COLUMNS: Final = ("date", "kind")
OFF, WORK = "休", "班"  # as printed calendars mark them
FIXED_HOLIDAYS: Final = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))  # 全国年节及纪念日放假办法, of the solar calendar


class Due(NamedTuple):
    """The last day of a term, and the calendar by which it was counted."""

    on: date
    calendar: Calendar

    @property
    def provisional(self) -> bool:
        """True if weekdays were counted, as nobody knows the holidays of that year yet: the day may move."""
        return self.calendar == "weekdays"


@dataclass(frozen=True)
class WorkingCalendar:
    """The published years, then those of the operator's file: its days `off` and `work`, the weekend days worked instead."""

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()

    @classmethod
    def load(cls, path: Path) -> WorkingCalendar:
        """The operator's file: columns date,kind (休 or 班). None is no error; HubError, with the line, if it is wrong."""
        days = _read(path) if path.is_file() else {}
        for year in sorted({day.year for day in days}):
            missing = [date(year, *fixed) for fixed in FIXED_HOLIDAYS if days.get(date(year, *fixed)) != OFF]
            if missing:
                raise _wrong(
                    path, f"{year} is not complete: {missing[0]} is always {OFF}", "copy the year's whole notice"
                )
        return cls(
            frozenset(day for day, kind in days.items() if kind == OFF),
            frozenset(day for day, kind in days.items() if kind == WORK),
        )

    def calendar_of(self, day: date) -> Calendar:
        """The calendar by which this day is counted."""
        if day <= published_until():
            return "published"
        return "operator" if day.year in {known.year for known in self.off} else "weekdays"

    def is_working_day(self, day: date) -> bool:
        if self.calendar_of(day) == "published":
            return bool(chinese_calendar.is_workday(day))
        return day in self.work or (day.weekday() < 5 and day not in self.off)

    def known_until(self) -> date:
        """The last day of the years that are known without a gap."""
        following = (published_until().year + n for n in count(1))
        unknown = next(year for year in following if self.calendar_of(date(year, 12, 31)) == "weekdays")
        return date(unknown - 1, 12, 31)

    def due_after(self, start: date, days: int) -> Due:
        """The end of a term of `days` working days; the day `start` itself does not count."""
        end = _after(start, days, self.is_working_day)
        return Due(end, self.calendar_of(end))


def published_until() -> date:
    """The last day of the last year whose calendar the library has."""
    return date(max(chinese_calendar.holidays).year, 12, 31)


def weekdays_after(start: date, days: int) -> date:
    """The end of a term of `days` weekdays, which is the due day while no calendar is known."""
    return _after(start, days, lambda day: day.weekday() < 5)


def _after(start: date, days: int, counts: Callable[[date], bool]) -> date:
    following = (start + timedelta(days=n) for n in count(1))
    return next(islice(filter(counts, following), days - 1, None))


def _read(path: Path) -> dict[date, str]:
    """The kind of each day. HubError: a line is not as expected, a day is there twice, a weekday is 班."""
    days: dict[date, str] = {}
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except UnicodeDecodeError:
        raise _wrong(path, "the file is not UTF-8", "save it as CSV UTF-8") from None
    if not lines or tuple(name.strip() for name in lines[0][:2]) != COLUMNS:
        raise _wrong(f"{path}:1", f"the first line is {','.join(COLUMNS)}", "write that header")
    for number, line in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in line):
            continue
        where, (text, kind) = f"{path}:{number}", (cell.strip() for cell in (*line, "", "")[:2])
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise _wrong(where, "the first column is a date", "write it like 2027-01-01") from None
        if kind not in (OFF, WORK):
            raise _wrong(
                where, f"the second column is {OFF} (a day off) or {WORK} (a weekend day worked)", "correct it"
            )
        if day in days:
            raise _wrong(where, f"{day} is there twice", "keep one of the two lines")
        if kind == WORK and day.weekday() < 5:
            raise _wrong(where, f"{day} is no weekend day, it is worked anyway", "compare it with the notice")
        days[day] = kind
    return days


def _wrong(where: Path | str, what: str, remedy: str) -> HubError:
    return HubError(f"the calendar of working days is wrong: {what}", where=str(where), remedy=remedy)
