"""What every reader yields, and how an office's header becomes our column names.

Not here: what the values mean (`pipelines/ingest/clean.py`), nor any file format.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import zip_longest

import polars as pl

from contracts.identifiers import scrub
from contracts.model import Layout, Table
from pipelines.ingest.refusals import Refusal

FIELDS, FEATURE, NUL, HIDDEN, IGNORED = "fields", "feature", "nul", "hidden_row", "ignored"
MOST_COLUMNS = 2_000
SHOWN = 60  # characters of a column's name that no contract knows


@dataclass(frozen=True)
class Batch:
    """Some rows of a file as text: a column per contracted column, under our names, in the contract's order.

    `frame` has blank rows too: its row i is row `first_row + i` as Excel counts. `marks` says by such an i what is
    to be said of a row as a whole: `fields` (the line could not be cut into as many fields as the header has, the row
    is empty), `feature` (the same of what is no GeoJSON feature), `nul`, `hidden_row` (read like others), `ignored` (no record,
    as the contract says).
    `sheet` is "" where a file has none, `encoding` where it is no text or plain ASCII. `may_hold_formulas` is false where
    a look at the whole text has shown that no cell can begin with `=`, half or full width.
    """

    first_row: int
    frame: pl.DataFrame
    marks: dict[int, str] = field(default_factory=dict)
    sheet: str = ""
    unknown_columns: tuple[str, ...] = ()
    encoding: str = ""
    may_hold_formulas: bool = True


class MissingColumns(Refusal):
    """A header without some of the contract's columns. `header` is never shown: it may be a row of data."""

    def __init__(self, where: str, header: Sequence[str], **facts: object) -> None:
        super().__init__("missing_column", where, **facts)
        self.header = tuple(header)

    def named(self, where: str) -> MissingColumns:
        return MissingColumns(where, self.header, **self.facts)


def columns_known(header: Sequence[str], table: Table) -> bool:
    """Whether a header has every column of `table`."""
    names = {plain(cell) for cell in header}
    return all(names & {plain(name) for name in (c.physical_name, *c.aliases)} for c in table.columns)


def by_mark(batch: Batch) -> dict[str, list[int]]:
    """Places of the marked rows by mark, each in the order of the rows."""
    places: dict[str, list[int]] = {}
    for at, mark in sorted(batch.marks.items()):
        places.setdefault(mark, []).append(at)
    return places


@dataclass(frozen=True)
class Header:
    """A header that has every contracted column.

    `positions`: contracted name → field. `width` counts the fields without the `spare` empty ones at the end.
    `unknown` are the names no contract has.
    """

    positions: dict[str, int]
    width: int
    spare: int
    unknown: tuple[str, ...]


def non_record_rows(cells: pl.DataFrame, layout: Layout) -> list[int]:
    """Places of rows whose first filled cell the contract says is the beginning of no record (合计, 制表人)."""
    if not layout.ignore_rows:
        return []
    texts = (pl.col(name).str.strip_chars() for name in cells.columns)
    first = pl.coalesce(pl.when(text != "").then(text) for text in texts)
    return (
        cells.select(first.str.contains(f"^(?:{layout.ignore_rows})").fill_null(False)).to_series().arg_true().to_list()
    )


def join_header_rows(rows: Sequence[Sequence[str]]) -> list[str]:
    """A header of several rows as one: `联系方式/电话`. In an upper row a merged cell has its text in the first field."""
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
    """The contract's columns in a header. Refused: what is missing, each with the closest header there is."""
    found = [plain(cell) for cell in cells]
    while found and not found[-1]:
        found.pop()
    require_few(found, where)
    known = {plain(name): c.name for c in table.columns for name in (c.physical_name, *c.aliases)}
    unknown = showable([name for name in found if name and name not in known])
    named = [known.get(name) for name in found]
    # where no header is known the row may be data, and data is not repeated in messages
    candidates = unknown if any(named) else []
    missing = [_with_closest(c.physical_name, candidates) for c in table.columns if c.name not in named]
    if missing:
        row = table.layout.header_row if table.layout else 1
        raise MissingColumns(where, found, columns="、".join(missing), row=row)
    repeated = [c.physical_name for c in table.columns if named.count(c.name) > 1]
    if repeated:
        raise Refusal("repeated_column", where, columns="、".join(repeated))
    positions = {c.name: named.index(c.name) for c in table.columns}
    return Header(positions, len(found), len(cells) - len(found), tuple(unknown))


def require_few(names: Sequence[str], where: str) -> None:
    """No table of an office has thousands of columns; a file with a million names would cost hours."""
    if len(names) > MOST_COLUMNS:
        raise Refusal("too_many_columns", where, columns=len(names), limit=MOST_COLUMNS)


def showable(names: Sequence[str]) -> list[str]:
    """Names as they may be told: where a line break was lost, a row of data has become part of the header."""
    return (
        pl.Series(names, dtype=pl.String).to_frame("").select(scrub(pl.first()).str.head(SHOWN)).to_series().to_list()
    )


def _with_closest(name: str, candidates: list[str]) -> str:
    closest = get_close_matches(plain(name), candidates, n=1)
    return f"{name}（≈ {closest[0]} ?）" if closest else name


def plain(header: str) -> str:
    """A header as it is compared: half-width, without white space."""
    return "".join(unicodedata.normalize("NFKC", header).split())
