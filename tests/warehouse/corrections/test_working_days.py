"""Working days: public holidays are none, the weekends worked instead are, and an unpublished year is told apart."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from contracts.errors import HubError
from warehouse.casebook.working_days import WorkingCalendar, published_until, weekdays_after

PUBLISHED = WorkingCalendar()
YEAR = published_until().year + 1  # the first that the library does not know


def new_year(year: int) -> list[str]:
    """The lines that a year must have."""
    return [f"{year}-{day},休" for day in ("01-01", "05-01", "10-01", "10-02", "10-03")]


def written(folder: Path, *lines: str, header: str = "date,kind,name") -> Path:
    path = folder / "calendar.csv"
    path.write_text("\r\n".join([header, *lines, ""]), encoding="utf-8-sig")
    return path


def first_after_the_4th(weekday: int, month: int, year: int = YEAR) -> date:
    """The first such weekday (0: Monday) after the 4th of a month."""
    return next(d for n in range(7) if (d := date(year, month, 5) + timedelta(days=n)).weekday() == weekday)


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
    assert PUBLISHED.due_after(start, 5) == (due, "published")


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
    assert PUBLISHED.is_working_day(day) is works


def test_beyond_the_published_calendar_weekdays_count_and_the_date_is_provisional() -> None:
    last = published_until()
    assert PUBLISHED.due_after(last, 5).provisional
    for start in (last + timedelta(days=n) for n in range(14)):
        due = PUBLISHED.due_after(start, 5)
        assert due == (weekdays_after(start, 5), "weekdays")
        assert due.on.weekday() < 5


def test_a_term_ends_on_a_working_day_and_a_later_start_never_ends_earlier() -> None:
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(350)]
    dues = [PUBLISHED.due_after(day, 5).on for day in year]
    assert dues == sorted(dues)
    assert all(PUBLISHED.is_working_day(due) for due in dues)
    assert all(
        sum(PUBLISHED.is_working_day(day + timedelta(days=n)) for n in range(1, (due - day).days + 1)) == 5
        for day, due in zip(year, dues, strict=True)
    )


def test_the_operator_s_file_takes_the_place_of_a_calendar_that_is_not_published(tmp_path: Path) -> None:
    monday = first_after_the_4th(0, 3)
    saturday = monday + timedelta(days=5)
    calendar = WorkingCalendar.load(
        written(tmp_path, *new_year(YEAR), "", f"{monday},休,清明节", f" {saturday} , 班 ,调休")
    )
    assert not calendar.is_working_day(monday)
    assert calendar.is_working_day(saturday)
    assert not calendar.is_working_day(saturday + timedelta(days=1))
    friday = monday - timedelta(days=3)
    assert calendar.due_after(friday, 5) == (saturday, "operator")
    assert PUBLISHED.due_after(friday, 5) == (monday + timedelta(days=4), "weekdays")
    assert calendar.known_until() == date(YEAR, 12, 31)
    assert calendar.due_after(date(YEAR, 12, 31), 5).provisional  # and no further


def test_a_published_year_is_counted_as_published_whatever_the_file_says(tmp_path: Path) -> None:
    calendar = WorkingCalendar.load(written(tmp_path, *new_year(2026), "2026-11-24,休"))
    assert calendar.due_after(date(2026, 11, 23), 1) == (date(2026, 11, 24), "published")
    assert calendar.known_until() == published_until()


def test_a_year_with_a_gap_before_it_does_not_make_the_calendar_longer(tmp_path: Path) -> None:
    calendar = WorkingCalendar.load(written(tmp_path, *new_year(YEAR + 1)))
    assert calendar.known_until() == published_until()
    assert calendar.due_after(date(YEAR + 1, 3, 1), 5).calendar == "operator"


def test_no_file_is_no_error(tmp_path: Path) -> None:
    assert WorkingCalendar.load(tmp_path / "calendar.csv") == PUBLISHED


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        ([f"{YEAR}-1-1,休"], 2, "the first column is a date -> write it like 2027-01-01"),
        (["元旦,休"], 2, "the first column is a date"),
        ([f"{YEAR}-01-01"], 2, "the second column is 休 .* or 班"),
        ([f"{YEAR}-01-01,off"], 2, "the second column is 休 .* or 班"),
        ([*new_year(YEAR), f"{YEAR}-01-01,休"], 7, "is there twice"),
        ([*new_year(YEAR), f"{first_after_the_4th(1, 3)},班"], 7, "is no weekend day"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, lines: list[str], line: int, message: str) -> None:
    path = written(tmp_path, *lines)
    with pytest.raises(HubError, match=message) as wrong:
        WorkingCalendar.load(path)
    assert wrong.value.where == f"{path}:{line}"


@pytest.mark.parametrize("left_out", range(5))
def test_half_a_year_s_notice_is_not_taken_for_the_whole(tmp_path: Path, left_out: int) -> None:
    lines = [line for n, line in enumerate(new_year(YEAR)) if n != left_out]
    with pytest.raises(HubError, match=f"{YEAR} is not complete"):
        WorkingCalendar.load(written(tmp_path, *lines))


@pytest.mark.parametrize(
    "content",
    [b"", "日期,类别\n".encode(), "date,kind\n2027-01-01,休".encode("gb18030")],
    ids=["empty", "another header", "another encoding"],
)
def test_what_is_no_such_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "calendar.csv"
    path.write_bytes(content)
    with pytest.raises(HubError, match=r"the calendar of working days is wrong: .* -> "):
        WorkingCalendar.load(path)
