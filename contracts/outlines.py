"""An area's outline as text: a GeoJSON Polygon or MultiPolygon (RFC 7946) in one canonical spelling.

Belongs here: the spelling, and the tests on it that both engines make: kind, closed rings, degrees in range. Does not:
outlines that cross themselves, and the places within one (`pipelines/places/`).
"""

from __future__ import annotations

import json
import re
from typing import Any

import polars as pl

DECIMALS = 9  # a tenth of a millimetre
LONGITUDE = r"-?(?:(?:[1-9]?[0-9]|1[0-7][0-9])(?:\.[0-9]{1,9})?|180)"
LATITUDE = r"-?(?:[1-8]?[0-9](?:\.[0-9]{1,9})?|90)"
POSITION = rf"\[{LONGITUDE},{LATITUDE}\]"
RING = rf"\[{POSITION},{POSITION},{POSITION}(?:,{POSITION})+\]"
AREA = rf"\[{RING}(?:,{RING})*\]"
OUTLINE = rf'\{{"type":"(?:Polygon","coordinates":{AREA}|MultiPolygon","coordinates":\[{AREA}(?:,{AREA})*\])\}}'
ENDS = re.compile(r"\[(\[[^\[\]]+\])(?:,\[[^\[\]]+\])*,(\[[^\[\]]+\])\]")


def outline_normal(value: pl.Expr) -> pl.Expr:
    """GeoJSON of any kind as canonical text: its type and coordinates, degrees without needless digits, no heights."""
    return value.map_batches(
        lambda texts: pl.Series(texts.name, [canonical(text) for text in texts], dtype=pl.String),
        return_dtype=pl.String,
    )


def canonical(text: str | None) -> str | None:
    """A geometry in canonical text; any other text is returned unchanged."""
    try:
        shape = json.loads(text or "")
        return f'{{"type":{json.dumps(shape["type"])},"coordinates":{_coordinates_text(shape["coordinates"])}}}'
    except (ValueError, TypeError, LookupError, RecursionError, OverflowError):
        return text


def _coordinates_text(coordinates: Any) -> str:
    """Nested coordinates as text. TypeError or ValueError if they hold anything but numbers."""
    if isinstance(coordinates[0], list):
        return f"[{','.join(map(_coordinates_text, coordinates))}]"
    longitude, latitude, *_ = coordinates
    return f"[{_degrees(longitude)},{_degrees(latitude)}]"


def _degrees(number: Any) -> str:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError("a coordinate is a number")
    text = f"{number:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def is_outline(value: pl.Expr) -> pl.Expr:
    """True for canonical text of a Polygon or MultiPolygon with closed rings and degrees in range."""
    return value.str.contains(f"^(?:{OUTLINE})$") & value.map_batches(
        lambda texts: pl.Series([_is_closed(text) for text in texts], dtype=pl.Boolean), return_dtype=pl.Boolean
    )


def _is_closed(text: str | None) -> bool:
    return all(first == last for first, last in ENDS.findall(text or ""))


def is_outline_sql(column: str) -> str:
    """`is_outline` for DuckDB, of a column name."""
    ring = r"\[(\[[^\[\]]+\])(?:,\[[^\[\]]+\])*,(\[[^\[\]]+\])\]"
    first, last = (f"regexp_extract_all({column}, '{ring}', {group})" for group in (1, 2))
    return f"regexp_full_match({column}, '{OUTLINE}') and {first} = {last}"
