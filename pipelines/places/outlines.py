"""Finds the grid outlines each building lies in: converts both to WGS-84 and joins them with shapely.

Belongs here: geometry. Does not: choosing a building's grid (`warehouse/models/building_period.sql`).
"""

from __future__ import annotations

from typing import Final

import duckdb
import polars as pl
import shapely

from pipelines.places.datum import wgs84_from_gcj02
from warehouse.build.python_model import PythonModel
from warehouse.settings import Settings

EDGE: Final = 1e-5  # degrees, about a metre: coordinates are not precise enough to tell the side of an outline
GCJ02 = "gcj02"
POINTS_SQL = """
select building_id, valid_from, datum, longitude, latitude from source.grid_building
where longitude is not null and latitude is not null and datum is not null
"""
# an outline ends at the latest when the grid's next one begins
OUTLINES_SQL = """
with dated as (
    select *, lead(valid_from) over (partition by grid_code order by valid_from) as next_from
    from source.grid_boundary where valid_to is null or valid_to > valid_from
)
select grid_code, valid_from, least(valid_to, next_from) as valid_to, datum, geometry from dated
"""


def make_points(connection: duckdb.DuckDBPyConnection, _: Settings) -> None:
    """Create `building_point`: building_id and valid_from of the row, longitude and latitude in WGS-84."""
    rows = connection.sql(POINTS_SQL).pl()
    degrees = rows.select("longitude", "latitude").to_numpy()
    moved = (rows["datum"] == GCJ02).to_numpy()
    degrees[moved] = wgs84_from_gcj02(degrees[moved])
    create_temp_table(
        connection,
        "building_point",
        rows.select("building_id", "valid_from", longitude=degrees[:, 0], latitude=degrees[:, 1]),
    )


def make_outlines(connection: duckdb.DuckDBPyConnection, _: Settings) -> None:
    """Create `grid_outline`: grid_code, valid_from, valid_to, outline (WKB in WGS-84), flaw (null if valid).

    An invalid outline (one that crosses itself) is replaced by its convex hull.
    """
    rows = connection.sql(OUTLINES_SQL).pl()
    shapes = shapely.from_geojson(rows["geometry"].to_numpy(), on_invalid="ignore")
    moved = (rows["datum"] == GCJ02).to_numpy()
    shapes[moved] = shapely.transform(shapes[moved], wgs84_from_gcj02)
    flawed = ~shapely.is_valid(shapes)
    flaws = [
        (reason or "no outline") if wrong else None
        for wrong, reason in zip(flawed, shapely.is_valid_reason(shapes), strict=True)
    ]
    shapes[flawed] = shapely.convex_hull(shapes[flawed])
    outline = pl.Series("outline", shapely.to_wkb(shapes).tolist(), dtype=pl.Binary)
    flaw = pl.Series("flaw", flaws, dtype=pl.String)
    create_temp_table(connection, "grid_outline", rows.select("grid_code", "valid_from", "valid_to", outline, flaw))


def make_hits(connection: duckdb.DuckDBPyConnection, _: Settings) -> None:
    """Create `outline_hit`: each building row (building_id, row_from) in an outline (grid_code, outline_from, outline_to).

    `touch` is inside, edge (within about a metre of the outline), or flawed.
    """
    points = connection.sql("select * from building_point").pl()
    outlines = connection.sql("select * from grid_outline").pl()
    shapes = shapely.from_wkb(outlines["outline"].to_numpy())
    places = shapely.points(points.select("longitude", "latitude").to_numpy())
    shapely.prepare(shapes)
    which, place = shapely.STRtree(places).query(shapes, predicate="dwithin", distance=EDGE)
    edges = shapely.boundary(shapes)
    shapely.prepare(edges)
    on_edge = shapely.dwithin(edges[which], places[place], EDGE)
    hit = outlines[which].select("grid_code", "flaw", outline_from="valid_from", outline_to="valid_to")
    sound = pl.when(pl.lit(pl.Series(on_edge))).then(pl.lit("edge")).otherwise(pl.lit("inside"))
    touch = pl.when(pl.col("flaw").is_not_null()).then(pl.lit("flawed")).otherwise(sound)
    row = points[place].select("building_id", row_from="valid_from")
    create_temp_table(
        connection, "outline_hit", pl.concat([row, hit.with_columns(touch=touch).drop("flaw")], how="horizontal")
    )


def create_temp_table(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """Create the temporary table `name` from `frame`."""
    connection.execute(f"create temp table {name} as select * from frame")


PLACES: Final = {
    "building_point": PythonModel(make_points, frozenset({"source.grid_building"})),
    "grid_outline": PythonModel(make_outlines, frozenset({"source.grid_boundary"})),
    "outline_hit": PythonModel(make_hits, frozenset({"building_point", "grid_outline"})),
}
