"""Values as offices write them."""

import re
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.model import Column, Table
from pipelines.ingest.clean import EVERYDAY, parse_types


def clean_value(text: str, formats: tuple[str, ...] = ()) -> date | None:
    column = Column("day", "日期", "日期", "date", formats=formats)
    table = Table("t", "source", "1.0.0", "表", (column,), "t.odcs.yaml", "")
    value = parse_types(pl.DataFrame({"day": [text]}), table)["day"][0]
    assert value is None or isinstance(value, date)
    return value


@pytest.mark.parametrize("text", ["2024-03-01", "2024/3/1", "2024/03/01", "20240301", "2024年3月1日", "2024年03月01日"])
def test_a_date_without_contracted_formats_is_read_as_offices_write_it(text: str) -> None:
    assert clean_value(text) == date(2024, 3, 1)


def test_contracted_formats_are_the_only_ones_beside_iso() -> None:
    assert clean_value("01.03.2024", ("%d.%m.%Y",)) == date(2024, 3, 1)
    assert clean_value("2024-03-01", ("%d.%m.%Y",)) == date(2024, 3, 1)
    assert clean_value("2024/3/1", ("%d.%m.%Y",)) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [("45352", date(2024, 3, 1)), ("45352.75", date(2024, 3, 1)), ("61", date(1900, 3, 1)), ("60", None), ("x", None)],
)
def test_a_spreadsheet_s_day_number_is_a_date_where_agreed(text: str, day: date | None) -> None:
    assert clean_value(text, ("%Y/%m/%d", "excel")) == day
    assert clean_value("45352") is None


def test_a_whole_number_may_be_written_with_its_zeros() -> None:
    texts = ["2000010001.00", "01", "-7.0", "12.50", "1.000.000", ".0", "1e3"]
    table = Table("t", "source", "1.0.0", "表", (Column("n", "数", "数", "integer"),), "t.odcs.yaml", "")
    numbers = parse_types(pl.DataFrame({"n": texts}), table)["n"].to_list()
    assert numbers == [2_000_010_001, 1, -7, None, None, None, None]


@pytest.mark.parametrize(
    "text",
    [
        "24-03-01", "3/1/24", "24/3/1", "78年3月1日", "112/03/01", "113年3月1日", "民国113年3月1日", "0113年3月1日"[1:],
        "2024111", "202411", "20241", "2024011", "240301", "024-03-01", "+2024-03-01", "-2024-03-01", "2024 -03-01",
        "12024-03-01", "2024-003-01", "2024-03-001", "20240230", "19000229", "1990-00-00", "2024-03-01x", "2024-03",
    ],
)  # fmt: skip
def test_a_date_is_read_only_with_four_digits_of_a_year_and_no_room_for_doubt(text: str) -> None:
    assert clean_value(text) is None
    assert clean_value(text, ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日")) is None


@given(st.dates(), st.sampled_from(EVERYDAY["date"]))
def test_a_day_written_by_a_pattern_is_that_day(day: date, pattern: str) -> None:
    assert (
        clean_value(pattern.replace("%Y", f"{day.year:04}").replace("%m", f"{day:%m}").replace("%d", f"{day:%d}"))
        == day
    )


@given(st.text(alphabet="0123456789-/年月日", max_size=11))
def test_what_is_read_is_what_was_written(text: str) -> None:
    day = clean_value(text)
    if day:
        numbers = [int(part) for part in re.findall("[0-9]+", text)]
        assert numbers in ([day.year, day.month, day.day], [int(f"{day:%Y%m%d}")])
