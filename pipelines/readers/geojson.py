"""Reads GeoJSON (RFC 7946): a FeatureCollection, one row per feature. Row n is feature n.

The cells are the feature's properties and its `geometry` as compact JSON text; the contract checks the kind of geometry. An
invalid feature (a repeated key, a nested property, a number that JSON does not have) costs only its row; a file that is not
JSON to its end is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.layout import GEOMETRY
from contracts.model import Table
from pipelines.ingest.refusals import Refusal
from pipelines.readers.batch import ENCODING, FEATURE, IGNORED_ROW, NUL, Batch, non_record_rows
from pipelines.readers.decode import BROKEN, TextFile
from pipelines.readers.objects import Object, Objects, is_flat

LARGEST = 64 << 20  # bytes; with seven decimals 2.8 million corners. One feature of this size takes 1 GB to read
BATCH_ROWS = 5_000
BATCH_CHARACTERS = 4 << 20
WHITE = re.compile(r"[ \t\n\r]*")
REPEATED_KEY = object()  # replaces an object that has a key twice


def read(path: Path, table: Table) -> Iterator[Batch]:
    """Yield the features of `path`.

    Refusal: too large, another encoding, no JSON, no FeatureCollection, a required column that no feature of the first
    batch has.
    """
    layout, size = table.layout, path.stat().st_size
    assert layout is not None
    if size > LARGEST:
        raise Refusal("too_large", path.name, size=size >> 20, limit=LARGEST >> 20)
    content = "".join(TextFile(path, layout.encoding).pieces())
    text, may_be_broken = _Text(content, path.name), BROKEN in content
    row, cells = 1, Objects(table, path.name)
    for objects in _batches(text):
        frame, unknown = cells.frame(objects)
        marks = {at: FEATURE for at, one in enumerate(objects) if one is None}
        marks |= {at: NUL for at, one in enumerate(objects) if one and any("\0" in str(v) for v in one.values())}
        marks |= dict.fromkeys(non_record_rows(frame, layout), IGNORED_ROW)
        details = cells.undecodable(objects) if may_be_broken else {}
        yield Batch(row, frame, marks | dict.fromkeys(details, ENCODING), unknown_columns=unknown, details=details)
        row += len(objects)


def _batches(text: _Text) -> Iterator[list[Object | None]]:
    rows, characters = list[Object | None](), 0
    for feature in text.features():
        rows.append(_row(feature))
        characters += len((rows[-1] or {}).get(GEOMETRY) or "")
        if len(rows) == BATCH_ROWS or characters > BATCH_CHARACTERS:
            yield rows
            rows, characters = [], 0
    if rows:
        yield rows


def _row(feature: Any) -> Object | None:
    """A feature's properties and its geometry as text; None if it is not a valid feature or is empty."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return None
    properties, geometry = feature.get("properties"), feature.get(GEOMETRY)
    properties = {} if properties is None else properties
    if not is_flat(properties) or GEOMETRY in properties:
        return None
    try:
        _compact_json(properties)
        row = properties | {GEOMETRY: None if geometry is None else _compact_json(geometry)}
    except (TypeError, ValueError, RecursionError):
        return None
    return (
        row if any(value not in (None, "") for value in row.values()) else None
    )  # an empty feature is invalid, not a blank row


def _compact_json(value: Any) -> str:
    """Compact JSON. ValueError: NaN, an infinity or a lone surrogate; TypeError: a repeated key."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text.encode()
    return text


def _object(pairs: list[tuple[str, Any]]) -> Any:
    found = dict(pairs)
    return found if len(found) == len(pairs) else REPEATED_KEY


class _Text:
    """A JSON text, parsed from left to right one value at a time, so that one feature is in memory at a time."""

    _decoder = json.JSONDecoder(object_pairs_hook=_object)

    def __init__(self, text: str, where: str) -> None:
        self._text, self._where, self._at = text, where, 0

    def features(self) -> Iterator[Any]:
        """Yield the features; none of a blank text. Refusal at the end if the text is not one FeatureCollection."""
        if self._is_at_end():
            return
        if not self._passes("{"):
            self._value()
            raise Refusal("not_features", self._where)
        kind, lists, more = "", 0, not self._passes("}")
        while more:
            name = self._value()
            if not isinstance(name, str):
                raise self._unreadable(self._at)
            self._expect(":")
            if name == "features" and self._passes("["):
                lists += 1
                yield from self._items()
            else:
                value = self._value()
                kind = value if name == "type" else kind
            more = self._passes(",")
            if not more:
                self._expect("}")
        if not self._is_at_end():
            raise self._unreadable(self._at)
        if kind != "FeatureCollection" or lists != 1:
            raise Refusal("not_features", self._where)

    def _items(self) -> Iterator[Any]:
        """Yield the values of a list whose bracket has been passed."""
        more = not self._passes("]")
        while more:
            yield self._value()
            more = self._passes(",")
            if not more:
                self._expect("]")

    def _value(self) -> Any:
        self._skip()
        try:
            found, self._at = self._decoder.raw_decode(self._text, self._at)
        except json.JSONDecodeError as error:
            raise self._unreadable(error.pos) from None
        except (ValueError, RecursionError):  # a number of thousands of digits, thousands of brackets
            raise self._unreadable(self._at) from None
        return found

    def _skip(self) -> None:
        white = WHITE.match(self._text, self._at)
        assert white
        self._at = white.end()

    def _is_at_end(self) -> bool:
        self._skip()
        return self._at == len(self._text)

    def _passes(self, mark: str) -> bool:
        """True if `mark` comes next, which is then passed."""
        self._skip()
        found = self._text.startswith(mark, self._at)
        self._at += found
        return found

    def _expect(self, mark: str) -> None:
        if not self._passes(mark):
            raise self._unreadable(self._at)

    def _unreadable(self, at: int) -> Refusal:
        line, start = self._text.count("\n", 0, at) + 1, self._text.rfind("\n", 0, at) + 1
        return Refusal("not_json", self._where, line=line, character=at - start + 1)
