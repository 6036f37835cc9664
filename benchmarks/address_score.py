"""Addresses of a release held against the truth of a simulated city: the dwelling of every row, and its grid.

Belongs here: reading both and flagging rows `wanted`, `given`, `right`. Does not: counting (`measures.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import duckdb
import polars as pl


class Column(NamedTuple):
    """A column of addresses: its source table, key and expression, and the columns of the truth that answer it."""

    source: str
    key: str
    address: str
    answer: str
    style: str
    noise: str


COLUMNS: Final = {
    "resident, living address": Column(
        "resident", "record_no", "coalesce(s.living_address, s.hukou_address)", "standard_address", "address_style",
        "address_noise",
    ),
    "resident, hukou address": Column(
        "resident", "record_no", "s.hukou_address", "hukou_standard_address", "hukou_address_style",
        "hukou_address_noise",
    ),
    "property, location": Column(
        "property", "title_no", "s.location", "standard_address", "address_style", "address_noise"
    ),
    "hotline, address": Column(
        "hotline", "ticket_no", "s.address", "standard_address", "address_style", "address_noise"
    ),
}  # fmt: skip


def good_rows(truth: Path, source: str) -> pl.DataFrame:
    """The truth of the rows a source's file must be read to: refused rows and repeated keys left out."""
    rows = pl.read_parquet(truth / f"{source}.parquet")
    return rows.filter(~pl.col("expected_rejected")).unique("record_key", keep="none", maintain_order=True)


def addresses(city: duckdb.DuckDBPyConnection, truth: Path) -> pl.DataFrame:
    """One row per address: `column`, `style`, `noise`, and the flags; right is the true dwelling and no other.

    A row whose address names no dwelling (truth null) and got one counts as given and wrong.
    """
    return pl.concat([_said(city, name, column, truth) for name, column in COLUMNS.items()])


def _said(city: duckdb.DuckDBPyConnection, name: str, column: Column, truth: Path) -> pl.DataFrame:
    said = pl.DataFrame(
        city.sql(
            f"select s.{column.key} as record_key, d.standard_address as said from source.{column.source} s"
            f" left join address_link l on l.address = {column.address}"
            " left join dwelling d on d.dwelling_id = l.dwelling_id"
        )
    )
    rows = good_rows(truth, column.source)
    noise = pl.col(column.noise) if column.noise in rows.columns else pl.lit(None, dtype=pl.String)
    return rows.join(said, on="record_key").select(
        pl.lit(name).alias("column"),
        pl.col(column.style).alias("style"),
        noise.alias("noise"),
        pl.col(column.answer).is_not_null().alias("wanted"),
        pl.col("said").is_not_null().alias("given"),
        (pl.col("said") == pl.col(column.answer)).fill_null(False).alias("right"),
    )


def grids(city: duckdb.DuckDBPyConnection, truth: Path) -> pl.DataFrame:
    """One row per office row: `source`, and the flags of the grid it was placed in."""
    keys = {column.source: column.key for column in COLUMNS.values()}
    found = []
    for source, key in keys.items():
        placed = pl.DataFrame(city.sql(f"select {key} as record_key, grid_code as said from source.{source}"))
        found.append(
            good_rows(truth, source)
            .join(placed, on="record_key")
            .select(
                pl.lit(source).alias("source"),
                pl.col("grid_code").is_not_null().alias("wanted"),
                pl.col("said").is_not_null().alias("given"),
                (pl.col("said") == pl.col("grid_code")).fill_null(False).alias("right"),
            )
        )
    return pl.concat(found)
