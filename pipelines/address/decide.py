"""Heads, tails and the building table put together: one row per spelling, with a dwelling or the rule that says why not.

Belongs here: which building, which door, how sure. Does not: reading words (`heads.py`) or numbers (`numbers.py`).
All of it in columns: what costs is done once per distinct head, tail, and head with building number.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from contracts.identifiers import spelling_normal
from pipelines.address.areas import LEVELS
from pipelines.address.gazetteer import Gazetteer
from pipelines.address.heads import Reader
from pipelines.address.numbers import read
from pipelines.address.spelling import split

COLUMNS: Final[dict[str, type[pl.DataType]]] = {
    "address": pl.String,
    **dict.fromkeys(LEVELS, pl.String),
    "area_code": pl.String,
    "estate": pl.String,
    "building_no": pl.Int32,
    "entrance_no": pl.Int32,
    "floor_no": pl.Int32,
    "room_no": pl.Int32,
    "building_id": pl.String,
    "grid_code": pl.String,
    "standard_address": pl.String,
    "rule": pl.String,
    "confidence": pl.Float64,
    "reasons": pl.String,
}
COURTYARD: Final = "courtyard"
_EXTRA: Final = 0.9  # the most that is sure of a door beside which something happened
_HEADS: Final = {
    "head": pl.String,
    "head_no": pl.UInt32,
    "head_rule": pl.String,
    "head_area": pl.String,
    "head_reasons": pl.String,
}
_CANDIDATES: Final = {
    "head_no": pl.UInt32, "estate_id": pl.UInt32, "rule": pl.String, "confidence": pl.Float64, "reasons": pl.String
}  # fmt: skip
_TAILS: Final = {
    "tail": pl.String, "building_no": pl.Int32, "entrance_no": pl.Int32, "floor_no": pl.Int32, "room_no": pl.Int32,
    "side": pl.String, "tail_rule": pl.String, "tail_reasons": pl.String,
}  # fmt: skip


class Parser:
    """Parses by one gazetteer. What a head or tail says is read once in the life of the parser."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer, self._reader = gazetteer, Reader(gazetteer)
        self._heads, self._candidates = pl.DataFrame(schema=_HEADS), pl.DataFrame(schema=_CANDIDATES)
        self._tails = pl.DataFrame(schema=_TAILS)
        self._doors = _doors(gazetteer.buildings)
        self._decided = self._homes_decided()

    def parse(self, addresses: pl.Series) -> pl.DataFrame:
        """COLUMNS, one row per address, in their order."""
        parsed = self._parsed(addresses)
        if not self._gazetteer.decided:
            return parsed
        by_people = addresses.rename("address").to_frame().select(
            "address", spelling_normal(pl.col("address")).alias("written")
        ).join(self._decided, on="written", how="left", maintain_order="left").drop("written")  # fmt: skip
        decided = by_people["rule"].is_not_null()
        rows = decided.arg_true()
        found = by_people.filter(decided)
        return parsed.with_columns(parsed[name].scatter(rows, found[name]) for name in COLUMNS)

    def _homes_decided(self) -> pl.DataFrame:
        """What people decided about whole spellings, as parsed rows; a home that is gone decides nothing."""
        written, homes = list(self._gazetteer.decided), list(self._gazetteer.decided.values())
        found = self._parsed(pl.Series("address", homes, dtype=pl.String))
        known = pl.col("standard_address") == pl.Series(homes, dtype=pl.String)
        return found.with_columns(
            pl.Series("written", written, dtype=pl.String),
            pl.when(known).then(pl.lit("decided")).otherwise(pl.lit("decision_gone")).alias("rule"),
            pl.when(known).then(1.0).otherwise(0.0).alias("confidence"),
            pl.when(known).then("standard_address").alias("standard_address"),
            pl.lit("decision:accepted").alias("reasons"),
        ).drop("address")

    def _parsed(self, addresses: pl.Series) -> pl.DataFrame:
        cut = split(addresses, self._gazetteer.numbered_names).drop("text")
        self._read_heads(cut["head"].unique(maintain_order=True))
        self._read_tails(cut["tail"].unique(maintain_order=True))
        frame = pl.concat([addresses.rename("address").to_frame(), cut], how="horizontal")
        frame = frame.join(self._heads, on="head", how="left", maintain_order="left")
        frame = frame.join(self._tails, on="tail", how="left", maintain_order="left").drop("head", "tail")
        frame = frame.join(self._places(frame), on=["head_no", "building_no"], how="left", maintain_order="left").join(
            self._gazetteer.buildings, on="building", how="left", maintain_order="left", suffix="_of_building"
        )
        frame = frame.join(self._doors, on=["building", "side"], how="left", maintain_order="left")
        return self._told(_judged(frame))

    def _places(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Each head with each building number that was written with it: how many buildings it may be, and which."""
        written = frame.select("head_no", "building_no").unique().drop_nulls()
        candidates = written.join(self._candidates, on="head_no")
        buildings = self._gazetteer.buildings.select("estate_id", "building_no", "building")
        found = candidates.join(buildings, on=["estate_id", "building_no"])
        told = ("building", "rule", "confidence", "reasons")
        places = found.group_by("head_no", "building_no").agg(pl.len().alias("buildings"), *(pl.first(n) for n in told))
        return places.with_columns(pl.when(pl.col("buildings") == 1).then(name).alias(name) for name in told)

    def _read_heads(self, heads: pl.Series) -> None:
        new = heads.to_frame().join(self._heads, on="head", how="anti", maintain_order="left")["head"]
        rows, candidates = [], []
        for number, head in enumerate(new, start=self._heads.height):
            found = self._reader.read(head)
            rows.append((head, number, found.rule, found.area, found.reasons))
            candidates += [(number, *candidate) for candidate in found.candidates]
        self._heads = pl.concat([self._heads, pl.DataFrame(rows, schema=_HEADS, orient="row")])
        self._candidates = pl.concat([self._candidates, pl.DataFrame(candidates, schema=_CANDIDATES, orient="row")])

    def _read_tails(self, tails: pl.Series) -> None:
        new = tails.to_frame().join(self._tails, on="tail", how="anti", maintain_order="left")["tail"]
        rows = [(tail, *read(tail)) for tail in new]
        self._tails = pl.concat([self._tails, pl.DataFrame(rows, schema=_TAILS, orient="row")])

    def _told(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The judged rows as COLUMNS, with the names of the areas."""
        return frame.join(self._gazetteer.area_frame, on="area_code", how="left", maintain_order="left").select(
            pl.col(name).cast(kind) for name, kind in COLUMNS.items()
        )


def _doors(buildings: pl.DataFrame) -> pl.DataFrame:
    """Columns building, side, door: the number on its floor of a door that the building table names (西户, or 西)."""
    listed = buildings.select("building", pl.col("door_names").str.split("、").alias("side")).drop_nulls()
    doors = listed.with_columns(pl.int_ranges(1, pl.col("side").list.len() + 1, dtype=pl.Int32).alias("door"))
    doors = doors.explode("side", "door").with_columns(pl.col("side").str.strip_chars().str.strip_suffix("户"))
    # a name that two doors have names neither
    return (
        doors.group_by("building", "side").agg(pl.first("door"), pl.len().alias("n")).filter(pl.col("n") == 1).drop("n")
    )


def _judged(frame: pl.DataFrame) -> pl.DataFrame:
    """The rule of each row, and its door where the rules before it leave exactly one."""
    c = pl.col
    courtyard = (c("kind") == COURTYARD).fill_null(False)
    by_side = c("floor_no") * 100 + c("door")
    frame = frame.with_columns(
        courtyard.alias("courtyard"),
        pl.coalesce("entrance_no", pl.when(c("entrance_count") == 1).then(1)).alias("entrance"),
        pl.coalesce("room_no", by_side).alias("room"),
    )
    inside = (
        c("entrance").is_between(1, c("entrance_count"))
        & (c("room") // 100).is_between(1, c("floor_count"))
        & (c("room") % 100).is_between(1, c("rooms_per_floor"))
    ).fill_null(False)
    has_more = pl.any_horizontal(c(name).is_not_null() for name in ("entrance_no", "floor_no", "room_no", "side"))
    rules: list[tuple[pl.Expr, str | pl.Expr]] = [
        (c("note").is_not_null(), c("note")),
        (c("head_rule").is_not_null(), c("head_rule")),
        (c("tail_rule").is_not_null(), c("tail_rule")),
        (c("building_no").is_null(), "no_building_no"),
        (c("buildings").is_null(), "unknown_building"),
        ((c("buildings") > 1) | c("address_twice"), "ambiguous"),
        (c("area_code").is_null(), "unplaced"),
        (courtyard & has_more, "unknown_room"),
        (courtyard, c("rule")),
        (c("room").is_null() & c("side").is_not_null() & c("floor_no").is_not_null(), "unknown_door"),
        (c("room").is_null(), "no_room"),
        (c("entrance").is_null(), "no_entrance"),
        (c("floor_no").is_not_null() & (c("floor_no") != c("room") // 100), "floor_mismatch"),
        (inside, c("rule")),
    ]
    rule: pl.Expr = pl.lit("unknown_room")
    for condition, then in reversed(rules):
        rule = pl.when(condition.fill_null(False)).then(pl.lit(then) if isinstance(then, str) else then).otherwise(rule)
    frame = frame.with_columns(rule.alias("decided"))
    door = c("decided") == c("rule")  # null where there is no one building
    return _described(frame.with_columns(door.fill_null(False).alias("is_door")))


def _described(frame: pl.DataFrame) -> pl.DataFrame:
    """Standard address, confidence, reasons and place of judged rows."""
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
