"""The Python model `name_feature`: the features of every distinct name in `person_record`.

Which columns of which sources hold names is declared in their contracts (`persons`).
"""

from __future__ import annotations

from typing import Final

import duckdb
import polars as pl

from pipelines.linkage.name_features import name_features
from warehouse.build.person_records import PERSON_RECORD
from warehouse.build.python_model import PythonModel
from warehouse.frames import frame_as
from warehouse.settings import Settings


def make_name_feature(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Create `name_feature`: the columns of `name_features`, with the hashes name_hash and variant_hash."""
    written = pl.DataFrame(connection.sql(f"select distinct name from {PERSON_RECORD}").to_arrow_table())
    features = name_features(written["name"])
    with frame_as(connection, "features", features):
        connection.execute("""
            create temp table name_feature as
            select hash(written) as name_hash, hash(name_variant) as variant_hash, * from features
            where written is not null""")


NAME_FEATURE: Final = PythonModel(make_name_feature, frozenset({PERSON_RECORD}))
