"""Reads workbooks: XLSX, XLS, and WPS's ET. Only `cell_text` decides what text a cell becomes.

Not here: hidden rows and formulas (`sheet_xml.py`).
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import polars as pl
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from contracts.layout import Layout
from contracts.model import Table
from pipelines.ingest.refusals import Refusal
from pipelines.readers.batch import HIDDEN_ROW, IGNORED_ROW, Batch, join_header_rows, match_header, non_record_rows
from pipelines.readers.sheet_xml import SheetMarks, sheet_marks
from warehouse.lake import archives

BATCH_ROWS = 50_000
LARGEST = 2 << 30
MOST_ROWS = 1 << 20  # of a sheet, in Excel
EXACT_DIGITS = 1e15  # Excel keeps 15 significant digits of a number
OLE_MAGIC = b"\xd0\xcf\x11\xe0"  # the container of XLS, ET, and of every workbook with a password
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
FORMULA = "="
BOOK = "xl/workbook.xml"
DAMAGE_ERRORS = (
    CalamineError,
    *archives.READ_ERRORS,
    ParseError,
    LookupError,
)  # LookupError: XML in an unknown encoding


def read(path: Path, table: Table) -> Iterator[Batch]:
    """Yield the rows of all sheets, or of those the contract names.

    Refusal: no workbook, a zip bomb, a password, a visible sheet without the header. A hidden sheet without it is only
    reported among the unknown columns.
    """
    layout = table.layout
    assert layout is not None
    try:
        _check_size(path)
        yield from _read_book(path, table, layout)
    except PasswordError:
        raise Refusal("encrypted", path.name) from None
    except archives.BadArchive as error:
        raise Refusal.archive(error) from None
    except DAMAGE_ERRORS:
        raise Refusal("not_a_workbook", path.name) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # calamine's own class of it cannot be imported
            raise
        raise Refusal("not_a_workbook", path.name) from None


def _read_book(path: Path, table: Table, layout: Layout) -> Iterator[Batch]:
    book = CalamineWorkbook.from_path(str(path))
    wanted = [s for s in book.sheets_metadata if layout.sheets in ("*", s.name) or re.fullmatch(layout.sheets, s.name)]
    if not wanted:
        raise Refusal("missing_sheet", path.name, sheet=layout.sheets)
    if len({s.name for s in wanted}) < len(wanted):
        raise ValueError("several sheets of one name: only the first could be read")
    several = len(wanted) > 1
    for meta in wanted:
        sheet = book.get_sheet_by_name(meta.name)
        if not sheet.height:
            continue
        batches = _read_sheet(sheet, table, layout, path, meta.name if several else "")
        try:
            yield from batches
        except Refusal as refusal:
            if refusal.rule != "missing_column" or not several:
                raise
            if meta.visible == SheetVisibleEnum.Visible:
                columns = refusal.facts["columns"]
                raise Refusal("sheet_without_header", path.name, sheet=meta.name, columns=columns) from None
            none = pl.DataFrame(schema={c.name: pl.String for c in table.columns})
            yield Batch(1, none, {}, meta.name, (f"隐藏的工作表“{meta.name}”",))


def _check_size(path: Path) -> None:
    """Raise Refusal for a zip bomb, by the ZIP directory before anything is unpacked, and for a workbook with a password."""
    with path.open("rb") as file:
        if file.read(4) == OLE_MAGIC:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                if content.find(ENCRYPTED_STREAM) >= 0:
                    raise Refusal("encrypted", path.name)
            return
    names = {entry.filename.lower() for entry in archives.check_sizes(path, LARGEST)}
    if BOOK not in names:  # the library would also try an ODS or XLSB, which no contract allows
        raise BadZipFile("no XLSX")
    with ZipFile(path) as archive:
        if archive.testzip() is not None:  # a directory can understate what comes out
            raise Refusal("not_a_workbook", path.name)


def _read_sheet(sheet: CalamineSheet, table: Table, layout: Layout, path: Path, name: str) -> Iterator[Batch]:
    if sheet.end and sheet.end[0] >= MOST_ROWS:
        raise ValueError("a row that no sheet has")
    rows = sheet.iter_rows()
    top = [[cell_text(c) for c in row] for row in islice(rows, layout.header_row - 1 + layout.header_rows)]
    header = match_header(
        join_header_rows(top[layout.header_row - 1 :] or [[]]), table, f"{path.name} [{name}]" if name else path.name
    )
    beside = sheet_marks(path, sheet.name, first_column=sheet.start[1] if sheet.start else 0)
    first = layout.header_row + layout.header_rows
    while batch := list(islice(rows, BATCH_ROWS)):
        columns = list(zip(*batch, strict=True))
        frame = pl.DataFrame([_texts(column, columns[at]) for column, at in header.positions.items()])
        frame = _with_formulas(frame, header.positions, beside, first)
        notes = header.notes if first == layout.header_row + layout.header_rows else ()
        yield Batch(first, frame, _marks(columns, layout, beside, first), name, header.unknown, header_notes=notes)
        first += len(batch)


def _with_formulas(frame: pl.DataFrame, positions: dict[str, int], beside: SheetMarks, first: int) -> pl.DataFrame:
    """The frame with FORMULA in place of each formula's last computed value."""
    for name, at in positions.items():
        places = [row - first for row in beside.formulas.get(at, ()) if first <= row < first + len(frame)]
        if places:
            frame = frame.with_columns(frame[name].scatter(places, FORMULA))
    return frame


def _marks(columns: list[tuple[Any, ...]], layout: Layout, beside: SheetMarks, first: int) -> dict[int, str]:
    height = len(columns[0])
    marks = {row - first: HIDDEN_ROW for row in beside.hidden_rows if first <= row < first + height}
    if layout.ignore_rows:
        cells = pl.DataFrame([_texts(str(i), column) for i, column in enumerate(columns)])
        marks |= dict.fromkeys(non_record_rows(cells, layout), IGNORED_ROW)
    return marks


def _texts(name: str, cells: tuple[Any, ...]) -> pl.Series:
    all_text = set(map(type, cells)) == {str}
    return pl.Series(name, cells if all_text else [cell_text(cell) for cell in cells], dtype=pl.String)


def cell_text(cell: Any) -> str:
    """A cell as text. Whole numbers have no `.0`; from 1e15 on as `9.90001199001011E+17`, which shows that digits are lost."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return f"{cell:.14E}" if abs(cell) >= EXACT_DIGITS else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
