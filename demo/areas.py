"""The bureau's own tables: divisions (行政区划), grids (网格) and the buildings in them (网格楼栋)."""

from __future__ import annotations

import polars as pl

from demo import distributions as shares
from demo.buildings import Buildings
from demo.facts import divisions
from demo.places import Community, level, parent


def area_rows() -> pl.DataFrame:
    """All of Datong, province to community, whatever part of it the city fills."""
    codes = list(divisions())
    return pl.DataFrame(
        {
            "区划代码": codes,
            "名称": list(divisions().values()),
            "级别": [level(code) for code in codes],
            "上级代码": [parent(code) for code in codes],
            "启用日期": f"{shares.AREAS_SINCE}",
            "停用日期": pl.Series([None] * len(codes), dtype=pl.String),
            "后继代码": pl.Series([None] * len(codes), dtype=pl.String),
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


def grid_building_rows(buildings: Buildings) -> pl.DataFrame:
    """The block's buildings with the grid each lies in."""
    return buildings.table.select(
        pl.col("building_id").alias("楼栋编码"),
        pl.col("grid_code").alias("网格编码"),
        pl.col("estate").alias("小区名称"),
        pl.col("estate_alias").alias("小区别名"),
        pl.col("building_no").cast(pl.String).alias("楼号"),
        pl.col("entrance_count").cast(pl.String).alias("单元数"),
        pl.col("floor_count").cast(pl.String).alias("层数"),
        pl.col("rooms_per_floor").cast(pl.String).alias("每层户数"),
        pl.col("standard_address").alias("标准地址"),
        *(pl.lit(None, dtype=pl.String).alias(name) for name in ("房屋类型", "户位", "经度", "纬度", "坐标系")),
        pl.lit(f"{shares.GRIDS_SINCE}").alias("启用日期"),
        pl.lit(None, dtype=pl.String).alias("停用日期"),
    )
