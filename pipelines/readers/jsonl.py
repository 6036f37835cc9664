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
from pipelines.readers.batch import FIELDS, IGNORED, NUL, Batch, match_header, not_records, plain, require_few, showable
from pipelines.readers.decode import TextFile
from pipelines.reasons import Refused

BATCH_ROWS = 50_000


def read(path: Path, table: Table) -> Iterator[Batch]:
    """The rows of `path`. Refused: no rows, unfit bytes, a required column that no line of the first batch has."""
    layout = table.layout
    assert layout is not None
    row, known = 1, {plain(name): c.name for c in table.columns for name in (c.physical_name, *c.aliases)}
    for lines in _batches(TextFile(path, layout.encoding)):
        objects = [_object(line) for line in lines]
        keys = list(dict.fromkeys(key for one in objects if one for key in one))
        if row == 1:
            _require(keys, table, path.name)
        names = {key: known.get(plain(key)) for key in keys}
        _require_single(names, table, path.name)
        cells = [{names[k]: _cell(v) for k, v in one.items() if names[k]} if one else {} for one in objects]
        frame = pl.DataFrame(cells, schema={c.name: pl.String for c in table.columns}, orient="row")
        unknown = tuple(showable([key for key, name in names.items() if name is None]))
        yield Batch(row, frame, _marks(lines, objects, frame, layout), unknown_columns=unknown)
        row += len(lines)


def _require(keys: list[str], table: Table, where: str) -> None:
    """The first batch stands for the header: columns that may be empty need not occur in it."""
    given = {plain(key) for key in keys}
    absent = [c for c in table.columns if not given & {plain(name) for name in (c.physical_name, *c.aliases)}]
    optional = [c.physical_name for c in absent if not c.required and not c.primary_key]
    match_header([*keys, *optional], table, where)


def _require_single(names: dict[str, str | None], table: Table, where: str) -> None:
    """Of two keys for one column (its name and an alias) one value would be lost."""
    require_few(list(names), where)
    used = [name for name in names.values() if name]
    repeated = [c.physical_name for c in table.columns if used.count(c.name) > 1]
    if repeated:
        raise Refused("repeated_column", where, columns="、".join(repeated))


def _batches(text: TextFile) -> Iterator[list[str]]:
    for piece in text.pieces():
        lines = piece.removesuffix("\n").split("\n")
        for start in range(0, len(lines), BATCH_ROWS):
            yield lines[start : start + BATCH_ROWS]


def _object(line: str) -> dict[str, Any] | None:
    """The object a line holds; none where it is something else, or has something in it that is no single value."""
    try:
        found = json.loads(line, object_pairs_hook=_single, parse_constant=_no_number)
        if "\\u" in line:
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    flat = isinstance(found, dict) and not any(isinstance(value, dict | list) for value in found.values())
    return found if flat else None


def _single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _no_number(_: str) -> None:
    raise ValueError("NaN and infinities are no JSON")


def _cell(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _marks(
    lines: list[str], objects: list[dict[str, Any] | None], frame: pl.DataFrame, layout: Layout
) -> dict[int, str]:
    marks = {at: FIELDS for at, one in enumerate(objects) if one is None and lines[at].strip()}
    marks |= {at: NUL for at, line in enumerate(lines) if "\\u0000" in line or "\0" in line}
    return marks | dict.fromkeys(not_records(frame, layout), IGNORED)
