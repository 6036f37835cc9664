"""Workbooks with more than plain rows: merged headers, totals, hidden rows and sheets, formulas, old formats."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from contracts.errors import DeliveryError
from contracts.layout import Layout
from contracts.model import Column, Table
from pipelines.readers import READERS
from pipelines.readers.batch import join_header_rows

NAMES = [("a", "编号"), ("b", "联系方式/电话"), ("c", "联系方式/备注")]
COLUMNS = tuple(Column(name, header, header, "string") for name, header in NAMES)
TABLE = Table(
    "t",
    "source",
    "1",
    "t",
    COLUMNS,
    "t",
    "d",
    layout=Layout(format="xlsx", file_pattern="t", header_row=2, header_rows=2),
)
Read = list[tuple[int, str | None, tuple[str, ...]]]


def rows(path: Path, table: Table = TABLE) -> Read:
    """(row, mark, cells) of every row."""
    found: Read = []
    for batch in READERS["xlsx"](path, table):
        cells = batch.frame.fill_null("").rows()
        found += [(batch.first_row + i, batch.marks.get(i), row) for i, row in enumerate(cells)]
    return found


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A title, a header of two rows with merged cells, three records, a totals row; all moved one column to the right."""
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("甲")
        sheet.merge_range("B1:D1", "统计表")
        sheet.merge_range("B2:B3", "编号")
        sheet.merge_range("C2:D2", "联系方式")
        sheet.write_row("C3", ["电话", "备注"])
        sheet.write_row("B4", ["1", "x", "y"])
        sheet.write_row("B5", ["2", "x", "y"])
        sheet.set_row(4, None, None, {"hidden": True})
        sheet.write_row("B6", ["3", "x"])
        sheet.write_formula("D6", "=1+1", value=2)
        sheet.write_row("B8", ["合计", 3])
        hidden = made.add_worksheet("字典")
        hidden.write("A1", "男")
        hidden.hide()
    return path


def test_merged_headers_hidden_rows_and_formulas(book: Path) -> None:
    assert rows(book) == [
        (4, None, ("1", "x", "y")),
        (5, "hidden_row", ("2", "x", "y")),
        (6, None, ("3", "x", "=")),
        (7, None, ("", "", "")),
        (8, None, ("合计", "3", "")),
    ]


def test_a_sheet_of_something_else_is_named_where_all_are_read(book: Path) -> None:
    with xlsxwriter.Workbook(book) as made:
        for name, lines in (
            ("甲", [[], ["编号", "联系方式", ""], ["", "电话", "备注"], ["1", "x", "y"]]),
            ("说明", [["本表"]]),
        ):
            sheet = made.add_worksheet(name)
            for at, line in enumerate(lines):
                sheet.write_row(at, 0, line)
    with pytest.raises(DeliveryError, match="sheet 说明 lacks the agreed header"):
        rows(book)
    assert TABLE.layout
    only = replace(TABLE, layout=TABLE.layout.model_copy(update={"sheets": "甲|乙"}))
    assert [cells for *_, cells in rows(book, only)] == [("1", "x", "y")]


def test_totals_are_no_records_where_the_contract_says_so(book: Path) -> None:
    assert TABLE.layout
    table = replace(TABLE, layout=TABLE.layout.model_copy(update={"ignore_rows": "合计|总计"}))
    assert [mark for _, mark, _ in rows(book, table)][-1] == "ignored"


def test_a_hidden_sheet_of_something_else_is_named_and_left_out(book: Path) -> None:
    *_, last = READERS["xlsx"](book, TABLE)
    assert (len(last.frame), last.unknown_columns) == (0, ("隐藏的工作表“字典”",))


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ([["编号", "联系", ""], ["", "电话", "备注"]], ["编号", "联系/电话", "联系/备注"]),
        ([["编号", "联系", "", "备注"], ["", "电话", "地址", ""]], ["编号", "联系/电话", "联系/地址", "备注"]),
        ([["编号", "编号"], ["编号", "旧"]], ["编号", "编号/旧"]),
        ([["甲", "", ""], ["乙", "", "丙"], ["a", "b", "c"]], ["甲/乙/a", "甲/乙/b", "甲/丙/c"]),
        ([["甲", "乙"], ["a"]], ["甲/a", "乙"]),
        ([["甲", "乙"]], ["甲", "乙"]),
    ],
)
def test_headers_of_several_rows(header: list[list[str]], names: list[str]) -> None:
    assert join_header_rows(header) == names


@pytest.mark.parametrize("suffix", ["xls", "et"])
def test_old_workbooks(tmp_path: Path, suffix: str) -> None:
    made = xlwt.Workbook(encoding="utf-8")
    sheet = made.add_sheet("甲")
    lines = [["表"], ["编号", "联系方式", ""], ["", "电话", "备注"], [12, "x", date(2024, 3, 1)]]
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for i, line in enumerate(lines):
        for j, value in enumerate(line):
            sheet.write(i, j, value, day) if isinstance(value, date) else sheet.write(i, j, value)
    made.save(str(path := tmp_path / f"b.{suffix}"))
    assert rows(path) == [(4, None, ("12", "x", "2024-03-01"))]


def test_a_password_is_said(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(508) + "EncryptedPackage".encode("utf-16-le") + bytes(512))
    with pytest.raises(DeliveryError, match="the file has a password"):
        rows(path)
