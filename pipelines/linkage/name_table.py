"""The Python model `name_feature`: the features of every distinct name that an office wrote."""

from __future__ import annotations

import duckdb
import polars as pl

from pipelines.linkage.name_features import name_features
from warehouse.settings import Settings

NAMES_SQL = """
    select name from source.resident
    union select holder_name from source.property
    union select requester_name from source.hotline where requester_name is not null"""


def make_name_feature(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Create `name_feature`: the columns of `name_features`, with the hashes name_hash and variant_hash."""
    written = pl.DataFrame(connection.sql(NAMES_SQL).to_arrow_table())
    features = name_features(written["name"])
    connection.register("features", features)
    connection.execute(
        "create temp table name_feature as"
        " select hash(written) as name_hash, hash(name_variant) as variant_hash, * from features where written is not null"
    )
    connection.unregister("features")
