"""Writes workbooks of any size, column by column.

Libraries write cell by cell, which takes minutes for a city's property register. Here Polars concatenates the XML of a whole
block of rows, and zlib (level 1) compresses it. Text is in inline strings; there are no styles. The files open in Excel and
LibreOffice and are read by calamine. Timestamps are fixed, so the same rows give the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Final
from xml.sax.saxutils import escape

import polars as pl

ROWS_PER_SHEET: Final = 1_000_000  # title and header included; Excel's own end is 1,048,576
ROWS_ABOVE: Final = 2  # title and header
_MARKUP: Final = ["&", "<", ">"]
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def _cells(frame: pl.DataFrame, column: str, may_be_number: bool) -> list[pl.Expr]:
    """The XML parts of one column's cells. Nulls are empty cells; a text like 9.9E+17 becomes a number."""
    series = frame[column]
    value = pl.col(column)
    text = [pl.lit('<c t="inlineStr"><is><t>'), value, pl.lit("</t></is></c>")]
    if not may_be_number and not series.null_count():
        return text
    cell = pl.when(value.is_null()).then(pl.lit("<c/>"))
    if may_be_number:
        number = pl.concat_str([pl.lit("<c><v>"), value, pl.lit("</v></c>")])
        return [cell.when(value.str.contains("E+", literal=True)).then(number).otherwise(pl.concat_str(text))]
    return [cell.otherwise(pl.concat_str(text))]


def _sheet_rows(frame: pl.DataFrame, number_columns: Sequence[str]) -> bytes:
    """The rows as XML in UTF-8. ValueError: a text has markup characters (none in the city does)."""
    if any(frame.select(pl.all().str.contains_any(_MARKUP).any()).row(0)):
        raise ValueError("a value holds &, < or >: this writer does not escape values")
    cells = [part for column in frame.columns for part in _cells(frame, column, column in number_columns)]
    rows = frame.select(pl.concat_str([pl.lit("<row>"), *cells, pl.lit("</row>")]))
    buffer = io.BytesIO()
    rows.write_csv(buffer, include_header=False, quote_style="never")
    return buffer.getvalue()


class Workbook:
    """A workbook written in blocks of rows, with a new sheet whenever one is full; use it as a context manager.

    Each sheet starts with the title in a cell merged over all columns and the header below it. In `number_columns`, texts
    in scientific notation become numeric cells.
    """

    def __init__(self, path: Path, title: str, sheet_name: str, number_columns: Sequence[str] = ()) -> None:
        self._zip = zipfile.ZipFile(path, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=1)
        self._title, self._sheet_name = title, sheet_name
        self._columns: list[str] = []
        self._number_columns = tuple(number_columns)
        self._sheet: IO[bytes] | None = None
        self._sheets = 0
        self._filled = 0

    def __enter__(self) -> Workbook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            if self._sheet is not None and not self._sheet.closed:
                self._sheet.close()
            self._zip.close()

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows; every column is text, and the first frame's columns become the header."""
        self._columns = frame.columns
        while frame.height:
            if self._sheet is None or self._filled == ROWS_PER_SHEET:
                self._open_sheet()
            assert self._sheet is not None
            part = frame.head(ROWS_PER_SHEET - self._filled)
            self._sheet.write(_sheet_rows(part, self._number_columns))
            self._filled += part.height
            frame = frame.slice(part.height)

    def _open(self, name: str) -> IO[bytes]:
        return self._zip.open(name, "w", force_zip64=True)  # opened by name, an entry is dated 1980-01-01

    def _write_part(self, name: str, xml: str) -> None:
        with self._open(name) as part:
            part.write((_DECLARATION + xml).encode())

    def _open_sheet(self) -> None:
        self._close_sheet()
        self._sheets += 1
        self._sheet = self._open(f"xl/worksheets/sheet{self._sheets}.xml")
        title = f'<row r="1">{_cell(self._title)}</row>'
        header = f'<row r="2">{"".join(_cell(column) for column in self._columns)}</row>\n'
        self._sheet.write(f'{_DECLARATION}<worksheet xmlns="{_MAIN}"><sheetData>{title}{header}'.encode())
        self._filled = ROWS_ABOVE

    def _close_sheet(self) -> None:
        if self._sheet is not None:
            last = chr(ord("A") + len(self._columns) - 1)
            merged = f'<mergeCells count="1"><mergeCell ref="A1:{last}1"/></mergeCells>'
            self._sheet.write(f"</sheetData>{merged}</worksheet>".encode())
            self._sheet.close()

    def _finish(self) -> None:
        self._close_sheet()
        numbers = range(1, self._sheets + 1)
        sheets = "".join(f'<sheet name="{self._sheet_name}{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
        self._write_part(
            "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'
        )
        relation = f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet'
        sheet_relations = "".join(f'<Relationship Id="rId{n}" {relation}{n}.xml"/>' for n in numbers)
        self._write_part(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships">{sheet_relations}</Relationships>',
        )
        book = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        self._write_part("_rels/.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{book}</Relationships>')
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}worksheet+xml"/>' for n in numbers
        )
        self._write_part(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}sheet.main+xml"/>{overrides}</Types>',
        )
