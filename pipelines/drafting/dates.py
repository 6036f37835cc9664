"""Finds the strptime patterns that parse the dates of a sample, by their shape (every digit written as 9)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache

import polars as pl

from pipelines.ingest.dates import parse_moments, parse_pattern

DATE_START = "^[0-9]{1,4}[-/.年0-9]"
# shape of a day → its possible patterns, the likelier first
DAYS = {
    "9{4}-9{1,2}-9{1,2}": ("%Y-%m-%d",),
    "9{4}/9{1,2}/9{1,2}": ("%Y/%m/%d",),
    r"9{4}\.9{1,2}\.9{1,2}": ("%Y.%m.%d",),
    "9{4}年9{1,2}月9{1,2}日": ("%Y年%m月%d日",),
    "9{8}": ("%Y%m%d",),
    "9{1,2}/9{1,2}/9{4}": ("%m/%d/%Y", "%d/%m/%Y"),
    "9{1,2}-9{1,2}-9{4}": ("%m-%d-%Y", "%d-%m-%Y"),
}
CLOCKS = {
    "": "",
    "9{6}": "%H%M%S",
    "[ T]9{1,2}:9{2}": "%H:%M",
    "[ T]9{1,2}:9{2}:9{2}": "%H:%M:%S",
    r"[ T]9{1,2}:9{2}:9{2}\.9+": "%H:%M:%S%.f",
    " 9{1,2}:9{2} [AP]M": "%I:%M %p",
    " 9{1,2}:9{2}:9{2} [AP]M": "%I:%M:%S %p",
}
MOST_SHAPES = 50
EARLIEST, LATEST = 1800, 2199


def date_formats(texts: pl.Series, weight: Callable[[pl.Series], float]) -> dict[str, float]:
    """The patterns that parse the distinct `texts`, each with its share of rows; `weight` gives the share of a choice."""
    shapes = texts.str.replace_all("[0-8]", "9")
    found: dict[str, float] = {}
    for shape in shapes.unique(maintain_order=True)[:MOST_SHAPES]:
        chosen = shapes == shape
        shares = {p: weight(chosen & _parses(p, texts)) for p in patterns(shape)}
        best = max(shares, key=lambda p: shares[p], default="")
        if best and shares[best]:
            found[best] = found.get(best, 0) + shares[best]
    return dict(sorted(found.items(), key=lambda one: -one[1]))


@cache
def patterns(shape: str) -> tuple[str, ...]:
    """The strptime patterns for a shape like `9999-99-99 99:99`; none if it is not a date."""
    for day, written in DAYS.items():
        for clock, time in CLOCKS.items():
            if re.fullmatch(f"{day}({clock})", shape):
                between = "T" if "T" in shape else " " if " " in shape else ""
                return tuple(pattern + between + time for pattern in written)
    return ()


def has_time(pattern: str) -> bool:
    """True if the pattern has a time of day."""
    return "%H" in pattern or "%I" in pattern


def has_day_to_come(patterns: Iterable[str], texts: pl.Series, today: date) -> bool:
    """True if one of the texts is a day after `today`."""
    latest = parse_moments(texts, patterns, pl.Datetime("us")).max()
    return isinstance(latest, datetime) and latest.date() > today


def _parses(pattern: str, texts: pl.Series) -> pl.Series:
    """True where the pattern parses the text to a year from EARLIEST to LATEST."""
    parsed = parse_pattern(texts, pattern, pl.Datetime("us") if has_time(pattern) else pl.Date)
    return parsed.dt.year().is_between(EARLIEST, LATEST).fill_null(False)
