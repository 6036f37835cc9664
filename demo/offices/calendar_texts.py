"""Converts days, as whole numbers since 1900-01-01, to the texts offices write."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from demo.shares.sampling import Ints

ORIGIN: Final = date(1900, 1, 1)
_END: Final = date(2027, 1, 1)


def day(value: date) -> int:
    """The number of the day: 0 is 1900-01-01."""
    return (value - ORIGIN).days


def month(days: Ints) -> Ints:
    """The month (1 to 12) of each day."""
    return ((np.datetime64(ORIGIN, "D") + days).astype("datetime64[M]").astype(np.int64) % 12 + 1).astype(np.int64)


@lru_cache(maxsize=1)
def iso_dates() -> pl.Series:
    """The texts `YYYY-MM-DD` of all days from 1900 to 2026, in order."""
    return pl.date_range(ORIGIN, _END, closed="left", eager=True).dt.to_string("%Y-%m-%d")


@lru_cache(maxsize=1)
def compact_dates() -> pl.Series:
    """The texts `YYYYMMDD` of all days from 1900 to 2026, in order."""
    return iso_dates().str.replace_all("-", "", literal=True)


@lru_cache(maxsize=1)
def clock_times() -> pl.Series:
    """The texts `HH:MM:SS` of all seconds of a day, in order."""
    return pl.Series([f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(86_400)])
