"""Parses spellings into one row each, with a dwelling or the rule that says why there is none.

Belongs here: reading each distinct head and tail once, and the joins with the building table.
Does not: reading words (`place_names.py`) or numbers (`numbers.py`), and matching the door (`doors.py`).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from contracts.identifiers import spelling_normal
from pipelines.address import doors
from pipelines.address.areas import LEVELS
from pipelines.address.gazetteer import Gazetteer
from pipelines.address.numbers import read_numbers
from pipelines.address.place_names import PlaceNameReader
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
_HEADS: Final = {
    "head": pl.String, "head_no": pl.UInt32, "head_rule": pl.String, "head_area": pl.String, "head_reasons": pl.String
}  # fmt: skip
_CANDIDATES: Final = {
    "head_no": pl.UInt32, "estate_id": pl.UInt32, "rule": pl.String, "confidence": pl.Float64, "reasons": pl.String
}  # fmt: skip
_TAILS: Final = {
    "tail": pl.String, "building_no": pl.Int32, "entrance_no": pl.Int32, "floor_no": pl.Int32, "room_no": pl.Int32,
    "side": pl.String, "tail_rule": pl.String, "tail_reasons": pl.String,
}  # fmt: skip
_PLACE: Final = ("head_no", "building_no")


class Parser:
    """Parses by one gazetteer; a parser reads each distinct head and tail once in its life."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer, self._reader = gazetteer, PlaceNameReader(gazetteer)
        self._heads, self._candidates = pl.DataFrame(schema=_HEADS), pl.DataFrame(schema=_CANDIDATES)
        self._tails = pl.DataFrame(schema=_TAILS)
        self._doors = doors.doors_by_name(gazetteer.buildings)
        self._decisions = self._decided_homes()

    def parse(self, addresses: pl.Series) -> pl.DataFrame:
        """A frame of COLUMNS, one row per address, in their order."""
        parsed = self._parsed(addresses)
        if self._decisions.is_empty():
            return parsed
        written = addresses.rename("address").to_frame().select(spelling_normal(pl.col("address")).alias("written"))
        answers = written.join(self._decisions, on="written", how="left", maintain_order="left")
        decided = answers["rule"].is_not_null()
        rows, found = decided.arg_true(), answers.filter(decided)
        return parsed.with_columns(parsed[name].scatter(rows, found[name]) for name in COLUMNS if name != "address")

    def _decided_homes(self) -> pl.DataFrame:
        """People's decisions on whole spellings as parsed rows; `decision_gone` where the dwelling no longer exists."""
        written, homes = list(self._gazetteer.decisions), list(self._gazetteer.decisions.values())
        found = self._parsed(pl.Series("address", homes, dtype=pl.String))
        known = (pl.col("standard_address") == pl.col("address")).fill_null(False)
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
        rows = doors.match_doors(self._match_buildings(frame))
        named = rows.join(self._gazetteer.area_frame, on="area_code", how="left", maintain_order="left")
        return named.select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())

    def _match_buildings(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows with the one building each may mean, its columns, and `buildings`, the number of candidates.

        Where a head with a number may mean several buildings, the only one that has the written door is taken.
        """
        numbered = self._gazetteer.buildings.select("estate_id", "building_no", "building")
        candidates = frame.select(_PLACE).unique().drop_nulls().join(self._candidates, on="head_no")
        found = candidates.join(numbered, on=["estate_id", "building_no"]).drop("estate_id")
        found = found.with_columns(pl.len().over(_PLACE).alias("buildings"))
        one, several = found.filter(pl.col("buildings") == 1), found.filter(pl.col("buildings") > 1)
        placed = frame.join(one, on=_PLACE, how="left", maintain_order="left")
        if several.height:
            placed = placed.with_row_index("row")
            rows = placed.drop("building", "rule", "confidence", "reasons", "buildings").join(several, on=_PLACE)
            placed = placed.update(doors.resolve_by_door(self._join_building_columns(rows)), on="row")
        return self._join_building_columns(placed)

    def _join_building_columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows with the columns of their building, and the number of a door that is written by name."""
        buildings = self._gazetteer.buildings
        frame = frame.join(buildings, on="building", how="left", maintain_order="left", suffix="_of_building")
        return frame.join(self._doors, on=["building", "side"], how="left", maintain_order="left")

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
        rows = [(tail, *read_numbers(tail)) for tail in new]
        self._tails = pl.concat([self._tails, pl.DataFrame(rows, schema=_TAILS, orient="row")])
