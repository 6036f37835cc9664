"""Reads delimited text (CSV, TSV, TXT) in pieces of 4 MiB, a few of which are in memory at a time.

Not here: cutting lines into records (`records.py`), finding the header (`csv_header.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import polars as pl

from contracts.layout import Layout
from contracts.model import Table
from pipelines.readers.batch import (
    BAD_ENCODING,
    FIELDS,
    IGNORED_ROW,
    NUL,
    Batch,
    Details,
    Header,
    non_record_rows,
)
from pipelines.readers.csv_header import read_header
from pipelines.readers.decode import BROKEN, TextFile, broken_at, byte_text
from pipelines.readers.records import RecordShape, usual_spare

SAMPLE_LINES = 1_000
# delimiters that may be the second byte of a character (GBK, Big5): behind half a character they vanish
SECOND_BYTES = {chr(byte) for byte in range(0x40, 0x7F)}


def read(path: Path, table: Table) -> Iterator[Batch]:
    """Yield the rows of `path` by its contract's layout. Refusal: no header, a wrong one, another encoding."""
    layout = table.layout
    assert layout is not None
    text = TextFile(path, layout.encoding)
    pieces = text.pieces()
    header, rest = read_header(text, pieces, table, layout)
    shape = _shape(header, rest, table, layout)
    row, left, notes = layout.header_row + layout.header_rows, list[str](), header.notes
    for piece in chain([rest], pieces, [""]):  # the empty piece ends an unfinished record
        marks, details = dict[int, str](), dict[int, Details]()
        unfinished, fields = left, None if left or not piece else shape.parse_plain(piece)
        if fields is None:
            lines = piece.removesuffix("\n").split("\n") if piece else []
            split = shape.split(left + lines, at_end=not piece)
            left = split.unfinished
            marks, details = _malformed(split.malformed, shape, layout)
            fields = shape.parse(split.records, path.name)
        if len(fields):
            may_hold = {character: bool(unfinished) or character in piece for character in f"\0=＝{BROKEN}"}
            marks |= _marked(fields, layout, may_hold["\0"])
            if may_hold[BROKEN]:
                broken = _undecodable(fields, header)
                marks, details = marks | dict.fromkeys(broken, BAD_ENCODING), details | broken
            columns = (pl.col(str(position)).alias(name) for name, position in header.positions.items())
            formulas = may_hold["="] or may_hold["＝"]
            yield Batch(
                row,
                fields.select(columns),
                marks,
                unknown_columns=header.unknown,
                encoding=text.encoding,
                may_hold_formulas=formulas,
                details=details,
                header_notes=notes,
            )
            row, notes = row + len(fields), ()


def _shape(header: Header, text: str, table: Table, layout: Layout) -> RecordShape:
    """The shape of the records, by the header and the first lines below it."""
    needed = [header.positions[c.name] for c in table.columns if c.required or c.primary_key]
    shortest = max([2, *(position + 1 for position in needed)])  # a line without a delimiter is no record
    if layout.delimiter in SECOND_BYTES:
        shortest = header.width
    spare = usual_spare(text.split("\n", SAMPLE_LINES)[:SAMPLE_LINES], layout.delimiter, header.width, header.spare)
    return RecordShape(layout.delimiter, header.width, spare, shortest)


def _marked(fields: pl.DataFrame, layout: Layout, may_hold_nul: bool) -> dict[int, str]:
    """The marks of rows that are not records and of rows with a NUL byte."""
    marks = dict.fromkeys(non_record_rows(fields, layout), IGNORED_ROW)
    if may_hold_nul:
        hits = fields.select(pl.any_horizontal(pl.all().str.contains("\0", literal=True))).to_series()
        marks |= dict.fromkeys(hits.fill_null(False).arg_true(), NUL)
    return marks


def _undecodable(fields: pl.DataFrame, header: Header) -> dict[int, Details]:
    """The rows with a byte that could not be decoded, each with the columns and the byte's place."""
    names = {str(position): name for name, position in header.positions.items()}
    found = dict[int, Details]()
    for place in fields.columns:
        hits = fields[place].str.contains(BROKEN, literal=True).fill_null(False).arg_true()
        for at, cell in zip(hits, fields[place].gather(hits), strict=True):
            if (offset := broken_at(cell)) is not None:
                found[at] = (*found.get(at, ()), (names.get(place, ""), byte_text(offset)))
    return found


def _malformed(lines: dict[int, str], shape: RecordShape, layout: Layout) -> tuple[dict[int, str], dict[int, Details]]:
    """The marks and details of malformed lines; a totals row is ignored, it need not have as many fields as the header."""
    marks, details = dict[int, str](), dict[int, Details]()
    for at, line in lines.items():
        if (offset := broken_at(line)) is not None:
            marks[at], details[at] = BAD_ENCODING, (("", byte_text(offset)),)
        elif "\0" in line:
            marks[at] = NUL
        else:
            marks[at], details[at] = FIELDS, (("", shape.fault(line)),)
    firsts = (next(filter(None, map(str.strip, line.split(layout.delimiter))), "") for line in lines.values())
    totals = non_record_rows(pl.DataFrame({"first": firsts}, schema={"first": pl.String}), layout)
    return marks | dict.fromkeys(map(list(lines).__getitem__, totals), IGNORED_ROW), details
