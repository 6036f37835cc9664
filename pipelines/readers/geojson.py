"""Reads GeoJSON (RFC 7946): a FeatureCollection, one row per feature. Row n is feature n.

The cells are the feature's properties and its `geometry` as compact JSON text; the contract checks the kind of geometry. An
invalid feature (a repeated key, a nested property, a number that JSON does not have) costs only its row; a file that is not
JSON to its end is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.layout import GEOMETRY
from contracts.model import Table
from pipelines.ingest.refusals import Refusal
from pipelines.readers.batch import FEATURE, Batch
from pipelines.readers.decode import BROKEN, TextFile
from pipelines.readers.json_text import JsonText, compact_json
from pipelines.readers.objects import Object, Objects, is_flat

LARGEST = 64 << 20  # bytes; with seven decimals 2.8 million corners. One feature of this size takes 1 GB to read
BATCH_ROWS = 5_000
BATCH_CHARACTERS = 4 << 20


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
    text, may_be_broken = JsonText(content, path.name), BROKEN in content
    row, cells = 1, Objects(table, path.name)
    for objects in _batches(text):
        yield cells.batch(row, objects, layout, FEATURE, may_be_broken)
        row += len(objects)


def _batches(text: JsonText) -> Iterator[list[Object | None]]:
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
        compact_json(properties)
        row = properties | {GEOMETRY: None if geometry is None else compact_json(geometry)}
    except (TypeError, ValueError, RecursionError):
        return None
    return (
        row if any(value not in (None, "") for value in row.values()) else None
    )  # an empty feature is invalid, not a blank row
