"""Reads the parser's tables from a city database: the one being built, or the served release.

Not here: indexing them (`gazetteer.py`).
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

import duckdb
import polars as pl

from pipelines.address.areas import Area

BUILDING_COLUMNS: Final = (
    "building_id", "grid_code", "community_code", "estate", "estate_alias", "building_no", "entrance_count", "floor_count",
    "rooms_per_floor", "standard_address", "kind", "door_names", "valid_from",
)  # fmt: skip
READS: Final = frozenset({"source.area", "current_building", "delivery"})


class Reference(NamedTuple):
    """Every row of the area register, the buildings in use (BUILDING_COLUMNS), and the day both describe."""

    areas: list[Area]
    buildings: pl.DataFrame
    on: date


def reference(connection: duckdb.DuckDBPyConnection, buildings: str = "current_building") -> Reference:
    """Read the tables; `buildings` is the relation, or a select in brackets, that has BUILDING_COLUMNS."""
    [(on,)] = connection.execute(
        "select max(delivered_on) from delivery where source in ('area', 'grid_building')"
    ).fetchall()
    areas = connection.execute(f"select {', '.join(_AREA)} from source.area").fetchall()
    listed = f"select {', '.join(BUILDING_COLUMNS)} from {buildings} order by building_id, valid_from"
    return Reference([Area(*row) for row in areas], frame(connection, listed), on or date.min)


def frame(connection: duckdb.DuckDBPyConnection, sql: str) -> pl.DataFrame:
    """The rows of a select as a frame, passed as Arrow without a copy per value."""
    return pl.DataFrame(connection.sql(sql).to_arrow_reader(100_000))


_AREA: Final = ("area_code", "name", "level", "parent_code", "valid_from", "valid_to", "successor_code")
