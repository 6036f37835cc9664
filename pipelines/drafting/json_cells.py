"""Reads a sample of JSON into a grid: lines of objects, one list of objects, or a GeoJSON FeatureCollection.

Not here: other formats (`cells.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from contracts.errors import DeliveryError
from contracts.layout import GEOMETRY, Format
from pipelines.drafting.grid import SAMPLE_ROWS, Grid
from pipelines.ingest.refusals import Refusal
from pipelines.readers.json_text import JsonText
from pipelines.readers.objects import is_flat

JSON_START = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[{\]])")


def is_json_text(text: str) -> bool:
    """True if the text begins as an object or a list of objects."""
    return bool(JSON_START.match(text))


def json_grid(text: str, where: str) -> tuple[Grid, Format]:
    """The records with the names of all as header, and the format to read them by. The text may be cut off at its end.

    DeliveryError: other JSON, of which no rows can be made.
    """
    if features := _until_unreadable(JsonText(text, where).features()):
        rows = [{**(f.get("properties") or {}), GEOMETRY: f.get(GEOMETRY)} for f in features if isinstance(f, dict)]
        return _grid(rows), "geojson"
    is_list = text.lstrip().startswith("[")
    records = _until_unreadable(JsonText(text, where).items()) if is_list else _lines(text)
    if not any(map(is_flat, records)) or not all(isinstance(record, dict) for record in records):
        raise DeliveryError(
            "JSON that is neither lines of objects, nor a list of objects, nor a GeoJSON FeatureCollection",
            where=where,
            remedy="write one object a line, without anything around them",
        )
    return _grid(records), "jsonl"


def _until_unreadable(values: Iterator[Any]) -> list[Any]:
    found = list[Any]()
    with suppress(Refusal):  # the end of the sample, or of what is JSON
        found.extend(islice(values, SAMPLE_ROWS))
    return found


def _lines(text: str) -> list[Any]:
    try:
        return [json.loads(line) for line in islice(text.splitlines(), SAMPLE_ROWS) if line.strip()]
    except ValueError:
        return []


def _grid(records: list[dict[str, Any]]) -> Grid:
    names = list(dict.fromkeys(name for record in records for name in record))
    return Grid([names, *([_text(r.get(name)) for name in names] for r in records)], has_header=True)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
