"""Finds the header of delimited text, and says why a file has not the one agreed: another delimiter, another encoding.

Not here: the rows below it (`csv.py`), matching names to columns (`batch.py`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from contracts.layout import Layout
from contracts.model import Table
from pipelines.ingest.refusals import Refusal
from pipelines.readers.batch import Header, MissingColumns, join_header_rows, match_header, missing_columns
from pipelines.readers.decode import LONGEST_LINE, TextFile, broken_at

MOST_BREAKS = 20  # line breaks in the names of a header
DELIMITERS = ",;\t|^~ ，；、"
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


def read_header(text: TextFile, pieces: Iterator[str], table: Table, layout: Layout) -> tuple[Header, str]:
    """The header, and the text already read after it. A quoted name may have line breaks.

    Refusal: no header, missing columns, another delimiter or encoding.
    """
    start, above, most = "", layout.header_row - 1, layout.header_row + layout.header_rows + MOST_BREAKS
    while start.count("\n") < most and len(start) < LONGEST_LINE and (piece := next(pieces, None)) is not None:
        start += piece
    where, start = text.path.name, _without_separator_line(start, layout, text.path.name)
    lines = start.split("\n", most)
    reader = csv.reader(lines[above:most], delimiter=layout.delimiter)
    try:
        rows = list(islice(reader, layout.header_rows))
    except csv.Error:
        raise Refusal("parse", where) from None
    if not any(map(any, rows)):
        raise Refusal("empty", where)
    try:
        header = match_header(join_header_rows(rows), table, where)
    except MissingColumns as missing:
        offset = broken_at("\n".join(lines[above : above + reader.line_num]))
        if offset is not None or text.looks_different():
            raise text.refusal(offset) from None
        raise _other_delimiter(lines[above:most], table, layout, missing) from None
    return header, "\n".join(lines[above + reader.line_num :])


def _without_separator_line(text: str, layout: Layout, where: str) -> str:
    """The text without the line `sep=,`, which tells Excel the delimiter and which Excel does not count as a row."""
    line, _, below = text.partition("\n")
    found = SEPARATOR_LINE.fullmatch(line)
    if found and found[1] != layout.delimiter:
        raise _delimiter_refusal(found[1], layout, where)
    return below if found else text


def _other_delimiter(lines: Sequence[str], table: Table, layout: Layout, missing: MissingColumns) -> Refusal:
    """The refusal for a header that has the contract's columns by another delimiter; `missing` if it has not."""

    def known(delimiter: str) -> int:
        try:
            rows = list(islice(csv.reader(lines, delimiter=delimiter), layout.header_rows))
        except csv.Error:
            return 0
        return len(table.columns) - len(missing_columns(join_header_rows(rows), table))

    found = max(DELIMITERS, key=known)
    is_other = known(found) > max(1, known(layout.delimiter))
    return _delimiter_refusal(found, layout, missing.where) if is_other else missing


def _delimiter_refusal(found: str, layout: Layout, where: str) -> Refusal:
    shown = {"\t": "Tab", " ": "空格"}
    expected = layout.delimiter
    return Refusal("delimiter", where, found=shown.get(found, found), expected=shown.get(expected, expected))
