"""ID numbers, Chinese numerals, places and the workbook writer, on their own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from demo.geography.communities import blocks, communities, households_of, level, parent
from demo.offices import xlsx
from demo.offices.calendar_texts import day
from demo.people.identity_numbers import SequenceRegister, check_character, conforms, id_numbers, mobiles, spoil_number
from demo.shares import distributions
from demo.spellings.doors import chinese_number

pytestmark = pytest.mark.slow

birth_dates = st.dates(date(1900, 1, 1), date(2026, 12, 31))


@given(st.lists(st.tuples(birth_dates, st.booleans()), min_size=1, max_size=50))
def test_issued_numbers_are_valid_different_and_say_birth_date_and_sex(born: list[tuple[date, bool]]) -> None:
    days, male = np.array([day(d) for d, _ in born]), np.array([m for _, m in born])
    numbers = id_numbers(days, SequenceRegister().issue(days, male)).to_list()
    assert len(set(numbers)) == len(numbers)
    for number, (birth, is_male) in zip(numbers, born, strict=True):
        assert conforms(number)
        assert number[:14] == f"990001{birth:%Y%m%d}"
        assert int(number[16]) % 2 == is_male


@given(birth_dates, st.integers(0, 999), st.sampled_from([*distributions.RESIDENT_ID_DEFECTS]))
def test_spoiled_numbers_are_invalid_and_nobodys(birth: date, sequence: int, defect: str) -> None:
    seventeen = f"990001{birth:%Y%m%d}{sequence:03d}"
    text, got = spoil_number(seventeen + check_character(seventeen), defect)
    assert not conforms(text)
    assert text.startswith(("990001", "9.90001"))
    assert got in (defect, "wrong_check_digit")


def test_a_known_number_conforms() -> None:
    assert conforms("99000119491231009X")
    assert not conforms("99000119491231009x")


def test_five_hundred_people_of_one_sex_are_born_on_a_day_and_no_more() -> None:
    register, birth = SequenceRegister(), np.full(500, day(date(1990, 1, 1)))
    sequences = register.issue(birth, np.ones(500, dtype=np.bool_))
    assert len(np.unique(sequences)) == 500
    with pytest.raises(RuntimeError, match="GB 11643"):
        register.issue(birth[:1], np.array([True]))


@given(st.lists(st.integers(0, 10**8 - 1), unique=True, min_size=1))
def test_mobiles_are_different_and_of_no_public_range(numbers: list[int]) -> None:
    texts = mobiles(np.array(numbers)).to_list()
    assert len(set(texts)) == len(numbers)
    assert all(text.startswith("154") and len(text) == 11 for text in texts)


@pytest.mark.parametrize(
    ("number", "text"),
    [(3, "三"), (10, "十"), (12, "十二"), (40, "四十"), (77, "七十七"), (105, "一百零五"), (110, "一百一十")],
)
def test_chinese_numbers(number: int, text: str) -> None:
    assert chinese_number(number) == text


@given(st.integers(100, 10_000_000))
def test_blocks_hold_everybody(residents: int) -> None:
    found = list(blocks(residents))
    assert sum(block.residents for block in found) == residents
    assert sum(block.households for block in found) == households_of(residents)
    assert all(block.households <= block.residents <= 7 * block.households for block in found)
    assert [community.code for community in found[0].communities] == ["140213052012", "140213052013", "140213052014"]


def test_ten_million_fit_into_datong_and_names_repeat() -> None:
    found = communities(households_of(10_000_000))
    assert len(found) > 1_820
    assert max(community.households for community in found) <= 3_500
    bases = [community.base_name for community in found]
    assert len(set(bases)) < len(bases)
    assert not any(base.endswith(("社区", "委会", "村村")) for base in bases)


@pytest.mark.parametrize(
    ("code", "its_level", "its_parent"),
    [
        ("140000000000", "province", None),
        ("140200000000", "city", "140000000000"),
        ("140213000000", "county", "140200000000"),
        ("140213052000", "subdistrict", "140213000000"),
        ("140213052012", "community", "140213052000"),
    ],
)
def test_levels_follow_from_the_zeros(code: str, its_level: str, its_parent: str | None) -> None:
    assert (level(code), parent(code)) == (its_level, its_parent)


def test_a_full_sheet_opens_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "ROWS_PER_SHEET", 5)
    path = tmp_path / "book.xlsx"
    with xlsx.Workbook(path, "题名", "表", number_columns=("二",)) as workbook:
        workbook.write(pl.DataFrame({"一": ["a", "b", None, "d"], "二": ["9.90001199001011E+17", "x", "y", None]}))
        workbook.write(pl.DataFrame({"一": ["e"], "二": ["z"]}))
    book = CalamineWorkbook.from_path(str(path))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert book.sheet_names == ["表1", "表2"]
    assert sheets[0] == [["题名", ""], ["一", "二"], ["a", 9.90001199001011e17], ["b", "x"], ["", "y"]]
    assert sheets[1] == [["题名", ""], ["一", "二"], ["d", ""], ["e", "z"]]


def test_markup_in_a_value_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not escape"), xlsx.Workbook(tmp_path / "b.xlsx", "t", "s") as workbook:
        workbook.write(pl.DataFrame({"a": ["1 < 2"]}))
