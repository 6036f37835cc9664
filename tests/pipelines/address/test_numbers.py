"""Chinese numerals, and the numbers after an estate's name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.spellings.doors import chinese_number
from pipelines.address.fuzzy_names import FuzzyNames
from pipelines.address.numbers import Numbers, arabic, read_numbers


@given(st.integers(1, 999))
def test_every_number_to_999_is_read_back(number: int) -> None:
    assert arabic(chinese_number(number)) == number
    assert arabic("".join("零一二三四五六七八九"[int(c)] for c in str(number))) == number


@pytest.mark.parametrize("numeral", ["十十", "一百五", "零十", "百", "二百零十", "一百百"])
def test_what_is_no_number_is_none(numeral: str) -> None:
    assert arabic(numeral) is None


@pytest.mark.parametrize(
    ("tail", "numbers"),
    [
        ("", (None, None, None, None, None)),
        ("3号楼", (3, None, None, None, None)),
        ("3号楼2单元", (3, 2, None, None, None)),
        ("3-2-501", (3, 2, None, 501, None)),
        ("3-501", (3, None, None, 501, None)),
        ("3号楼-2单元-501室", (3, 2, None, 501, None)),
        ("三号楼二单元五层东户", (3, 2, 5, None, "东")),
        ("3#2门5层501号", (3, 2, 5, 501, None)),
        ("12#1801", (12, None, None, 1801, None)),
        ("15", (15, None, None, None, None)),
        ("2单元501", (None, 2, None, 501, None)),
        ("501室", (None, None, None, 501, None)),
        ("一百零五号楼1单元101", (105, 1, None, 101, None)),
        ("3号楼-2单元-101", (3, 2, None, 101, None)),
        ("3号楼2单元-501", (3, 2, None, 501, None)),
    ],
)
def test_a_tail_says_its_parts(tail: str, numbers: tuple[int | None, ...]) -> None:
    found = read_numbers(tail)
    assert (found[:5], found.rule) == (numbers, None)


@pytest.mark.parametrize(
    "tail", ["3号楼2单元501-502", "3号楼2号楼", "3号楼2单元3单元501", "12345号楼", "十百号楼", "3-2-5-501"]
)
def test_what_cannot_be_read_says_nothing(tail: str) -> None:
    assert read_numbers(tail) == Numbers(rule="unreadable_numbers")


@pytest.mark.parametrize(
    "tail", ["3号楼2单元-1层101", "3号楼-1层东户", "三单元-一层101", "3号楼2单元-101", "3号楼2门-203室"]
)
def test_below_the_ground_is_not_the_first_floor(tail: str) -> None:
    assert read_numbers(tail) == Numbers(rule="unreadable_numbers")


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("柳港圆西院", {"柳港园西院"}),
        ("柳巷园西院", {"柳港园西院"}),
        ("柳园西院", {"柳港园西院"}),
        ("柳港园园西院", {"柳港园西院"}),
        ("柳园港西院", {"柳港园西院"}),
        ("柳港园茜院", {"柳港园东院", "柳港园西院"}),
        ("柳港园北院", set()),
        ("柳港园院", set()),  # 东 or 西 is missing: that is no slip
        ("柳刚元西苑", {"柳港园西院"}),  # three others, of the same sound
        ("五二里", set()),  # another number is another place
        ("武一里", {"五一里"}),
        ("柳港园西院", set()),
        ("柳", set()),
        ("西西苑", {"西苑"}),  # too short to be meant by a slip, and in the way of others
    ],
)
def test_names_that_are_nearly_meant(written: str, near: set[str]) -> None:
    assert FuzzyNames(["柳港园西院", "柳港园东院", "五一里", "西苑"]).of(written) == near
