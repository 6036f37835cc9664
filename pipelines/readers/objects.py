"""Makes frames of JSON objects, whose keys are the column names; shared by JSON lines and GeoJSON.

Not here: finding the objects in a file (`jsonl.py`, `geojson.py`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from contracts.layout import Layout
from contracts.model import Table
from pipelines.ingest.refusals import Refusal
from pipelines.readers.batch import (
    BAD_ENCODING,
    IGNORED_ROW,
    NUL,
    Batch,
    Details,
    match_header,
    missing_columns,
    names_of,
    non_record_rows,
    plain,
    require_few,
    showable,
)
from pipelines.readers.decode import broken_at, byte_text

Object = dict[str, Any]


class Objects:
    """Makes frames of objects, batch by batch. The first batch stands for the header: it must have all required columns."""

    def __init__(self, table: Table, where: str) -> None:
        self._table, self._where, self._begun = table, where, False
        self._known = {plain(name): c.name for c in table.columns for name in names_of(c)}

    def frame(self, objects: Sequence[Object | None]) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """A row of text per object, an empty one for None, and the unknown names.

        Refusal: a required column missing in the first batch, two keys for one column.
        """
        keys = list(dict.fromkeys(key for one in objects if one for key in one))
        if not self._begun:
            self._require(keys)
            self._begun = True
        names = {key: self._known.get(plain(key)) for key in keys}
        self._require_single(names)
        cells = [{names[k]: cell(v) for k, v in one.items() if names[k]} if one else {} for one in objects]
        frame = pl.DataFrame(cells, schema={c.name: pl.String for c in self._table.columns}, orient="row")
        return frame, tuple(showable([key for key, name in names.items() if name is None]))

    def batch(
        self, first_row: int, objects: Sequence[Object | None], layout: Layout, invalid: str, may_be_broken: bool
    ) -> Batch:
        """The objects as a batch; None has the mark `invalid`. `may_be_broken`: a byte of the text could not be decoded."""
        frame, unknown = self.frame(objects)
        marks = {at: invalid for at, one in enumerate(objects) if one is None}
        marks |= {at: NUL for at, one in enumerate(objects) if one and any("\0" in str(v) for v in one.values())}
        marks |= dict.fromkeys(non_record_rows(frame, layout), IGNORED_ROW)
        details = self.undecodable(objects) if may_be_broken else {}
        marks |= dict.fromkeys(details, BAD_ENCODING)
        return Batch(first_row, frame, marks, unknown_columns=unknown, details=details)

    def undecodable(self, objects: Sequence[Object | None], lines: Sequence[str] = ()) -> dict[int, Details]:
        """The objects with a byte that could not be decoded, each with the columns and the byte's place, by position.

        `lines` are the objects' texts, where there is one for each: then a broken object is found, too.
        """
        found = dict[int, Details]()
        for at, one in enumerate(objects):
            cells = ((self._known.get(plain(key), ""), f"{key}{value}") for key, value in (one or {}).items())
            broken = [(name, offset) for name, text in cells if (offset := broken_at(text)) is not None]
            if not broken and lines and (offset := broken_at(lines[at])) is not None:
                broken = [("", offset)]
            if broken:
                found[at] = tuple((name, byte_text(offset)) for name, offset in broken)
        return found

    def _require(self, keys: list[str]) -> None:
        """Raise MissingColumns unless every column that must not be empty is among the keys."""
        absent = missing_columns(keys, self._table)
        optional = [c.physical_name for c in absent if not c.required and not c.primary_key]
        match_header([*keys, *optional], self._table, self._where)

    def _require_single(self, names: dict[str, str | None]) -> None:
        """Raise Refusal for two keys of one column (its name and an alias): one value would be lost."""
        require_few(list(names), self._where)
        used = [name for name in names.values() if name]
        repeated = [c.physical_name for c in self._table.columns if used.count(c.name) > 1]
        if repeated:
            raise Refusal("repeated_column", self._where, columns="、".join(repeated))


def is_flat(found: Any) -> bool:
    """True for an object without nested lists or objects."""
    return isinstance(found, dict) and not any(isinstance(value, dict | list) for value in found.values())


def cell(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, str) else json.dumps(value)
