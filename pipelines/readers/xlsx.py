"""Reads workbooks: XLSX, XLS, and WPS's ET. Only `cell_text` decides what text a cell becomes.

Not here: opening one (`workbook_check.py`), hidden rows, formulas and merged cells (`sheet_cells.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

import polars as pl
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from contracts.layout import Layout
from contracts.model import Table
from pipelines.ingest.refusals import Refusal
from pipelines.readers.batch import IGNORED_ROW, Batch, join_header_rows, match_header, non_record_rows
from pipelines.readers.sheet_cells import SheetCells
from pipelines.readers.sheet_xml import Area, sheet_marks
from pipelines.readers.workbook_check import open_workbook
from warehouse.lake import archives

BATCH_ROWS = 50_000
MOST_ROWS = 1 << 20  # of a sheet, in Excel
EXACT_DIGITS = 1e15  # Excel keeps 15 significant digits of a number
DAMAGE_ERRORS = (
    CalamineError,
    *archives.READ_ERRORS,
    ParseError,
    ExpatError,
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
        with open_workbook(path) as book:
            yield from _read_book(book, path, table, layout)
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


def _read_book(book: CalamineWorkbook, path: Path, table: Table, layout: Layout) -> Iterator[Batch]:
    wanted = [s for s in book.sheets_metadata if layout.sheets in ("*", s.name) or re.fullmatch(layout.sheets, s.name)]
    if not wanted:
        raise Refusal("missing_sheet", path.name, sheet=layout.sheets)
    if len({s.name for s in wanted}) < len(wanted):
        raise ValueError("several sheets of one name: only the first could be read")
    several = len(wanted) > 1
    for meta in wanted:
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.end and sheet.end[0] >= MOST_ROWS:
            raise ValueError("a row that no sheet has")
        if _is_blank(sheet):
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


def _read_sheet(sheet: CalamineSheet, table: Table, layout: Layout, path: Path, name: str) -> Iterator[Batch]:
    rows = sheet.iter_rows()
    top = [[cell_text(c) for c in row] for row in islice(rows, layout.header_row - 1 + layout.header_rows)]
    header = match_header(
        join_header_rows(top[layout.header_row - 1 :] or [[]]), table, f"{path.name} [{name}]" if name else path.name
    )
    first, left = layout.header_row + layout.header_rows, sheet.start[1] if sheet.start else 0
    merged = [Area(r0 + 1, c0, r1 + 1, c1) for (r0, c0), (r1, c1) in sheet.merged_cell_ranges or ()]
    cells = SheetCells(sheet_marks(path, sheet.name), merged, header.positions, first, left)
    while batch := list(islice(rows, BATCH_ROWS)):
        columns, numbers = list(zip(*batch, strict=True)), range(first, first + len(batch))
        frame = pl.DataFrame([_texts(column, columns[at]) for column, at in header.positions.items()])
        frame, cell_notes = cells.complete(frame, numbers, columns)
        marks = cells.hidden_rows(numbers) | _ignored(columns, frame, header.positions, layout)
        notes = header.notes if first == layout.header_row + layout.header_rows else ()
        yield Batch(first, frame, marks, name, header.unknown, cell_notes=cell_notes, header_notes=notes)
        first += len(batch)


def _ignored(
    columns: list[tuple[Any, ...]], frame: pl.DataFrame, positions: dict[str, int], layout: Layout
) -> dict[int, str]:
    """The marks of rows that are no records by the contract; `frame` has the completed cells of its columns."""
    if not layout.ignore_rows:
        return {}
    completed = {at: frame[name] for name, at in positions.items()}
    cells = [completed[at] if at in completed else _texts("", column) for at, column in enumerate(columns)]
    named = pl.DataFrame([column.alias(str(at)) for at, column in enumerate(cells)])
    return dict.fromkeys(non_record_rows(named, layout), IGNORED_ROW)


def _is_blank(sheet: CalamineSheet) -> bool:
    """True if no cell has text: Excel adds such sheets by itself."""
    return not any(cell_text(cell).strip() for row in sheet.iter_rows() for cell in row)


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
