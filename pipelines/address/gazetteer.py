"""The gazetteer an address is parsed by: areas, estates with their aliases, buildings, and people's decisions.

An estate is a name in one community. Names are in the form of `names.clean_names`, so a head can be looked up directly.
Not here: reading a head (`place_names.py`), where the tables come from (`reference.py`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final, NamedTuple

import polars as pl

from pipelines.address.areas import LEVELS, Area, AreaTree
from pipelines.address.fuzzy_names import FuzzyNames
from pipelines.address.names import canonical, clean_names, without_suffix
from pipelines.address.other_cities import OtherCities
from pipelines.address.spelling import DIGITS, TAIL, split
from pipelines.address.written_areas import WrittenAreas
from warehouse.review.addresses import AddressDecision

COURTYARD: Final = "courtyard"
GRID_DIGITS: Final = 15
_ALIASES = re.compile("[、,，;；/]")


class Estate(NamedTuple):
    """`area` is its community today, a higher area where its buildings state no community, None where they state none."""

    name: str
    area: str | None


@dataclass
class Gazetteer:
    """`buildings` has one row per building in use with its `estate_id`; `names` maps a name to the estates it may mean."""

    tree: AreaTree
    areas: WrittenAreas
    buildings: pl.DataFrame
    estates: list[Estate]
    names: dict[str, dict[int, str]]  # cleaned name → estate → official, alias or accepted_alias
    decisions: dict[str, str] = field(default_factory=dict)  # spelling in its normal form → standard address
    within: str = ""  # an area or grid in which every address is known to lie

    @classmethod
    def of(
        cls,
        areas: Iterable[Area],
        buildings: pl.DataFrame,
        decisions: Sequence[AddressDecision],
        on: date,
        within: str = "",
    ) -> Gazetteer:
        """Build it from `buildings` with `reference.BUILDING_COLUMNS`; `within` (area or grid code) limits the buildings."""
        tree = AreaTree.of(areas, on)
        written = WrittenAreas(tree)
        buildings = _place_buildings(buildings, tree, written)
        if within:
            buildings = buildings.filter(_inside(tree, within))
        keys = buildings.select("area_code", "estate_key").unique(maintain_order=True).with_row_index("estate_id")
        buildings = buildings.join(keys, on=["area_code", "estate_key"], nulls_equal=True, maintain_order="left")
        buildings = buildings.with_row_index("building")
        first = buildings.unique("estate_id", maintain_order=True)
        estates = [Estate(*row) for row in first.select("estate", "area_code").iter_rows()]
        by_spelling = {d.written: d.standard_address for d in decisions if d.kind == "spelling" and d.standard_address}
        names = _names(buildings, estates, decisions, tree)
        return cls(tree, written, buildings, estates, names, by_spelling, within)

    @cached_property
    def fuzzy_names(self) -> FuzzyNames:
        """The index of estate names for fuzzy look-up."""
        return FuzzyNames(self.names)

    @cached_property
    def other_cities(self) -> OtherCities:
        return OtherCities({row.code[:4] for row in self.tree.rows if row.level != "province"})

    @cached_property
    def courtyards(self) -> frozenset[int]:
        """The estates whose buildings are all courtyard houses."""
        kinds = self.buildings.group_by("estate_id").agg(
            (pl.col("kind") == COURTYARD).fill_null(False).all().alias("all")
        )
        return frozenset(kinds.filter("all")["estate_id"])

    @cached_property
    def by_area(self) -> dict[str | None, list[int]]:
        found: dict[str | None, list[int]] = defaultdict(list)
        for number, estate in enumerate(self.estates):
            found[estate.area].append(number)
        return found

    @cached_property
    def chains(self) -> list[frozenset[str]]:
        """For each estate, the codes of all areas that contain it."""
        return [frozenset(self.tree.chain(estate.area)) for estate in self.estates]

    @cached_property
    def numbered_names(self) -> list[str]:
        """The names that end like the numbers of an address, with or without a generic suffix: 幸福里一号(小区)."""
        written = {way for name in self.names for way in (name, *without_suffix(name))}
        return sorted(name for name in written if set(name[len(name.rstrip(TAIL)) :]) & set(DIGITS))

    @cached_property
    def standard_heads(self) -> dict[str, frozenset[int]]:
        """The estates by the text before the building number in their buildings' standard addresses."""
        cut = split(self.buildings["standard_address"], self.numbered_names)
        pairs = self.buildings.select("estate_id").with_columns(cut["head"]).unique().rows()
        found: dict[str, set[int]] = defaultdict(set)
        for estate, head in pairs:
            found[canonical(head)].add(estate)
        return {head: frozenset(estates) for head, estates in found.items()}

    @cached_property
    def area_frame(self) -> pl.DataFrame:
        """Columns area_code and, by level, the names of the areas that contain it, itself included."""
        rows = []
        for code in self.tree.current:
            above = [self.tree.current[c] for c in self.tree.chain(code)]
            names = {area.level: area.name for area in above}
            rows.append((code, *(names.get(level) for level in LEVELS)))
        return pl.DataFrame(rows, schema=dict.fromkeys(("area_code", *LEVELS), pl.String), orient="row")


def _place_buildings(buildings: pl.DataFrame, tree: AreaTree, written: WrittenAreas) -> pl.DataFrame:
    """The newest row of each building with `area_code`, `estate_key` and `address_twice`.

    The area is today's successor of its community code on the day the row began; without a code, the area in its address.
    """
    newest = buildings.sort("building_id", "valid_from").unique("building_id", keep="last", maintain_order=True)
    places = newest.select("community_code", "valid_from").unique()
    today = [tree.current_code(*row) for row in places.iter_rows()]
    places = places.with_columns(pl.Series("area_code", today, dtype=pl.String))
    placed = newest.join(
        places, on=["community_code", "valid_from"], how="left", nulls_equal=True, maintain_order="left"
    )
    address = placed["standard_address"].to_list()
    from_address = [
        written.area(text) if code is None else None
        for text, code in zip(address, placed["community_code"], strict=True)
    ]
    return placed.with_columns(
        pl.coalesce("area_code", pl.Series(from_address, dtype=pl.String)).alias("area_code"),
        pl.Series("estate_key", clean_names(newest["estate"]), dtype=pl.String),
        pl.col("standard_address").is_duplicated().alias("address_twice"),
    ).drop("community_code")


def _inside(tree: AreaTree, within: str) -> pl.Expr:
    """True for a building in the area (12 digits, or only those its level uses) or grid (15 digits)."""
    if len(within) == GRID_DIGITS:
        return pl.col("grid_code") == within
    code = tree.current_code(within.ljust(12, "0"))
    return pl.col("area_code").is_in([c for c in tree.current if code in tree.chain(c)])


def _names(
    buildings: pl.DataFrame, estates: list[Estate], decisions: Sequence[AddressDecision], tree: AreaTree
) -> dict[str, dict[int, str]]:
    """Each name's estates with the source of the name: official before alias, a table's alias before an accepted one."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for name, estate in buildings.select("estate_key", "estate_id").unique(maintain_order=True).iter_rows():
        found[name][estate] = "official"
    listed = buildings.select("estate_alias", "estate_id").drop_nulls().unique(maintain_order=True)
    pairs = [(alias, estate) for aliases, estate in listed.iter_rows() for alias in _ALIASES.split(aliases)]
    for name, (_, estate) in zip(clean_names(alias for alias, _ in pairs), pairs, strict=True):
        found[name].setdefault(estate, "alias")
    numbers = {(estate.area, estate.name): number for number, estate in enumerate(estates)}
    accepted = [d for d in decisions if d.kind == "alias"]
    for name, decision in zip(clean_names(d.written for d in accepted), accepted, strict=True):
        number = numbers.get((tree.current_code(decision.community_code), decision.estate or ""))
        if number is not None:
            found[name].setdefault(number, "accepted_alias")
    return {name: meant for name, meant in found.items() if name}
