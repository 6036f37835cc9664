"""Values as offices write them."""

from datetime import date

import polars as pl
import pytest

from contracts.model import Column, Table
from pipelines.ingest.clean import parse_types


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
