"""Parses text as dates and times by the patterns of a contract, exactly as they say.

Not here: what a pattern says (`contracts/date_formats.py`), which days a column may have (`validate_rows.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import polars as pl

from contracts.date_formats import EXCEL, shape_of

EXCEL_EPOCH = datetime(1899, 12, 30)
Moment = type[pl.Date] | pl.Datetime


def parse_moments(text: pl.Series, patterns: Iterable[str], dtype: Moment) -> pl.Series:
    """Each value by the first pattern that it has the shape of and is a day of; null where there is none."""
    found = pl.Series(text.name, [], dtype=dtype).extend_constant(None, len(text))
    for pattern in patterns:
        left = (text.is_not_null() & found.is_null()).arg_true()
        if left.is_empty():
            break
        parsed = parse_pattern(text.gather(left), pattern, dtype)
        found = parsed if len(parsed) == len(text) else found.scatter(left, parsed)
    return found


def parse_pattern(text: pl.Series, pattern: str, dtype: Moment) -> pl.Series:
    """The values by one pattern; null where a text has not its shape, or is no day."""
    if pattern == EXCEL:
        return _serial(text, dtype)
    shaped = text.str.contains(f"^{shape_of(pattern)}$").fill_null(False)
    if not shaped.any():
        return pl.Series(text.name, [], dtype=dtype).extend_constant(None, len(text))
    if not shaped.all():
        text = text.to_frame().select(pl.when(shaped).then(pl.first())).to_series()
    return text.str.strptime(dtype, pattern, strict=False)


def _serial(text: pl.Series, dtype: Moment) -> pl.Series:
    """Spreadsheet day numbers from 1900-03-01 on; before it spreadsheets count a 29 February 1900."""
    days = text.cast(pl.Float64, strict=False)
    moment = pl.lit(EXCEL_EPOCH) + pl.duration(microseconds=(pl.first() * 86_400_000_000).round())
    return (
        days.to_frame()
        .select(pl.when(pl.first().is_between(61, 2_958_466)).then(moment).cast(dtype).alias(text.name))
        .to_series()
    )
