"""China's working days: weekdays that are no public holiday, and the weekend days worked instead (调休).

The State Council publishes a year's calendar in the November before; the library carries what was published and answers
nothing for later years. Not here: what has to be done within them (requests.py).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count, islice
from typing import NamedTuple

import chinese_calendar


class Due(NamedTuple):
    """The last day of a term. `provisional`: the calendar of that year is not published, so weekdays were counted."""

    on: date
    provisional: bool


def is_working_day(day: date) -> bool:
    """By the published calendar; where there is none yet, whether it is a weekday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # how the library says that the year is not published
        return day.weekday() < 5


def published_until() -> date:
    """The last day of the last year whose calendar is published."""
    return date(max(chinese_calendar.holidays).year, 12, 31)


def due_after(start: date, days: int) -> Due:
    """The end of a term of so many working days; the day on which it starts does not count."""
    end = _after(start, days, is_working_day)
    return Due(end, is_provisional(end))


def weekdays_after(start: date, days: int) -> date:
    """What `due_after` said while no calendar was published."""
    return _after(start, days, lambda day: day.weekday() < 5)


def _after(start: date, days: int, counts: Callable[[date], bool]) -> date:
    following = (start + timedelta(days=n) for n in count(1))
    return next(islice(filter(counts, following), days - 1, None))


def is_provisional(day: date) -> bool:
    """Whether a term that ends on that day may still move."""
    return day > published_until()
