"""Makes the bureau's own tables: divisions (行政区划), grids (网格) and the buildings in them (网格楼栋)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl

from demo.facts import divisions
from demo.geography import layout
from demo.geography.buildings import Buildings
from demo.geography.communities import Community, level, parent
from demo.geography.former_areas import former_areas
from demo.shares import distributions as shares
from demo.shares import hard_cases as hard
from demo.shares.sampling import look_up
from demo.spellings.doors import SIDES


def area_rows() -> pl.DataFrame:
    """All areas of Datong, province to community, also those without residents; then the former ones."""
    codes, former = list(divisions()), former_areas()
    in_force, ended = [None] * len(codes), [area.code for area in former]
    return pl.DataFrame(
        {
            "区划代码": codes + ended,
            "名称": [*divisions().values(), *(area.name for area in former)],
            "级别": [level(code) for code in codes + ended],
            "上级代码": [parent(code) for code in codes + ended],
            "启用日期": [f"{shares.AREAS_SINCE}"] * len(codes) + [area.since for area in former],
            "停用日期": pl.Series(in_force + [area.until for area in former], dtype=pl.String),
            "后继代码": pl.Series(in_force + [area.successor for area in former], dtype=pl.String),
        }
    )


def _grid_name(grid_code: str) -> str:
    return f"{Community(grid_code[:12], 0).base_name}第{int(grid_code[12:])}网格"


def grid_rows(buildings: Buildings) -> pl.DataFrame:
    """The block's grids, in code order of their communities."""
    grids = buildings.table.select("grid_code", "community_code").unique(maintain_order=True)
    return grids.select(
        pl.col("grid_code").alias("网格编码"),
        pl.Series("网格名称", [_grid_name(code) for code in grids["grid_code"]]),
        pl.col("community_code").alias("社区代码"),
        pl.lit(f"{shares.GRIDS_SINCE}").alias("启用日期"),
        pl.lit(None, dtype=pl.String).alias("停用日期"),
    )


def _points(table: pl.DataFrame) -> list[pl.Series]:
    """经度, 纬度 and 坐标系 of each building, to about a metre."""
    datum = layout.datum(table["community_code"])
    points = layout.place_buildings(table)
    sides = (np.where(datum == 1, shown, true) for true, shown in zip(points, layout.gcj02(*points), strict=True))
    names = ("经度", "纬度")
    texts = [pl.Series(name, side).round(5).cast(pl.String) for name, side in zip(names, sides, strict=True)]
    return [*texts, look_up(pl.Series("坐标系", layout.DATUMS), datum)]


def grid_building_rows(buildings: Buildings, noise: float) -> pl.DataFrame:
    """The block's buildings with their written grid, which is blank where only the place on the map shows it.

    A building that changed its grid has two dated rows.
    """
    outlined = pl.Series(layout.outline_grids(buildings.table["community_code"]))
    written = (pl.col("grid_coin") >= hard.GRID_UNWRITTEN * noise) | ~outlined
    now = buildings.table.select(
        pl.col("building_id").alias("楼栋编码"),
        pl.when(written).then("written_grid").alias("网格编码"),
        pl.col("estate").alias("小区名称"),
        pl.col("estate_alias").alias("小区别名"),
        pl.col("building_no").cast(pl.String).alias("楼号"),
        pl.col("entrance_count").cast(pl.String).alias("单元数"),
        pl.col("floor_count").cast(pl.String).alias("层数"),
        pl.col("rooms_per_floor").cast(pl.String).alias("每层户数"),
        pl.col("standard_address").alias("标准地址"),
        pl.when("is_courtyard").then(pl.lit("平房")).alias("房屋类型"),
        pl.when("has_sides").then(pl.lit("、".join(SIDES))).alias("户位"),
        *_points(buildings.table),
        pl.lit(f"{shares.GRIDS_SINCE}").alias("启用日期"),
        pl.lit(None, dtype=pl.String).alias("停用日期"),
    )
    return _with_move(now, buildings.table["grid_code"].filter(~outlined).unique(maintain_order=True).to_list())


def _with_move(now: pl.DataFrame, grids: list[str]) -> pl.DataFrame:
    """The rows, with two dated rows for a building that moved from one of a community's first two grids to the other."""
    pairs = [(mine, before) for mine, before in pairwise(grids) if mine[:12] == before[:12]]
    if not pairs:
        return now
    mine, other = pairs[0]
    moved = now.height - 1 - now["网格编码"].to_list()[::-1].index(mine)
    moment = pl.lit(f"{shares.GRID_MOVED}")
    before = now.slice(moved, 1).with_columns(pl.lit(other).alias("网格编码"), moment.alias("停用日期"))
    after = now.slice(moved, 1).with_columns(moment.alias("启用日期"))
    return pl.concat([now.head(moved), before, after, now.slice(moved + 1)])
