"""Compares the addresses of a release with the truth of a simulated city: the dwelling and grid of every row.

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
    """The truth of a source's rows, without those to be rejected and without repeated keys."""
    rows = pl.read_parquet(truth / f"{source}.parquet")
    return rows.filter(~pl.col("expected_rejected")).unique("record_key", keep="none", maintain_order=True)


def addresses(city: duckdb.DuckDBPyConnection, truth: Path) -> pl.DataFrame:
    """One row per address: `column`, `style`, `noise`, and the flags; `right`: the dwelling is the true one.

    A row that got a dwelling although its address names none (truth null) is given and wrong.
    """
    return pl.concat([_compare(city, name, column, truth) for name, column in COLUMNS.items()])


def _compare(city: duckdb.DuckDBPyConnection, name: str, column: Column, truth: Path) -> pl.DataFrame:
    answers = pl.DataFrame(
        city.sql(
            f"select s.{column.key} as record_key, d.standard_address as answer from source.{column.source} s"
            f" left join address_link l on l.address = {column.address}"
            " left join dwelling d on d.dwelling_id = l.dwelling_id"
        )
    )
    rows = good_rows(truth, column.source)
    noise = pl.col(column.noise) if column.noise in rows.columns else pl.lit(None, dtype=pl.String)
    return rows.join(answers, on="record_key").select(
        pl.lit(name).alias("column"),
        pl.col(column.style).alias("style"),
        noise.alias("noise"),
        pl.col(column.answer).is_not_null().alias("wanted"),
        pl.col("answer").is_not_null().alias("given"),
        (pl.col("answer") == pl.col(column.answer)).fill_null(False).alias("right"),
    )


def grids(city: duckdb.DuckDBPyConnection, truth: Path) -> pl.DataFrame:
    """One row per office row: `source`, and the flags of its grid."""
    keys = {column.source: column.key for column in COLUMNS.values()}
    found = []
    for source, key in keys.items():
        placed = pl.DataFrame(city.sql(f"select {key} as record_key, grid_code as answer from source.{source}"))
        found.append(
            good_rows(truth, source)
            .join(placed, on="record_key")
            .select(
                pl.lit(source).alias("source"),
                pl.col("grid_code").is_not_null().alias("wanted"),
                pl.col("answer").is_not_null().alias("given"),
                (pl.col("answer") == pl.col("grid_code")).fill_null(False).alias("right"),
            )
        )
    return pl.concat(found)
