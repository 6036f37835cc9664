"""Workbooks: XLSX, XLS, and what WPS saves (ET). What text a cell becomes is decided in one place, `cell_text`.

Not here: what a sheet's XML says beside its values (`sheet_xml.py`).
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

from contracts.model import Layout, Table
from pipelines.ingest.refusals import Refusal
from pipelines.readers.batch import HIDDEN, IGNORED, Batch, join_header_rows, match_header, non_record_rows
from pipelines.readers.sheet_xml import SheetMarks, sheet_marks
from warehouse.lake import archives

BATCH_ROWS = 50_000
LARGEST = 2 << 30
MOST_ROWS = 1 << 20  # of a sheet, in Excel
EXACT_DIGITS = 1e15  # Excel keeps 15 significant digits of a number
OLD = b"\xd0\xcf\x11\xe0"  # the container of XLS, ET, and of every workbook with a password
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
FORMULA = "="
BOOK = "xl/workbook.xml"
DAMAGED = (CalamineError, *archives.DAMAGED, ParseError, LookupError)  # LookupError: XML in an encoding nobody knows


def read(path: Path, table: Table) -> Iterator[Batch]:
    """The rows of all sheets, or of those the contract names. Refused: no workbook, a zip bomb, a password, a sheet
    without the header; only a hidden one may be something else, it is named among the unknown columns.
    """
    layout = table.layout
    assert layout is not None
    try:
        _measure(path)
        yield from _read_book(path, table, layout)
    except PasswordError:
        raise Refusal("encrypted", path.name) from None
    except archives.BadArchive as error:
        raise Refusal.archive(error) from None
    except DAMAGED:
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
        raise ValueError("sheets of one name: only the first can be had")
    several = len(wanted) > 1
    for meta in wanted:
        sheet = book.get_sheet_by_name(meta.name)
        if not sheet.height:
            continue
        batches = _read_sheet(sheet, table, layout, path, meta.name if several else "")
        try:
            yield from batches
        except Refusal as refused:
            if refused.rule != "missing_column" or not several:
                raise
            if meta.visible == SheetVisibleEnum.Visible:
                columns = refused.facts["columns"]
                raise Refusal("sheet_without_header", path.name, sheet=meta.name, columns=columns) from None
            none = pl.DataFrame(schema={c.name: pl.String for c in table.columns})
            yield Batch(1, none, {}, meta.name, (f"隐藏的工作表“{meta.name}”",))


def _measure(path: Path) -> None:
    """Refuse by the zip directory, before anything is unpacked; and what has a password, before anything is tried."""
    with path.open("rb") as file:
        if file.read(4) == OLD:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                if content.find(ENCRYPTED) >= 0:
                    raise Refusal("encrypted", path.name)
            return
    names = {entry.filename.lower() for entry in archives.check_sizes(path, LARGEST)}
    if BOOK not in names:  # an ODS or XLSB; the library would try it, and no office agreed on one
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
        yield Batch(first, frame, _marks(columns, layout, beside, first), name, header.unknown)
        first += len(batch)


def _with_formulas(frame: pl.DataFrame, positions: dict[str, int], beside: SheetMarks, first: int) -> pl.DataFrame:
    """A cell with a formula is the formula, not what it came to when somebody last saved the file."""
    for name, at in positions.items():
        places = [row - first for row in beside.formulas.get(at, ()) if first <= row < first + len(frame)]
        if places:
            frame = frame.with_columns(frame[name].scatter(places, FORMULA))
    return frame


def _marks(columns: list[tuple[Any, ...]], layout: Layout, beside: SheetMarks, first: int) -> dict[int, str]:
    height = len(columns[0])
    marks = {row - first: HIDDEN for row in beside.hidden if first <= row < first + height}
    if layout.ignore_rows:
        cells = pl.DataFrame([_texts(str(i), column) for i, column in enumerate(columns)])
        marks |= dict.fromkeys(non_record_rows(cells, layout), IGNORED)
    return marks


def _texts(name: str, cells: tuple[Any, ...]) -> pl.Series:
    all_text = set(map(type, cells)) == {str}
    return pl.Series(name, cells if all_text else [cell_text(cell) for cell in cells], dtype=pl.String)


def cell_text(cell: Any) -> str:
    """A cell as text. Whole numbers have no `.0`; from 1e15 on `9.90001199001011E+17`, so that lost digits are seen."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return f"{cell:.14E}" if abs(cell) >= EXACT_DIGITS else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
