"""Brings times with an offset from UTC into the hub's zone, and a day's midnight into a day.

Systems write moments (Parquet of Spark and pandas, JSON of an API: `2024-03-01T00:30:00Z`), offices write what their clock
showed; the hub keeps the latter. Not here: parsing text into dates and times (`clean.py`).
"""

from __future__ import annotations

import polars as pl

from contracts.identifiers import change_where
from contracts.model import Table

OFFSET = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})? ?(?:Z|[+-]\d\d(?::?\d\d)?)$"
MIDNIGHT = r"^(\d{4}-\d\d-\d\d)[T ]00:00(?::00(?:\.0{1,9})?)?$"
MOMENT = "%Y-%m-%d %H:%M:%S%.6f"  # what the hub writes; without its fraction where that is zero
NO_FRACTION = ".000000"
DAY_LENGTH = len("2024-03-01")


def to_local_times(text: pl.DataFrame, table: Table, timezone: str) -> pl.DataFrame:
    """The cleaned text with the moments of date and time columns as times in `timezone`; in a date column midnight is its day."""
    columns = []
    for column in table.columns:
        # a day alone is no moment: most columns need no pattern to be tried
        if column.logical_type in ("date", "timestamp") and (text[column.name].str.len_bytes() > DAY_LENGTH).any():
            local = change_where(pl.col(column.name), OFFSET, lambda moment: _local(moment, timezone))
            if column.logical_type == "date":
                local = change_where(local, MIDNIGHT, lambda moment: moment.str.replace(MIDNIGHT, "$1"))
            columns.append(local)
    return text.with_columns(columns)


def _local(moment: pl.Expr, timezone: str) -> pl.Expr:
    """The text as a time of `timezone`; as it is if it is no moment (a 13th month)."""
    iso = moment.str.replace("T", " ").str.replace(" ?Z$", "+00:00").str.replace(r" ?([+-]\d\d):?(\d\d)?$", "$1:$2")
    iso = iso.str.replace(":$", ":00")
    known = iso.str.strptime(pl.Datetime("us", "UTC"), "%Y-%m-%d %H:%M:%S%.f%:z", strict=False)
    return pl.coalesce(known.dt.convert_time_zone(timezone).dt.strftime(MOMENT).str.strip_suffix(NO_FRACTION), moment)
