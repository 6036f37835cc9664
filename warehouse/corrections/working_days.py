"""China's working days: weekdays that are no public holiday, and the weekend days worked instead (调休).

The State Council publishes a year's calendar in the November before; the library has the published years and raises for
later ones. Not here: the terms in working days (requests.py).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count, islice
from typing import NamedTuple

import chinese_calendar


class Due(NamedTuple):
    """The last day of a term. `provisional`: weekdays were counted, as the calendar of that year is not published."""

    on: date
    provisional: bool


def is_working_day(day: date) -> bool:
    """True for a working day by the published calendar; for a weekday if none is published yet."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # raised by the library for years that are not published
        return day.weekday() < 5


def published_until() -> date:
    """The last day of the last year whose calendar is published."""
    return date(max(chinese_calendar.holidays).year, 12, 31)


def due_after(start: date, days: int) -> Due:
    """The end of a term of `days` working days; the day `start` itself does not count."""
    end = _after(start, days, is_working_day)
    return Due(end, is_provisional(end))


def weekdays_after(start: date, days: int) -> date:
    """The end of a term of `days` weekdays, which is `due_after` before a calendar is published."""
    return _after(start, days, lambda day: day.weekday() < 5)


def _after(start: date, days: int, counts: Callable[[date], bool]) -> date:
    following = (start + timedelta(days=n) for n in count(1))
    return next(islice(filter(counts, following), days - 1, None))


def is_provisional(day: date) -> bool:
    """True if a term that ends on `day` may still move, because the calendar of its year is not published."""
    return day > published_until()
