"""Delimited text (CSV, TSV), streamed: about 16 MiB of it are in memory at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import polars as pl

from contracts.model import Layout, Table
from pipelines.readers.batch import Batch, Header, match_header
from pipelines.readers.decode import blocks
from pipelines.readers.records import Shape
from pipelines.reasons import Refused


def read(path: Path, table: Table) -> Iterator[Batch]:
    """The rows of `path` as its contract's layout says. Refused: no rows, unfit bytes, a header that is not it."""
    layout = table.layout
    assert layout is not None
    source = blocks(path)
    header, lines = _header(source, table, layout, path)
    shape = Shape(layout.delimiter, header.width, max(1, header.spare))
    row, left = layout.header_row + 1, list[str]()
    columns = [pl.col(str(position)).alias(name) for name, position in header.positions.items()]
    for block, at_end in _with_end(chain([lines], source)):
        cut = shape.cut(left + block, at_end)
        left = cut.left
        if cut.records:
            frame = shape.parse(cut.records, path.name).select(columns)
            malformed = pl.Series(cut.malformed, dtype=pl.Boolean)
            yield Batch(row, frame, malformed, unknown_columns=header.unknown)
            row += len(cut.records)


def _header(source: Iterator[list[str]], table: Table, layout: Layout, path: Path) -> tuple[Header, list[str]]:
    """The header, and the lines after it that were read on the way."""
    lines: list[str] = []
    while len(lines) < layout.header_row:
        block = next(source, None)
        if block is None:
            raise Refused("empty", path.name)
        lines += block
    try:
        cells = next(csv.reader([lines[layout.header_row - 1]], delimiter=layout.delimiter), [])
    except csv.Error:
        raise Refused("parse", path.name) from None
    return match_header(cells, table, path.name), lines[layout.header_row :]


def _with_end(source: Iterator[list[str]]) -> Iterator[tuple[list[str], bool]]:
    """Each block, and whether it is the last."""
    current = next(source, None)
    while current is not None:
        following = next(source, None)
        yield current, following is None
        current = following
