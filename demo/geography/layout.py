"""Places buildings on the map: a lattice of communities around Datong, each with one plot per grid.

Invented but consistent: neighbouring codes are neighbours, a grid's buildings stand together, grids do not overlap.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from demo.facts import divisions
from demo.geography.communities import level
from demo.shares import distributions as shares
from demo.shares.sampling import Bools, Ints

Degrees: TypeAlias = npt.NDArray[np.float64]
DATUMS: Final = ("WGS-84", "GCJ-02")
_WEST, _SOUTH, _CELL, _COLUMNS = 113.05, 39.85, 0.012, 43  # degrees; a cell is about a kilometre wide
_ROAD: Final = 0.05  # margin on each side of a cell and of a grid's plot, as a share of its width
_AXIS, _ECCENTRICITY = 6378245.0, 0.00669342162296594323  # Krasovsky 1940, of GCJ-02


@lru_cache(maxsize=1)
def _cells() -> dict[str, tuple[float, float]]:
    codes = [code for code in divisions() if level(code) == "community"]
    return {code: (_WEST + i % _COLUMNS * _CELL, _SOUTH + i // _COLUMNS * _CELL) for i, code in enumerate(codes)}


def grounds(table: pl.DataFrame) -> pl.DataFrame:
    """The plot of each grid, in WGS-84: grid_code, west, south, east, north; in order of first occurrence."""
    grids = table.select("grid_code", "community_code").unique(maintain_order=True)
    corners = np.array([_cells()[code] for code in grids["community_code"]]).reshape(-1, 2)
    number = grids["grid_code"].str.slice(12).cast(pl.Int64).to_numpy() - 1
    count = grids.select(pl.len().over("community_code").cast(pl.Int64)).to_series().to_numpy()
    columns = -(-count // 2)  # two rows of plots
    inside, width = 1 - 2 * _ROAD, 1 / columns
    rows = np.minimum(count, 2)
    west = corners[:, 0] + _CELL * (_ROAD + inside * (number % columns) * width)
    south = corners[:, 1] + _CELL * (_ROAD + inside * (number // columns) / rows)
    return grids.select("grid_code").with_columns(
        west=pl.Series(west),
        south=pl.Series(south),
        east=pl.Series(west + _CELL * inside * width),
        north=pl.Series(south + _CELL * inside / rows),
    )


def place_buildings(table: pl.DataFrame) -> tuple[Degrees, Degrees]:
    """The longitude and latitude (WGS-84) of each building, in rows on the plot of its grid."""
    ground = table.select("grid_code").join(grounds(table), on="grid_code", how="left", maintain_order="left")
    west, south, east, north = (ground[side].to_numpy() for side in ("west", "south", "east", "north"))
    counted = table.select(
        pl.int_range(pl.len()).over("grid_code").alias("nth"),
        pl.len().over("grid_code").cast(pl.Int64).alias("of"),
    )
    nth, of = counted["nth"].to_numpy(), counted["of"].to_numpy()
    columns = np.ceil(np.sqrt(of / 2)).astype(np.int64)
    rows = -(-of // columns)
    across, up = (nth % columns + 0.5) / columns, (nth // columns + 0.5) / rows
    inside = 1 - 2 * _ROAD
    return west + (east - west) * (_ROAD + inside * across), south + (north - south) * (_ROAD + inside * up)


def datum(community_codes: pl.Series) -> Ints:
    """The index into DATUMS of each building: some communities were surveyed with a phone's map, in GCJ-02."""
    every = round(1 / shares.GCJ02_COMMUNITIES)
    return np.asarray(community_codes.str.slice(9).cast(pl.Int64).to_numpy() % every == 0, dtype=np.int64)


def outline_grids(community_codes: pl.Series) -> Bools:
    """True for communities whose grids have outlines: every other one."""
    return np.asarray(community_codes.str.slice(9).cast(pl.Int64).to_numpy() % 2 == 1)


def outlines(table: pl.DataFrame) -> list[dict[str, object]]:
    """The outlines of a block's grids as GeoJSON features; half of them in GCJ-02."""
    found = grounds(table).filter(
        pl.Series(outline_grids(table["community_code"])).filter(table["grid_code"].is_first_distinct())
    )
    number = found["grid_code"].str.slice(9, 3).cast(pl.Int64).to_numpy()
    west, south, east, north = (found[side].to_numpy() for side in ("west", "south", "east", "north"))
    true = np.array([[west, south], [east, south], [east, north], [west, north], [west, south]])
    shown = np.array([gcj02(corner[0], corner[1]) for corner in true])
    shifted = number % 4 == 1
    corners = np.where(shifted, shown, true).round(7)
    return [
        {
            "type": "Feature",
            "properties": {
                "网格编码": code,
                "坐标系": DATUMS[int(shifted[i])],
                "启用日期": f"{shares.GRIDS_SINCE}",
                "停用日期": None,
            },
            "geometry": {"type": "Polygon", "coordinates": [corners[:, :, i].tolist()]},
        }
        for i, code in enumerate(found["grid_code"])
    ]


def gcj02(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """WGS-84 points in GCJ-02, the datum of Chinese maps, a few hundred metres off (the formula of EvilTransform)."""
    x, y = longitude - 105.0, latitude - 35.0
    root, pi = np.sqrt(np.abs(x)), np.pi
    wave = (20 * np.sin(6 * x * pi) + 20 * np.sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20 * np.sin(y * pi) + 40 * np.sin(y / 3 * pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * pi) + 320 * np.sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20 * np.sin(x * pi) + 40 * np.sin(x / 3 * pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * pi) + 300 * np.sin(x / 30 * pi)) * 2 / 3
    angle = np.radians(latitude)
    magic = 1 - _ECCENTRICITY * np.sin(angle) ** 2
    north = north * 180 / (_AXIS * (1 - _ECCENTRICITY) / (magic * np.sqrt(magic)) * pi)
    east = east * 180 / (_AXIS / np.sqrt(magic) * np.cos(angle) * pi)
    return longitude + east, latitude + north
