"""Matches parsed addresses to doors of the building table, row by row in columns.

Belongs here: whether a building has the written door, and each row's rule, standard address and confidence.
Does not: choosing candidate buildings (`parser.py`, `place_names.py`).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from pipelines.address.gazetteer import COURTYARD

_EXTRA: Final = 0.9  # highest confidence of a door written as `beside it` (附近)
_ONLY: Final = 0.9  # highest confidence where only the door decides between several buildings


def doors_by_name(buildings: pl.DataFrame) -> pl.DataFrame:
    """Columns building, side, door: for each door name in the building table (西户, or 西) its number on the floor."""
    listed = buildings.select("building", pl.col("door_names").str.split("、").alias("side")).drop_nulls()
    doors = listed.with_columns(pl.int_ranges(1, pl.col("side").list.len() + 1, dtype=pl.Int32).alias("door"))
    doors = doors.explode("side", "door").with_columns(pl.col("side").str.strip_chars().str.strip_suffix("户"))
    # a name that two doors share decides nothing
    return (
        doors.group_by("building", "side").agg(pl.first("door"), pl.len().alias("n")).filter(pl.col("n") == 1).drop("n")
    )


def resolve_by_door(several: pl.DataFrame) -> pl.DataFrame:
    """One line per row from one line per row and candidate building: the only building with the written door, if any.

    Columns row, buildings (how many are left) and, where that is 1, building, rule, confidence, reasons.
    """
    has_door = several.with_columns(*_numbers(), _courtyard()).filter(_has_door())
    only = has_door.filter(pl.len().over("row") == 1).select(
        "row",
        "building",
        "rule",
        pl.min_horizontal("confidence", _ONLY).alias("confidence"),
        pl.concat_str("reasons", pl.lit(" building:only_door")).alias("reasons"),
        pl.lit(1, pl.UInt32).alias("buildings"),
    )
    left = several.select("row", "buildings").unique("row").join(only.select("row"), on="row", how="anti")
    return pl.concat([only, left], how="diagonal")


def _numbers() -> list[pl.Expr]:
    """The entrance and room numbers of the written door; in a building with one entrance that entrance is implied."""
    by_side = pl.col("floor_no") * 100 + pl.col("door")
    only_one = pl.when(pl.col("entrance_count") == 1).then(1)
    return [pl.coalesce("entrance_no", only_one).alias("entrance"), pl.coalesce("room_no", by_side).alias("room")]


def _courtyard() -> pl.Expr:
    return (pl.col("kind") == COURTYARD).fill_null(False).alias("courtyard")


def _has_more() -> pl.Expr:
    """True if anything is written after the building's number."""
    return pl.any_horizontal(pl.col(name).is_not_null() for name in ("entrance_no", "floor_no", "room_no", "side"))


def _has_door() -> pl.Expr:
    """True if the building has the written door; a courtyard house is one door and has no others."""
    c = pl.col
    inside = (
        c("entrance").is_between(1, c("entrance_count"))
        & (c("room") // 100).is_between(1, c("floor_count"))
        & (c("room") % 100).is_between(1, c("rooms_per_floor"))
    )
    return pl.when("courtyard").then(~_has_more()).otherwise(inside).fill_null(False)


def match_doors(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with each row's rule and, where the building has exactly that door, its standard address.

    Sets standard_address, confidence, reasons, entrance_no, floor_no, room_no, area_code and rule.
    """
    c = pl.col
    frame = frame.with_columns(*_numbers(), _courtyard())
    courtyard = c("courtyard")
    rules: list[tuple[pl.Expr, str | pl.Expr]] = [
        (c("note").is_not_null(), c("note")),
        (c("head_rule").is_not_null(), c("head_rule")),
        (c("tail_rule").is_not_null(), c("tail_rule")),
        (c("building_no").is_null(), "no_building_no"),
        (c("buildings").is_null(), "unknown_building"),
        ((c("buildings") > 1) | c("address_twice"), "ambiguous"),
        (c("area_code").is_null(), "unplaced"),
        (courtyard & _has_more(), "unknown_room"),
        (courtyard, c("rule")),
        (c("room").is_null() & c("side").is_not_null() & c("floor_no").is_not_null(), "unknown_door"),
        (c("room").is_null(), "no_room"),
        (c("entrance").is_null(), "no_entrance"),
        (c("floor_no").is_not_null() & (c("floor_no") != c("room") // 100), "floor_mismatch"),
        (_has_door(), c("rule")),
    ]
    rule: pl.Expr = pl.lit("unknown_room")
    for condition, then in reversed(rules):
        rule = pl.when(condition.fill_null(False)).then(pl.lit(then) if isinstance(then, str) else then).otherwise(rule)
    frame = frame.with_columns(rule.alias("decided"))
    door = c("decided") == c("rule")  # null where there is no one building
    return _describe(frame.with_columns(door.fill_null(False).alias("is_door")))


def _describe(frame: pl.DataFrame) -> pl.DataFrame:
    """The matched rows with standard address, confidence, reasons and place."""
    c = pl.col
    flat = c("is_door") & ~c("courtyard")
    number = pl.concat_str("standard_address", "entrance", pl.lit("单元"), "room", pl.lit("室"))
    confidence = pl.when(c("extra").is_null()).then("confidence").otherwise(pl.min_horizontal("confidence", _EXTRA))
    one_entrance = pl.when(c("entrance_no").is_null() & flat).then(pl.lit("entrance:only_one"))
    extra = pl.when(c("extra").is_not_null() & c("is_door")).then(pl.concat_str(pl.lit("extra:"), "extra"))
    words = [pl.coalesce("reasons", "head_reasons"), c("tail_reasons"), one_entrance, extra]
    known = c("building").is_not_null()
    return frame.with_columns(
        pl.when(flat).then(number).when(c("is_door")).then("standard_address").alias("standard_address"),
        pl.when(c("is_door")).then(confidence).otherwise(0.0).alias("confidence"),
        pl.concat_str(words, separator=" ", ignore_nulls=True).str.strip_chars().alias("reasons"),
        pl.when(flat).then("entrance").otherwise("entrance_no").alias("entrance_no"),
        pl.when(flat).then(c("room") // 100).otherwise("floor_no").alias("floor_no"),
        pl.when(flat).then("room").otherwise("room_no").alias("room_no"),
        pl.when(known).then("area_code").otherwise("head_area").alias("area_code"),
        c("decided").alias("rule"),
    )
