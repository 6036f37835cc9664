"""JSON lines: one object a line, its keys are the names. Row n is line n.

A key may be absent where its column may be empty; a line that is no flat object costs only its row, as does one with
a key twice, with NaN, or with half a character (a lone surrogate), which no JSON has (RFC 8259).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from contracts.model import Layout, Table
from pipelines.readers.batch import FIELDS, IGNORED, NUL, Batch, non_record_rows
from pipelines.readers.decode import TextFile
from pipelines.readers.objects import Object, Objects, is_flat

BATCH_ROWS = 50_000


def read(path: Path, table: Table) -> Iterator[Batch]:
    """The rows of `path`. Refused: no rows, unfit bytes, a required column that no line of the first batch has."""
    layout = table.layout
    assert layout is not None
    row, cells = 1, Objects(table, path.name)
    for lines in _batches(TextFile(path, layout.encoding)):
        objects = [_object(line) for line in lines]
        frame, unknown = cells.frame(objects)
        yield Batch(row, frame, _marks(lines, objects, frame, layout), unknown_columns=unknown)
        row += len(lines)


def _batches(text: TextFile) -> Iterator[list[str]]:
    for piece in text.pieces():
        lines = piece.removesuffix("\n").split("\n")
        for start in range(0, len(lines), BATCH_ROWS):
            yield lines[start : start + BATCH_ROWS]


def _object(line: str) -> Object | None:
    """The object a line holds; none where it is something else, or has something in it that is no single value."""
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
    return marks | dict.fromkeys(non_record_rows(frame, layout), IGNORED)
