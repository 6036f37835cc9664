"""Finds texts that fit several buildings, for which the truth must not name one.

柳港园平房5号 is in two lanes; 智家堡村小区3号楼 without a district is in two districts. Another building counts only if it has
the written door.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from demo.geography.buildings import MAX_DOORS, MAX_FLOORS, NO_UNIT, courtyards, estate_names, tables
from demo.geography.communities import Community
from demo.shares.sampling import Bools, Ints
from demo.spellings.prefixes import REACHES, Reach

_SHAPE = ("entrance_count", "floor_count", "rooms_per_floor")


@dataclass(frozen=True)
class CityNames:
    """All estate names of the city, and the buildings of names that occur in several communities."""

    names: frozenset[str]
    shared_names: pl.DataFrame  # name, community_code, building_id, is_courtyard, building_no, and the shape
    _similar: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, seed: int, communities: Iterable[Community]) -> CityNames:
        """The names of a city."""
        holders: dict[str, dict[str, Community]] = {}
        for community in communities:
            for name in _names(community):
                holders.setdefault(name, {})[community.code] = community
        shared = {name: found for name, found in holders.items() if len(found) > 1}
        concerned = {c.code: c for found in shared.values() for c in found.values()}
        built = pl.concat(tables(seed, tuple(concerned[code] for code in sorted(concerned))))
        return cls(frozenset(holders), buildings_called(built).filter(pl.col("name").is_in(list(shared))))

    def similar_names(self, name: str) -> list[str]:
        """The other names of the city within two typing errors of this one."""
        from rapidfuzz.distance import OSA

        if name not in self._similar:
            self._similar[name] = [
                n for n in sorted(self.names) if n != name and OSA.distance(n, name, score_cutoff=2) <= 2
            ]
        return self._similar[name]

    def still_means(self, typed: str, name: str) -> bool:
        """True if the mistyped text is nearer to its own name than to every other name of the city."""
        from rapidfuzz.distance import OSA

        return all(OSA.distance(typed, other) > OSA.distance(typed, name) for other in self.similar_names(name))


def _names(community: Community) -> set[str]:
    houses = courtyards(community)
    pairs = [*estate_names(community), *([houses[:2]] if houses else [])]
    return {name for pair in pairs for name in pair if name}


def buildings_called(table: pl.DataFrame) -> pl.DataFrame:
    """One row for each name of each building."""
    columns = ("community_code", "building_id", "is_courtyard", "building_no", *_SHAPE)
    aliased = table.filter(pl.col("estate_alias").is_not_null() & (pl.col("estate_alias") != pl.col("estate")))
    return pl.concat(
        [
            table.select(pl.col("estate").alias("name"), *columns),
            aliased.select(pl.col("estate_alias").alias("name"), *columns),
        ]
    )


class Rivals:
    """The shapes of other buildings that the words for a block's buildings may also mean, by reach."""

    def __init__(self, table: pl.DataFrame, city: CityNames) -> None:
        rows = table.with_row_index("row")
        elsewhere = city.shared_names
        here = table.with_columns(pl.col("community_code").alias("name"))
        candidates = {
            "estate": (pl.col("estate"), elsewhere),
            "alias": (pl.coalesce("estate_alias", "estate"), elsewhere),
            "community": (pl.col("community_code"), here.select(elsewhere.columns)),
        }
        self._shapes: dict[Reach, tuple[Ints, Ints]] = {}
        for reach in dict.fromkeys(REACHES):
            if reach.name in candidates:
                name, others = candidates[reach.name]
                found = _rivals(rows.with_columns(name.alias("name")), others, reach.digits)
                if found.height:
                    of = found["row"].cast(pl.Int64).to_numpy()
                    order = np.argsort(of, kind="stable")
                    self._shapes[reach] = of[order], found.select(_SHAPE).to_numpy()[order]

    def ambiguous(self, front: Ints, building: Ints, unit: Ints, to_the_door: Bools) -> Bools:
        """True where the words also fit another building (which has the door, if the text names one)."""
        result = np.zeros(len(front), dtype=np.bool_)
        for reach, (of, shapes) in self._shapes.items():
            places = [i for i, other in enumerate(REACHES) if other == reach]
            rows = np.flatnonzero(np.isin(front, places))
            first, after = (np.searchsorted(of, building[rows], side) for side in ("left", "right"))
            for nth in range(int((after - first).max(initial=0))):
                rival = first + nth < after
                at = rows[rival]
                result[at] |= ~to_the_door[at] | _has(shapes[first[rival] + nth], unit[at])
        return result


def _rivals(rows: pl.DataFrame, others: pl.DataFrame, digits: int) -> pl.DataFrame:
    pairs = rows.join(others, on=["name", "is_courtyard", "building_no"], how="inner", suffix="_other")
    same_area = pl.col("community_code").str.slice(0, digits) == pl.col("community_code_other").str.slice(0, digits)
    rivals = pairs.filter((pl.col("building_id") != pl.col("building_id_other")) & same_area)
    return rivals.select("row", *(pl.col(f"{name}_other").alias(name) for name in _SHAPE))


def _has(shapes: Ints, unit: Ints) -> Bools:
    """True where the building of that shape has the unit."""
    entrance, floor, door = unit // (MAX_FLOORS * MAX_DOORS), unit // MAX_DOORS % MAX_FLOORS, unit % MAX_DOORS
    inside = (entrance < shapes[:, 0]) & (floor < shapes[:, 1]) & (door < shapes[:, 2])
    return np.asarray(inside | (unit == NO_UNIT))
