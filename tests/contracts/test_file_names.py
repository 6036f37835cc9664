"""The contracts that a file name belongs to."""

from dataclasses import replace
from datetime import date

import pytest

from contracts.file_names import agreed_file_name, date_in, is_correction, is_unfinished, tables_for_file
from contracts.identifiers import contains_number
from contracts.layout import Layout
from contracts.load import load_catalog

CATALOG = load_catalog()
RESIDENT = CATALOG.tables["source.resident"]


def test_the_name_says_table_date_and_correction() -> None:
    pattern = r"人口信息_(?P<date>\d{8})(?P<correction>_更正)?\.csv"
    table = replace(RESIDENT, layout=Layout(format="csv", file_pattern=pattern))
    for name, corrects in (("人口信息_20240301.csv", False), ("人口信息_20240301_更正.csv", True)):
        [(found, match)] = tables_for_file([table], name)
        assert (found, date_in(match), is_correction(match)) == (table, date(2024, 3, 1), corrects)
    assert agreed_file_name(table) == "人口信息_YYYYMMDD.csv"


@pytest.mark.parametrize("name", ["人口信息_20240301.CSV", "人口信息_20240301_更正.Csv"])
def test_capitals_are_no_other_name(name: str) -> None:
    [(table, match)] = tables_for_file(CATALOG.sources(), name)
    assert (table.name, date_in(match), is_correction(match)) == ("resident", date(2024, 3, 1), "更正" in name)
    assert is_unfinished("人口信息_20240301.csv.PART")


def test_a_name_of_an_earlier_version_is_still_known() -> None:
    old = replace(RESIDENT, layout=Layout(format="csv", file_pattern=r"户口\.csv"))
    [(table, match)] = tables_for_file([replace(RESIDENT, earlier=(old,))], "户口.csv")
    assert (table.name, date_in(match)) == ("resident", None)


def test_a_strange_name_fits_nothing_and_a_strange_date_is_told() -> None:
    assert tables_for_file(CATALOG.sources(), "人口信息.csv") == []
    [(_, match)] = tables_for_file(CATALOG.sources(), "人口信息_20241399.csv")
    with pytest.raises(ValueError, match="data"):
        date_in(match)


@pytest.mark.parametrize("name", [".人口信息_20240301.csv", "~$不动产登记_20240301.xlsx", "人口信息_20240301.csv.part"])
def test_what_is_still_being_written(name: str) -> None:
    assert is_unfinished(name)
    assert not is_unfinished("人口信息_20240301.csv")


@pytest.mark.parametrize(
    ("text", "holds"),
    [("人口信息_20240301.csv", False), ("人口信息_990001199001010009.csv", True), ("打15400001234", True), ("", False)],
)
def test_a_number_in_a_name(text: str, holds: bool) -> None:
    assert contains_number(text) is holds
