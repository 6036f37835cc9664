"""Delimited text (CSV, TSV, TXT), streamed: some pieces of 4 MiB are in memory at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import polars as pl

from contracts.model import Layout, Table
from pipelines.ingest.refusals import Refusal
from pipelines.readers.batch import FIELDS, IGNORED, NUL, Batch, Header, join_header_rows, match_header, non_record_rows
from pipelines.readers.decode import LONGEST_LINE, TextFile
from pipelines.readers.records import RecordShape

MOST_BREAKS = 20  # line breaks in the names of a header


def read(path: Path, table: Table) -> Iterator[Batch]:
    """The rows of `path` as its contract's layout says. Refused: no rows, unfit bytes, a header that is not it."""
    layout = table.layout
    assert layout is not None
    text = TextFile(path, layout.encoding)
    pieces = text.pieces()
    header, rest = _header(pieces, table, layout, path)
    shape = RecordShape(layout.delimiter, header.width, max(1, header.spare))
    row, left = layout.header_row + layout.header_rows, list[str]()
    for piece in chain([rest], pieces, [""]):  # at last nothing more comes for the lines that wait
        marks: dict[int, str] = {}
        waited, fields = left, None if left or not piece else shape.parse_plain(piece)
        if fields is None:
            lines = piece.removesuffix("\n").split("\n") if piece else []
            cut = shape.cut(left + lines, at_end=not piece)
            left, marks = cut.left, _malformed(cut.malformed, layout)
            fields = shape.parse(cut.records, path.name)
        if len(fields):
            may_hold = {character: bool(waited) or character in piece for character in "\0=＝"}
            marks |= _marked(fields, layout, may_hold["\0"])
            columns = (pl.col(str(position)).alias(name) for name, position in header.positions.items())
            formulas = may_hold["="] or may_hold["＝"]
            yield Batch(row, fields.select(columns), marks, "", header.unknown, text.encoding, formulas)
            row += len(fields)


def _marked(fields: pl.DataFrame, layout: Layout, may_hold_nul: bool) -> dict[int, str]:
    """Rows that are no records, and rows with a NUL byte, which no office means."""
    marks = dict.fromkeys(non_record_rows(fields, layout), IGNORED)
    if may_hold_nul:
        hits = fields.select(pl.any_horizontal(pl.all().str.contains("\0", literal=True))).to_series()
        marks |= dict.fromkeys(hits.fill_null(False).arg_true(), NUL)
    return marks


def _malformed(lines: dict[int, str], layout: Layout) -> dict[int, str]:
    """What to say of lines that are no records: a totals row need not have as many fields as the header."""
    firsts = (next(filter(None, map(str.strip, line.split(layout.delimiter))), "") for line in lines.values())
    totals = non_record_rows(pl.DataFrame({"first": firsts}, schema={"first": pl.String}), layout)
    return dict.fromkeys(lines, FIELDS) | dict.fromkeys(map(list(lines).__getitem__, totals), IGNORED)


def _header(pieces: Iterator[str], table: Table, layout: Layout, path: Path) -> tuple[Header, str]:
    """The header, and the text after it that was read on the way. A name may have line breaks, in quotes."""
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
