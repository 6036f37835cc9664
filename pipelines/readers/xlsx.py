"""XLSX workbooks. What text a cell becomes is decided in one place, `cell_text`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import polars as pl
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from contracts.model import Layout, Table
from pipelines.readers.batch import Batch, match_header
from pipelines.reasons import Refused

BATCH_ROWS = 50_000
LARGEST = 2 << 30
LARGEST_RATIO = 200
EXACT_DIGITS = 1e15  # Excel keeps 15 significant digits of a number


def read(path: Path, table: Table) -> Iterator[Batch]:
    """The rows of all sheets (or the contract's one). Refused: no workbook, a zip bomb, a sheet without the header."""
    layout = table.layout
    assert layout is not None
    _measure(path)
    try:
        yield from _read_book(path, table, layout)
    except CalamineError:
        raise Refused("not_a_workbook", path.name) from None


def _read_book(path: Path, table: Table, layout: Layout) -> Iterator[Batch]:
    book = CalamineWorkbook.from_path(str(path))
    if layout.sheets != "*" and layout.sheets not in book.sheet_names:
        raise Refused("missing_sheet", path.name, sheet=layout.sheets)
    names = book.sheet_names if layout.sheets == "*" else [layout.sheets]
    several = len(names) > 1
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if sheet.height:
            yield from _read_sheet(sheet, table, layout.header_row, path.name, name if several else "")


def _measure(path: Path) -> None:
    """Refuse by the zip directory, before anything is unpacked."""
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
    except BadZipFile:
        raise Refused("not_a_workbook", path.name) from None
    size = sum(entry.file_size for entry in entries)
    ratio = size // max(1, sum(entry.compress_size for entry in entries))
    if size > LARGEST or ratio > LARGEST_RATIO:
        raise Refused("bomb", path.name, size=size >> 20, ratio=ratio)


def _read_sheet(sheet: CalamineSheet, table: Table, header_row: int, file: str, name: str) -> Iterator[Batch]:
    rows = sheet.iter_rows()
    cells = [cell_text(cell) for cell in next(islice(rows, header_row - 1, None), [])]
    header = match_header(cells, table, f"{file} [{name}]" if name else file)
    first = header_row + 1
    while batch := list(islice(rows, BATCH_ROWS)):
        columns = list(zip(*batch, strict=True))
        frame = pl.DataFrame([_texts(column, columns[at]) for column, at in header.positions.items()])
        yield Batch(first, frame, {}, name, header.unknown)
        first += len(batch)


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
