"""What lies over a workbook's values: merged cells, hidden columns, blank sheets; and files that are no workbook."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import xlwt

from pipelines.ingest.refusals import Refusal
from tests.pipelines.readers.raw_workbook import HEADER, SHEET, TABLE, read_notes, read_rows, row, sheet, write_book


def merged(tmp_path: Path, rows: str, *areas: str) -> Path:
    cells = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
    return write_book(tmp_path / "b.xlsx", {SHEET: sheet(rows, after=f"<mergeCells>{cells}</mergeCells>")})


@pytest.mark.parametrize("batch_rows", [1, 2, 50_000])
def test_a_merged_cell_belongs_to_every_row_it_covers(
    tmp_path: Path, batch_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.readers.xlsx.BATCH_ROWS", batch_rows)
    from pipelines.readers import xlsx

    path = merged(tmp_path, HEADER + row(2, "1", "甲", "x") + row(3, "2") + row(4, "3") + row(5, "4"), "B2:B4", "C3:C4")
    batches = list(xlsx.read(path, TABLE))  # in this process
    assert pl.concat(b.frame for b in batches).fill_null("").rows() == [
        ("1", "甲", "x"),
        ("2", "甲", ""),
        ("3", "甲", ""),
        ("4", "", ""),
    ]
    notes = [(b.first_row + at, key) for b in batches for key, places in b.cell_notes.items() for at in places]
    assert notes == [(3, ("b", "merged_cell")), (4, ("b", "merged_cell"))]


@pytest.mark.parametrize(
    ("rows", "areas", "wanted"),
    [
        (row(2, "1", "甲") + row(4, "2", "乙"), ["A2:A3", "B2:B3"], [("1", "甲", ""), ("", "", ""), ("2", "乙", "")]),
        (row(2, "1", "甲") + row(3, "2", "", "x"), ["B2:C2"], [("1", "甲", ""), ("2", "", "x")]),
        (row(2, "1", "甲") + row(3, "2", "", "x"), ["B1:B3"], [("1", "甲", ""), ("2", "", "x")]),
        (row(2, "1") + row(3, "2", "", "x"), ["B2:B3"], [("1", "", ""), ("2", "", "x")]),
        (
            f'<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f>1+1</f><v>2</v></c></row>{row(3, "2")}',
            ["B2:B3"],
            [("1", "=", ""), ("2", "=", "")],
        ),
    ],
    ids=["a tall row", "across columns", "from the header", "nothing in it", "a formula in it"],
)
def test_merged_cells_that_give_no_value(
    tmp_path: Path, rows: str, areas: list[str], wanted: list[tuple[str, ...]]
) -> None:
    assert [cells for *_, cells in read_rows(merged(tmp_path, HEADER + rows, *areas))] == wanted


def test_merged_cells_of_an_old_workbook(tmp_path: Path) -> None:
    made = xlwt.Workbook()
    written = made.add_sheet("甲")
    for at, name in enumerate(("编号", "名称", "数量")):
        written.write(0, at, name)
    written.write(1, 0, "1")
    written.write(2, 0, "2")
    written.write_merge(1, 2, 1, 1, "甲")
    made.save(str(path := tmp_path / "b.xls"))
    assert [cells for *_, cells in read_rows(path)] == [("1", "甲", ""), ("2", "甲", "")]


def test_a_hidden_column_is_told_at_its_first_value(tmp_path: Path) -> None:
    rows = HEADER + row(2, "1") + row(3, "2", "甲") + row(4, "3", "乙")
    hidden = '<cols><col min="2" max="2" width="9" hidden="1"/></cols>'
    path = write_book(tmp_path / "b.xlsx", {SHEET: sheet(rows, before=hidden)})
    assert read_notes(path) == {("b", "hidden_column"): [3]}
    narrow = '<cols><col min="2" max="2" width="0" customWidth="1"/></cols>'
    path = write_book(tmp_path / "b.xlsx", {SHEET: sheet(rows, before=narrow)})
    assert read_notes(path) == {("b", "hidden_column"): [3]}


def test_blank_sheets_beside_the_right_one_are_no_fault(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        book.add_worksheet("空")
        book.add_worksheet("甲").write_row(0, 0, ["编号", "名称", "数量"])
        book.get_worksheet_by_name("甲").write_row(1, 0, ["1", "甲", "x"])
        book.add_worksheet("Sheet3").write_string(4, 3, "  ")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=甲!$A$1:$A$2"})
        book.add_chartsheet("图").set_chart(chart)
    assert read_rows(tmp_path / "b.xlsx") == [(2, None, ("1", "甲", "x"))]


def old_workbook() -> bytes:
    made, content = xlwt.Workbook(), io.BytesIO()
    written = made.add_sheet("甲")
    for at, name in enumerate(("编号", "名称", "数量")):
        written.write(0, at, name)
        written.write(1, at, "x")
    made.save(content)
    return content.getvalue()


@pytest.mark.parametrize("name", ["b.xls", "b.xlsx", "b.XLS", "member"])
def test_the_content_says_how_a_workbook_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(old_workbook())
    assert [cells for *_, cells in read_rows(tmp_path / name)] == [("x", "x", "x")]
    write_book(tmp_path / name, {SHEET: sheet(HEADER + row(2, "1"))})
    assert [cells for *_, cells in read_rows(tmp_path / name)] == [("1", "", "")]


def packed(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (packed("mimetype", "content.xml"), "ODS"),
        (packed("xl/workbook.bin"), "XLSB"),
        (packed("word/document.xml"), "DOCX"),
        (packed("人口.csv"), "ZIP"),
        (b"Rar!\x1a\x07\x01\0", "RAR"),
        (b"%PDF-1.7", "PDF"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "XML"),
        ("编号,名称\n1,甲\n".encode("gb18030"), "CSV/TXT"),
    ],
    ids=["ODS", "XLSB", "DOCX", "ZIP", "RAR", "PDF", "XML", "text"],
)
def test_another_kind_of_file_under_a_workbooks_name_is_named(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "b.xlsx").write_bytes(content)
    with pytest.raises(Refusal, match=f"the content is {kind}, and XLSX is agreed") as refused:
        read_rows(tmp_path / "b.xlsx")
    assert kind in refused.value.for_clerk()[0]


def test_macros_change_nothing(tmp_path: Path) -> None:
    path = write_book(tmp_path / "b.xlsm", {SHEET: sheet(HEADER + row(2, "1")), "xl/vbaProject.bin": b"\0" * 9})
    assert [cells for *_, cells in read_rows(path)] == [("1", "", "")]


def test_totals_merged_over_rows_are_left_out(tmp_path: Path) -> None:
    assert TABLE.layout
    table = replace(TABLE, layout=TABLE.layout.model_copy(update={"ignore_rows": "合计"}))
    path = merged(tmp_path, HEADER + row(2, "1", "甲") + row(3, "合计", "", "1") + row(4, "", "", "2"), "A3:A4")
    assert [mark for _, mark, _ in read_rows(path, table)] == [None, "ignored", "ignored"]
