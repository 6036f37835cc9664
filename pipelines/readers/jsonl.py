"""Reads JSON lines: one object a line, whose keys are the column names; and a list of such objects.

Row n is line or object n. A key may be absent if its column may be empty. An invalid line or object (not flat, a repeated
key, NaN, a lone surrogate; RFC 8259) costs only its row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import polars as pl

from contracts.layout import Layout
from contracts.model import Table
from pipelines.ingest.refusals import Refusal
from pipelines.readers.batch import BAD_ENCODING, FIELDS, IGNORED_ROW, NUL, Batch, non_record_rows
from pipelines.readers.decode import BROKEN, TextFile
from pipelines.readers.json_text import JsonText, is_json
from pipelines.readers.objects import Object, Objects, is_flat

BATCH_ROWS = 50_000
LARGEST_LIST = 256 << 20  # bytes; a list is parsed as a whole, lines are not
LIST_OF_OBJECTS = re.compile(r"\s*\[\s*[{\]]")


def read(path: Path, table: Table) -> Iterator[Batch]:
    """Yield the rows of `path`. Refusal: no rows, another encoding, a required column missing in the first batch."""
    layout = table.layout
    assert layout is not None
    row, cells, pieces = 1, Objects(table, path.name), TextFile(path, layout.encoding).pieces()
    first = next(pieces, "")
    pieces = filter(None, chain([first], pieces))
    if LIST_OF_OBJECTS.match(first):
        yield from _read_list(path, pieces, layout, cells)
        return
    for lines in _batches(pieces):
        objects = [_object(line) for line in lines]
        frame, unknown = cells.frame(objects)
        marks = _marks(lines, objects, frame, layout)
        details = cells.undecodable(objects, lines) if any(BROKEN in line for line in lines) else {}
        yield Batch(row, frame, marks | dict.fromkeys(details, BAD_ENCODING), unknown_columns=unknown, details=details)
        row += len(lines)


def _read_list(path: Path, pieces: Iterator[str], layout: Layout, cells: Objects) -> Iterator[Batch]:
    if (size := path.stat().st_size) > LARGEST_LIST:
        raise Refusal("list_too_large", path.name, size=size >> 20, limit=LARGEST_LIST >> 20)
    content, row = "".join(pieces), 1
    values, may_be_broken = JsonText(content, path.name).items(), BROKEN in content
    while batch := list(islice(values, BATCH_ROWS)):
        objects = [value if is_flat(value) and is_json(value) else None for value in batch]
        yield cells.batch(row, objects, layout, FIELDS, may_be_broken)
        row += len(batch)


def _batches(pieces: Iterator[str]) -> Iterator[list[str]]:
    for piece in pieces:
        lines = piece.removesuffix("\n").split("\n")
        for start in range(0, len(lines), BATCH_ROWS):
            yield lines[start : start + BATCH_ROWS]


def _object(line: str) -> Object | None:
    """The flat object of a line; None if the line is invalid."""
    try:
        found = json.loads(line, object_pairs_hook=_single, parse_constant=_no_number)
        if "\\u" in line:
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return found if is_flat(found) else None


def _single(pairs: list[tuple[str, Any]]) -> Object:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _no_number(_: str) -> None:
    raise ValueError("NaN and infinities are no JSON")


def _marks(lines: list[str], objects: list[Object | None], frame: pl.DataFrame, layout: Layout) -> dict[int, str]:
    marks = {at: FIELDS for at, one in enumerate(objects) if one is None and lines[at].strip()}
    marks |= {at: NUL for at, line in enumerate(lines) if "\\u0000" in line or "\0" in line}
    return marks | dict.fromkeys(non_record_rows(frame, layout), IGNORED_ROW)
