"""Reads delimited text (CSV, TSV, TXT) in pieces of 4 MiB, a few of which are in memory at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import polars as pl

from contracts.layout import Layout
from contracts.model import Table
from pipelines.ingest.refusals import Refusal
from pipelines.readers.batch import (
    FIELDS,
    IGNORED_ROW,
    NUL,
    Batch,
    Header,
    join_header_rows,
    match_header,
    non_record_rows,
)
from pipelines.readers.decode import LONGEST_LINE, TextFile
from pipelines.readers.records import RecordShape

MOST_BREAKS = 20  # line breaks in the names of a header


def read(path: Path, table: Table) -> Iterator[Batch]:
    """Yield the rows of `path` by its contract's layout. Refusal: no rows, undecodable bytes, a wrong header."""
    layout = table.layout
    assert layout is not None
    text = TextFile(path, layout.encoding)
    pieces = text.pieces()
    header, rest = _header(pieces, table, layout, path)
    shape = RecordShape(layout.delimiter, header.width, max(1, header.spare))
    row, left = layout.header_row + layout.header_rows, list[str]()
    for piece in chain([rest], pieces, [""]):  # the empty piece ends an unfinished record
        marks: dict[int, str] = {}
        unfinished, fields = left, None if left or not piece else shape.parse_plain(piece)
        if fields is None:
            lines = piece.removesuffix("\n").split("\n") if piece else []
            split = shape.split(left + lines, at_end=not piece)
            left, marks = split.unfinished, _malformed(split.malformed, layout)
            fields = shape.parse(split.records, path.name)
        if len(fields):
            may_hold = {character: bool(unfinished) or character in piece for character in "\0=＝"}
            marks |= _marked(fields, layout, may_hold["\0"])
            columns = (pl.col(str(position)).alias(name) for name, position in header.positions.items())
            formulas = may_hold["="] or may_hold["＝"]
            yield Batch(row, fields.select(columns), marks, "", header.unknown, text.encoding, formulas)
            row += len(fields)


def _marked(fields: pl.DataFrame, layout: Layout, may_hold_nul: bool) -> dict[int, str]:
    """The marks of rows that are not records and of rows with a NUL byte."""
    marks = dict.fromkeys(non_record_rows(fields, layout), IGNORED_ROW)
    if may_hold_nul:
        hits = fields.select(pl.any_horizontal(pl.all().str.contains("\0", literal=True))).to_series()
        marks |= dict.fromkeys(hits.fill_null(False).arg_true(), NUL)
    return marks


def _malformed(lines: dict[int, str], layout: Layout) -> dict[int, str]:
    """The marks of malformed lines; a totals row is ignored, it need not have as many fields as the header."""
    firsts = (next(filter(None, map(str.strip, line.split(layout.delimiter))), "") for line in lines.values())
    totals = non_record_rows(pl.DataFrame({"first": firsts}, schema={"first": pl.String}), layout)
    return dict.fromkeys(lines, FIELDS) | dict.fromkeys(map(list(lines).__getitem__, totals), IGNORED_ROW)


def _header(pieces: Iterator[str], table: Table, layout: Layout, path: Path) -> tuple[Header, str]:
    """The header, and the text already read after it. A quoted name may have line breaks."""
    text, above, most = "", layout.header_row - 1, layout.header_row + layout.header_rows + MOST_BREAKS
    while text.count("\n") < most and len(text) < LONGEST_LINE and (piece := next(pieces, None)) is not None:
        text += piece
    lines = text.split("\n", most)
    reader = csv.reader(lines[above:most], delimiter=layout.delimiter)
    try:
        rows = list(islice(reader, layout.header_rows))
    except csv.Error:
        raise Refusal("parse", path.name) from None
    if not any(map(any, rows)):
        raise Refusal("empty", path.name)
    return match_header(join_header_rows(rows), table, path.name), "\n".join(lines[above + reader.line_num :])
