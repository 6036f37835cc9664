"""Working days: public holidays are none, the weekends worked instead are, and an unpublished year is told apart."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from warehouse.corrections.working_days import due_after, is_working_day, published_until, weekdays_after


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (date(2026, 11, 24), date(2026, 12, 1)),  # an ordinary week: Tuesday to Tuesday
        (date(2026, 11, 28), date(2026, 12, 4)),  # opened on a Saturday
        (date(2026, 2, 12), date(2026, 2, 26)),  # Friday, the made-up Saturday, then 春节 from the 15th to the 23rd
        (date(2026, 2, 13), date(2026, 2, 27)),
        (date(2026, 2, 14), date(2026, 2, 28)),  # sent on a made-up Saturday, due on another
        (date(2026, 2, 18), date(2026, 2, 28)),  # sent within 春节
        (date(2026, 9, 18), date(2026, 9, 24)),  # the made-up Sunday before 国庆 counts
        (date(2026, 9, 29), date(2026, 10, 12)),  # 国庆 from the 1st to the 7th, the Saturday after it worked
        (date(2026, 9, 30), date(2026, 10, 13)),
        (date(2025, 12, 29), date(2026, 1, 6)),  # over New Year, whose Sunday is made up
    ],
)
def test_five_working_days(start: date, due: date) -> None:
    assert due_after(start, 5) == (due, False)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 14), True),
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), False),  # a Monday
        (date(2026, 2, 28), True),
        (date(2026, 9, 20), True),
        (date(2026, 9, 27), False),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
    ],
)
def test_made_up_weekends_are_worked_and_holidays_are_not(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_beyond_the_published_calendar_weekdays_count_and_the_date_is_provisional() -> None:
    last = published_until()
    assert due_after(last, 5).provisional
    for start in (last + timedelta(days=n) for n in range(14)):
        due = due_after(start, 5)
        assert due == (weekdays_after(start, 5), True)
        assert due.on.weekday() < 5


def test_a_term_ends_on_a_working_day_and_a_later_start_never_ends_earlier() -> None:
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(350)]
    dues = [due_after(day, 5).on for day in year]
    assert dues == sorted(dues)
    assert all(is_working_day(due) for due in dues)
    assert all(
        sum(is_working_day(day + timedelta(days=n)) for n in range(1, (due - day).days + 1)) == 5
        for day, due in zip(year, dues, strict=True)
    )
