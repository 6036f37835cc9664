"""Reads a sample file into rows of text cells; format, encoding and delimiter are found by content.

Not here: finding the header row (`headers.py`).
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import polars as pl
from python_calamine import CalamineError, CalamineSheet, SheetTypeEnum

from contracts.errors import DeliveryError
from pipelines.drafting.grid import SAMPLE_ROWS, Grid
from pipelines.drafting.json_cells import is_json_text, json_grid
from pipelines.ingest.refusals import Refusal
from pipelines.readers.content_kind import TEXT, content_kind
from pipelines.readers.decode import TextFile, without_marks
from pipelines.readers.text_encodings import unmarked_utf_16
from pipelines.readers.workbook_check import open_workbook
from pipelines.readers.xlsx import cell_text
from warehouse.lake.archives import BadArchive

SAMPLE_PIECES = 2  # of text, each of about 4 MiB
HEAD_BYTES = 1 << 20
READ_KINDS = ("", "ZIP", "XLSX", "XLS", "Parquet", "JSON", TEXT)
DELIMITERS = ",\t;|"
SNIFFED_LINES = 100


@dataclass(frozen=True)
class Cells:
    """The grids of a file and the contract's `layout` entries that describe how to read it."""

    grids: list[Grid]
    layout: dict[str, Any] = field(default_factory=dict)


def read_cells(path: Path) -> Cells:
    """Read the first rows of a file. DeliveryError: it is empty, an archive, damaged, or not text."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise DeliveryError(f"cannot be opened: {error.strerror}", where=str(path), remedy="look at its path") from None
    if not head.strip(b"\0 \r\n\t"):
        raise DeliveryError("the file is empty", where=path.name, remedy="give a file with rows")
    kind = content_kind(head)
    if kind not in READ_KINDS:
        raise DeliveryError(f"a file of the kind {kind}", where=path.name, remedy=_OPEN)
    try:
        if kind in ("ZIP", "XLSX", "XLS"):
            return _workbook(path)
        if kind == "Parquet":
            return Cells([_frame_grid(pl.scan_parquet(path).head(SAMPLE_ROWS).collect())], {"format": "parquet"})
        return _text(head, path)
    except BadArchive as error:
        raise Refusal.archive(error) from None
    except (CalamineError, BadZipFile, pl.exceptions.PolarsError, csv.Error, OSError):
        # their texts may quote cells
        raise DeliveryError("the file is damaged or of a kind we do not read", where=path.name, remedy=_OPEN) from None


_OPEN = "open it in a spreadsheet and save it as XLSX or CSV"


def _workbook(path: Path) -> Cells:
    with open_workbook(path) as book:
        names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        grids = [_sheet_grid(book.get_sheet_by_name(name)) for name in names]
    grids = [grid for grid in grids if any(map(any, grid.rows))]
    if not grids:
        raise DeliveryError("no sheet has a cell", where=path.name, remedy="give a workbook with rows")
    return Cells(grids, {"format": "xlsx"})


def _sheet_grid(sheet: CalamineSheet) -> Grid:
    rows = [[cell_text(cell).strip() for cell in row] for row in islice(sheet.iter_rows(), SAMPLE_ROWS)]
    left = sheet.start[1] if sheet.start else 0  # rows come without the empty columns before the first filled one
    merges = [((r0, c0 - left), (r1, c1 - left)) for (r0, c0), (r1, c1) in sheet.merged_cell_ranges or ()]
    return Grid(rows, sheet.name, tuple(merges))


def _text(head: bytes, path: Path) -> Cells:
    """Decode as ingest would; only UTF-16 without a byte-order mark is guessed and becomes a layout entry."""
    encoding = unmarked_utf_16(head)
    text = without_marks("".join(islice(TextFile(path, encoding).pieces(), SAMPLE_PIECES)).replace("\0", ""))
    word = {"encoding": encoding} if encoding else {}
    if is_json_text(text):
        grid, form = json_grid(text, path.name)
        return Cells([grid], {"format": form, **word})
    delimiter = _delimiter(text)
    rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), SAMPLE_ROWS))
    return Cells([Grid([[cell.strip() for cell in row] for row in rows])], _csv_words(delimiter) | word)


def _csv_words(delimiter: str) -> dict[str, Any]:
    return {"format": "csv"} | ({} if delimiter == "," else {"delimiter": delimiter})


def _delimiter(text: str) -> str:
    """The delimiter that cuts most lines into the same, largest number of fields."""
    lines = [line for line in text[: 1 << 18].splitlines() if line.strip()][:SNIFFED_LINES]

    def fields(delimiter: str) -> int:
        widths = Counter(map(len, csv.reader(lines, delimiter=delimiter)))
        width, times = widths.most_common(1)[0]
        return (width - 1) * times

    return max(DELIMITERS, key=fields)


def _frame_grid(frame: pl.DataFrame) -> Grid:
    """A typed frame as text: dates and times in ISO form."""
    times = frame.with_columns(
        pl.selectors.datetime().dt.strftime("%Y-%m-%d %H:%M:%S"), pl.selectors.duration().dt.to_string("iso")
    )
    nested = [name for name, dtype in times.schema.items() if dtype.is_nested() or dtype == pl.Binary]
    text = times.drop(nested).cast(pl.String).fill_null("")
    return Grid([text.columns, *map(list, _rows(text))], has_header=True)


def _rows(frame: pl.DataFrame) -> Iterator[tuple[str, ...]]:
    yield from frame.iter_rows()
