"""The batch every reader yields, and the matching of an office's header to the contract's columns.

Not here: cleaning values (`pipelines/ingest/clean.py`), file formats.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import zip_longest

import polars as pl

from contracts.identifiers import scrub, visible_text
from contracts.layout import Layout
from contracts.model import Column, Table
from pipelines.ingest.refusals import Refusal

FIELDS, FEATURE, NUL, BAD_ENCODING = "fields", "feature", "nul", "encoding"
NO_RECORD, HIDDEN_ROW, IGNORED_ROW = "no_record", "hidden_row", "ignored"
MERGED_CELL, HIDDEN_COLUMN = "merged_cell", "hidden_column"
# the first cell of a row that sums up others, also where the contract does not say so
TOTALS = r"(合\s*计|总\s*计|小\s*计|累\s*计|共\s*计)\s*(?:[:：(（\d].*)?"
MOST_COLUMNS = 2_000
NAME_LENGTH = 60  # characters of an unknown column's name in messages

Details = tuple[tuple[str, str], ...]  # (column, or "" for the whole row; what the receipt shows)


@dataclass(frozen=True)
class Batch:
    """Some rows of a file as text: the contract's columns by name, in the contract's order.

    `frame` has blank rows, too: its row i is row `first_row + i` as Excel counts. `marks` gives by i the mark of a whole
    row: `fields` (another number of fields than the header; the row is empty), `feature` (not a GeoJSON feature; the row is
    empty), `nul` (has a NUL byte), `encoding` (has a byte that cannot be decoded), `hidden_row` (read like others), `ignored`
    (not a record, by the contract). `details` say more of marked rows, `header_notes` of columns' names. `cell_notes` gives
    by (column, rule) the positions of cells that are read and should be looked at: `merged_cell` (filled from the merged cell
    above), `hidden_column` (its first value).
    `sheet` is "" in a file with one sheet, `encoding` "" for binary files and plain ASCII. `may_hold_formulas` is false if
    no cell can begin with `=`, half or full width.
    """

    first_row: int
    frame: pl.DataFrame
    marks: dict[int, str] = field(default_factory=dict)
    sheet: str = ""
    unknown_columns: tuple[str, ...] = ()
    encoding: str = ""
    may_hold_formulas: bool = True
    cell_notes: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    details: dict[int, Details] = field(default_factory=dict)
    header_notes: Details = ()


class MissingColumns(Refusal):
    """Some of the contract's columns are missing. `header` must not be shown: it may be a row of data."""

    def __init__(self, where: str, header: Sequence[str], **facts: object) -> None:
        super().__init__("missing_column", where, **facts)
        self.header = tuple(header)

    def with_name(self, where: str) -> MissingColumns:
        return MissingColumns(where, self.header, **self.facts)


def columns_known(header: Sequence[str], table: Table) -> bool:
    """True if the header has every column of `table`."""
    return not missing_columns(header, table)


def missing_columns(header: Sequence[str], table: Table) -> list[Column]:
    """The columns of `table` that the header has not."""
    names = {plain(cell) for cell in header}
    return [c for c in table.columns if not names & {plain(name) for name in names_of(c)}]


def names_of(column: Column) -> tuple[str, ...]:
    """The headers that a column may have."""
    return column.physical_name, *column.aliases


def by_mark(marks: Mapping[int, str]) -> dict[str, list[int]]:
    """The positions of the marked rows by mark, in row order."""
    places: dict[str, list[int]] = {}
    for at, mark in sorted(marks.items()):
        places.setdefault(mark, []).append(at)
    return places


@dataclass(frozen=True)
class Header:
    """A header that has every contracted column.

    `positions`: column → field number. `width`: number of fields without the `spare` empty ones at the end. `unknown`: names
    that the contract does not have. `notes` show the invisible characters in the names of columns.
    """

    positions: dict[str, int]
    width: int
    spare: int
    unknown: tuple[str, ...]
    notes: Details = ()


def non_record_rows(cells: pl.DataFrame, layout: Layout) -> list[int]:
    """The positions of rows whose first filled cell matches the contract's `ignore_rows` (合计, 制表人)."""
    if not layout.ignore_rows:
        return []
    texts = (pl.col(name).str.strip_chars() for name in cells.columns)
    first = pl.coalesce(pl.when(text != "").then(text) for text in texts)
    return (
        cells.select(first.str.contains(f"^(?:{layout.ignore_rows})").fill_null(False)).to_series().arg_true().to_list()
    )


def join_header_rows(rows: Sequence[Sequence[str]]) -> list[str]:
    """Several header rows joined into one: `联系方式/电话`. A merged cell has its text in its first field."""
    if len(rows) == 1:
        return list(rows[0])
    *upper, last = zip(*zip_longest(*rows, fillvalue=""), strict=True)
    parts = []
    for row in upper:
        text, filled = "", []
        for cell, below in zip(row, last, strict=True):
            text = cell if plain(cell) else text
            filled.append(text if plain(cell) or plain(below) else "")
        parts.append(filled)
    return ["/".join(dict.fromkeys(p for p in column if plain(p))) for column in zip(*parts, last, strict=True)]


def match_header(cells: Sequence[str], table: Table, where: str) -> Header:
    """Match a header to the contract's columns.

    MissingColumns: some are missing (each is named with the closest header). Refusal: one is there twice, or too many are.
    """
    found = [plain(cell) for cell in cells]
    while found and not found[-1]:
        found.pop()
    require_few(found, where)
    known = {plain(name): c.name for c in table.columns for name in names_of(c)}
    unknown = showable([name for name in found if name and name not in known])
    named = [known.get(name) for name in found]
    # if no name is known, the row may be data, which must not appear in messages
    candidates = unknown if any(named) else []
    missing = [_with_closest(c.physical_name, candidates) for c in table.columns if c.name not in named]
    if missing:
        row = table.layout.header_row if table.layout else 1
        raise MissingColumns(where, found, columns="、".join(missing), row=row)
    repeated = [c.physical_name for c in table.columns if named.count(c.name) > 1]
    if repeated:
        raise Refusal("repeated_column", where, columns="、".join(repeated))
    positions = {c.name: named.index(c.name) for c in table.columns}
    notes = tuple((name, shown) for name, at in positions.items() if (shown := _invisible(cells[at])))
    return Header(positions, len(found), len(cells) - len(found), tuple(unknown), notes)


def require_few(names: Sequence[str], where: str) -> None:
    """Raise Refusal for more than MOST_COLUMNS names: matching a million of them would take hours."""
    if len(names) > MOST_COLUMNS:
        raise Refusal("too_many_columns", where, columns=len(names), limit=MOST_COLUMNS)


def showable(names: Sequence[str]) -> list[str]:
    """Names scrubbed and cut for messages: after a lost line break, a row of data is part of the header."""
    return (
        pl.Series(names, dtype=pl.String)
        .to_frame("")
        .select(scrub(pl.first()).str.head(NAME_LENGTH))
        .to_series()
        .to_list()
    )


def _with_closest(name: str, candidates: list[str]) -> str:
    closest = get_close_matches(plain(name), candidates, n=1)
    return f"{name}（≈ {closest[0]} ?）" if closest else name


def plain(header: str) -> str:
    """A header in the form in which headers are compared: half-width, without white space and invisible characters."""
    return "".join(unicodedata.normalize("NFKC", visible_text(header)).split())


def _invisible(header: str) -> str:
    """The invisible characters of a header, as `U+FEFF U+200B`."""
    return " ".join(dict.fromkeys(f"U+{ord(c):04X}" for c in header if not visible_text(c)))
