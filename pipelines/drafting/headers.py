"""Finds the header, record and total rows of a grid and makes a `Sample` of them.

A person's data must never be taken for a header: the first full row is the header, or the file has none.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import polars as pl

from contracts.errors import DeliveryError
from pipelines.drafting.cells import read_cells
from pipelines.drafting.grid import Grid, Rows
from pipelines.drafting.sample_faults import uneven_rows
from pipelines.readers.batch import TOTALS, plain

HEADER_WITHIN = 60  # rows
FULL = 0.6  # a row with this share of the most filled row's cells is not a title line
MOST_HEADER_ROWS = 4
TOTALS_ROW = re.compile(TOTALS)
FOOTERS = re.compile(r"(制表|填表|审核|填报|打印)[^:：]{0,4}[:：].*")
NOTE = re.compile(r"[:：]")
# cells no header has: ID and phone numbers, dates, bare numbers (but a year is allowed)
DATA = re.compile(r"\d{5,}|\d[\d./-]*|.*\d{7}.*|\d{4}[-/.年]\d{1,2}[-/.月].*")
PLACEHOLDER = re.compile(r"Unnamed: \d+")  # by pandas, for a header cell that was empty
YEAR = re.compile(r"(?:19|20)\d\d年?度?")


@dataclass(frozen=True)
class Sample:
    """A file's records as text, a column per header, empty cells null; `layout` without `file_pattern`.

    `remarks` name in Chinese the columns and sheets that were left out.
    """

    path: Path
    frame: pl.DataFrame
    layout: dict[str, Any]
    remarks: tuple[str, ...] = ()


def read_sample(path: Path) -> Sample:
    """Read the sample in a file. DeliveryError: it cannot be read, has no header or no record."""
    cells = read_cells(path)
    grids = [_without_placeholders(grid) for grid in cells.grids]
    found = [(grid, place) for grid in grids if (place := _find_header(grid))]
    if not found:
        remedy = "write the columns' names into the first row, or the contract by hand"
        raise DeliveryError("no row looks like a header", where=path.name, remedy=remedy)
    grid, (first, names) = max(found, key=lambda one: len(one[0].rows))
    same = [g for g, place in found if place == (first, names)]
    others = [g.sheet for g in grids if g not in same]
    header = [_column_name(names, c) for c in range(len(names[0]))]
    rows = chain.from_iterable(g.rows[first + len(names) :] for g in same)
    records, ignored = _records(rows, header)
    if not records:
        raise DeliveryError("there is a header and no row", where=path.name, remedy="give a sample with rows")
    words = dict(cells.layout)
    if not grid.has_header:
        words["header_row"] = first + 1
    if len(names) > 1:
        words["header_rows"] = len(names)
    if grid.sheet:
        words["sheets"] = grid.sheet if others else "*"
    if ignored:
        words["ignore_rows"] = ignored
    frame, left_out = _frame(records, header)
    if words["format"] == "csv":
        left_out += uneven_rows(grid.rows, first + len(names), range(len(header), len(grid.rows[first]) + 1), ignored)
    if not frame.width:
        raise DeliveryError("no column has a header of its own", where=path.name, remedy="name the columns apart")
    return Sample(
        path, frame, words, (*(f"工作表「{sheet}」的表头或其位置不同，未写入" for sheet in others), *left_out)
    )


def _find_header(grid: Grid) -> tuple[int, Rows] | None:
    """The header's first row number (from 0) and its rows with merged cells filled; None if the first full row is data."""
    if grid.has_header:
        return 0, grid.rows[:1]
    rows = grid.rows[:HEADER_WITHIN]
    filled = [sum(map(bool, row)) for row in rows]
    widest = max(filled, default=0)
    for i, row in enumerate(rows):
        is_note = filled[i] < widest and any(map(NOTE.search, row))
        if filled[i] >= max(1, FULL * widest) and not is_note:
            top, bottom = _block(grid, i, filled)
            names = _fill_merged(grid, top, bottom)
            recurs = top == bottom and _recurs(row, rows[i + 1 :])
            return None if recurs or any(map(_is_data, chain.from_iterable(names))) else (top, names)
    return None


def _without_placeholders(grid: Grid) -> Grid:
    top = [["" if PLACEHOLDER.fullmatch(cell) else cell for cell in row] for row in grid.rows[:HEADER_WITHIN]]
    return grid if grid.has_header else replace(grid, rows=[*top, *grid.rows[HEADER_WITHIN:]])


def _is_data(cell: str) -> bool:
    text = unicodedata.normalize("NFKC", cell)
    return bool(DATA.fullmatch(text)) and not YEAR.fullmatch(text)


def _recurs(row: list[str], below: Rows) -> bool:
    """True if a cell recurs further down in its column, as data does; rows that repeat the whole header do not count."""
    return any(cell and any(c < len(r) and r[c] == cell and r != row for r in below) for c, cell in enumerate(row))


def _block(grid: Grid, row: int, filled: list[int]) -> tuple[int, int]:
    """First and last row of the header around `row`, by merged cells or by the empty cells that merging leaves."""
    widest = max(filled)
    top = bottom = row
    for (r0, c0), (r1, c1) in grid.merges:
        if r0 <= row <= r1 < r0 + MOST_HEADER_ROWS and filled[r0] > 1:
            across = c1 > c0 and c1 - c0 + 1 < widest
            top, bottom = min(top, r0), max(bottom, r1 + 1 if across and r1 == row else r1)
    if top == bottom:
        for first in (row - 1, row):
            if 0 <= first < len(grid.rows) - 1 and _is_pair(grid.rows[first], grid.rows[first + 1]):
                return first, first + 1
    return top, min(bottom, len(grid.rows) - 1)


def _is_pair(upper: list[str], lower: list[str]) -> bool:
    """True for two header rows: a group's name is above its first column, a single column has no second name."""
    width = max((c + 1 for row in (upper, lower) for c, name in enumerate(row) if name), default=0)
    upper, lower = ((row + [""] * width)[: width + 1] for row in (upper, lower))
    if not upper[0] or sum(map(bool, upper)) < 2 or any(map(NOTE.search, upper)):
        return False
    in_group = [not upper[c] or (c + 1 < width and not upper[c + 1]) for c in range(width)]
    return any(in_group) and in_group == [bool(name) for name in lower[:width]]


def _fill_merged(grid: Grid, top: int, bottom: int) -> Rows:
    """The header's rows, padded to equal width, with a merged cell's text in every cell it covers."""
    rows = [list(row) for row in grid.rows[top : bottom + 1]]
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    for (r0, c0), (r1, c1) in grid.merges:
        if top <= r0 <= bottom and c0 < width:
            for r in range(r0, min(r1, bottom) + 1):
                rows[r - top][c0 : c1 + 1] = [rows[r0 - top][c0]] * (min(c1, width - 1) - c0 + 1)
    for row, below in pairwise(rows):
        for c in range(1, width):
            row[c] = row[c] or (row[c - 1] if below[c] else "")
    while width and not any(row[width - 1] for row in rows):
        width -= 1
    return [row[:width] for row in rows]


def _column_name(rows: Rows, column: int) -> str:
    """A column's name: the distinct texts of its header rows, joined by "/"."""
    parts = (" ".join(row[column].split()) for row in rows)
    return "/".join(dict.fromkeys(part for part in parts if part))


def _records(rows: Iterable[list[str]], header: list[str]) -> tuple[Rows, str]:
    """The record rows, and a pattern that matches the total and footer rows ("" if there are none)."""
    records: Rows = []
    labels = {TOTALS_ROW: set[str](), FOOTERS: set[str]()}
    for row in rows:
        first = next(filter(None, row), "")
        if not first or row[: len(header)] == header:
            continue
        patterns = (TOTALS_ROW, FOOTERS) if sum(map(bool, row)) <= 2 else (TOTALS_ROW,)
        found = next((p for p in patterns if p.fullmatch(first)), None)
        if found:
            labels[found].add(_any_space(found.fullmatch(first)[1]))  # type: ignore[index]  # it just did
        else:
            records.append(row)
    ends = {TOTALS_ROW: r"\s*([:：(（\d].*)?", FOOTERS: "[^:：]{0,4}[:：].*"}
    return records, "|".join(f"({'|'.join(sorted(words))}){ends[p]}" for p, words in labels.items() if words)


def _any_space(word: str) -> str:
    return r"\s*".join(re.split(r"\s+", word))


def _frame(records: Rows, header: list[str]) -> tuple[pl.DataFrame, list[str]]:
    """Records under their headers, and a remark for each column left out because it has no name or a repeated one."""
    times = Counter(map(plain, header))
    columns = {c: name for c, name in enumerate(header) if name and times[plain(name)] == 1}
    frame = pl.DataFrame(
        {name: [(row[c] if c < len(row) else "") or None for row in records] for c, name in columns.items()},
        schema=dict.fromkeys(columns.values(), pl.String),
    )
    unnamed = [c + 1 for c, name in enumerate(header) if not name and any(c < len(r) and r[c] for r in records)]
    repeated = dict.fromkeys(name for name in header if name and times[plain(name)] > 1)
    return frame, [f"第 {c} 列没有表头，未写入" for c in unnamed] + [f"表头「{n}」出现多次，未写入" for n in repeated]
