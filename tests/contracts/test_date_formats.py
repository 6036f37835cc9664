"""Patterns as shapes: what a text must be like, beside what strptime would take."""

import pytest

from contracts.date_formats import iso_day, known_format, shape_of


@pytest.mark.parametrize(
    ("pattern", "shape"),
    [
        ("%Y-%m-%d", r"[0-9]{4}\-[0-9]{1,2}\-[0-9]{1,2}"),
        ("%Y%m%d", "[0-9]{4}[0-9]{2}[0-9]{2}"),
        ("%Y%m%d%H%M%S", "[0-9]{4}" + 5 * "[0-9]{2}"),
        ("%Y年%m月%d日", "[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日"),
        ("%H:%M:%S%.f", r"[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?"),
    ],
)
def test_numbers_that_adjoin_have_their_full_width(pattern: str, shape: str) -> None:
    assert shape_of(pattern) == shape
    assert known_format(pattern) == pattern


@pytest.mark.parametrize("pattern", ["%y-%m-%d", "%Q", "%c", "%"])
def test_a_directive_that_says_no_four_digit_year_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"%Y|directive"):
        known_format(pattern)


@pytest.mark.parametrize(
    "text", ["20240301", "2024-W09-5", "2024-3-1", "24-03-01", "2024-03-01 ", "２０２４-03-01", ""]
)
def test_a_day_in_iso_form_has_one_form(text: str) -> None:
    with pytest.raises(ValueError, match="2024-03-01"):
        iso_day(text)
