"""An area's outline as text: a GeoJSON Polygon or MultiPolygon (RFC 7946) in one canonical spelling.

Belongs here: the spelling, and what both engines judge by it: the kind, closed rings, degrees that exist. Does not: whether
an outline crosses itself, and what lies in it (`pipelines/places/`).
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
    """The text itself where it is no geometry with coordinates."""
    try:
        shape = json.loads(text or "")
        return f'{{"type":{json.dumps(shape["type"])},"coordinates":{_written(shape["coordinates"])}}}'
    except (ValueError, TypeError, LookupError, RecursionError, OverflowError):
        return text


def _written(coordinates: Any) -> str:
    """TypeError or ValueError where there is something else in it than numbers."""
    if isinstance(coordinates[0], list):
        return f"[{','.join(map(_written, coordinates))}]"
    longitude, latitude, *_ = coordinates
    return f"[{_degrees(longitude)},{_degrees(latitude)}]"


def _degrees(number: Any) -> str:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError("a coordinate is a number")
    text = f"{number:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def is_outline(value: pl.Expr) -> pl.Expr:
    """Of canonical text."""
    return value.str.contains(f"^(?:{OUTLINE})$") & value.map_batches(
        lambda texts: pl.Series([_is_closed(text) for text in texts], dtype=pl.Boolean), return_dtype=pl.Boolean
    )


def _is_closed(text: str | None) -> bool:
    return all(first == last for first, last in ENDS.findall(text or ""))


def is_outline_sql(column: str) -> str:
    """The same in DuckDB."""
    ring = r"\[(\[[^\[\]]+\])(?:,\[[^\[\]]+\])*,(\[[^\[\]]+\])\]"
    first, last = (f"regexp_extract_all({column}, '{ring}', {group})" for group in (1, 2))
    return f"regexp_full_match({column}, '{OUTLINE}') and {first} = {last}"
