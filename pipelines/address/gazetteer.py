"""What there is to be named: areas, estates with their aliases, buildings, and what people decided. Made once, read often.

An estate is a name in one community. Names are kept as `spelling.cleaned` leaves them, so a head can be looked up as it is.
Not here: how a head is read (`heads.py`), where the tables come from (`reference.py`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final, NamedTuple

import polars as pl

from pipelines.address import area_names
from pipelines.address.areas import LEVELS, Area, AreaTree
from pipelines.address.near import Near
from pipelines.address.numbers import arabic
from pipelines.address.outside import Outside
from pipelines.address.spelling import DIGITS, NUMERALS, TAIL, cleaned, split
from warehouse.address_decisions import AddressDecision

COURTYARD: Final = "courtyard"
_COUNTED = re.compile(f"[{NUMERALS}]+(?=[排巷区期组弄队条院])")
_ALIASES = re.compile("[、,，;；/]")


class AreaName(NamedTuple):
    """One area that a written name may be: the codes it means today and how it is written."""

    codes: frozenset[str]
    rule: str  # written, short, former, divided


class Estate(NamedTuple):
    name: str
    community: str | None  # today's; None where the building table's code means none


def canonical(name: str) -> str:
    """A cleaned name with its numbers before a lane or section as digits: 柳村三排 → 柳村3排."""

    def digits(match: re.Match[str]) -> str:
        number = arabic(match[0])
        return match[0] if number is None else str(number)

    return _COUNTED.sub(digits, name)


def clean_names(names: Iterable[str]) -> list[str]:
    """Names as `cleaned` and `canonical` leave them, in their order."""
    series = pl.Series("name", list(names), dtype=pl.String)
    return [canonical(name) for name in series.to_frame().select(cleaned(pl.col("name"))).to_series()]


@dataclass
class Gazetteer:
    """`buildings` has one row per standing building with its `estate_id`; `names` says which estates a name may mean."""

    tree: AreaTree
    buildings: pl.DataFrame
    estates: list[Estate]
    names: dict[str, dict[int, str]]  # cleaned name → estate → official, alias or accepted_alias
    decided: dict[str, str] = field(default_factory=dict)  # spelling_normal → standard address
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
        """`buildings` as `reference.BUILDING_COLUMNS`. What people decided about a spelling or alias holds as they did."""
        tree = AreaTree.of(areas, on)
        buildings = _placed(buildings, tree)
        if within:
            buildings = buildings.filter(_inside(tree, within))
        keys = buildings.select("community_code", "estate_key").unique(maintain_order=True)
        buildings = buildings.join(
            keys.with_row_index("estate_id"),
            on=["community_code", "estate_key"],
            nulls_equal=True,
            maintain_order="left",
        ).with_row_index("building")
        first = buildings.unique("estate_id", maintain_order=True)
        estates = [Estate(*row) for row in first.select("estate", "community_code").iter_rows()]
        decided = {d.written: d.standard_address for d in decisions if d.kind == "spelling" and d.standard_address}
        return cls(tree, buildings, estates, _names(buildings, estates, decisions, tree), decided, within)

    @cached_property
    def areas(self) -> dict[str, dict[int, tuple[AreaName, ...]]]:
        """Written name → level (0 is the province) → areas of that level it may be."""
        above = tuple(area_names.bare(a.name, a.level) for a in self.tree.rows if a.level in LEVELS[:2])
        found: dict[str, dict[int, dict[AreaName, None]]] = defaultdict(lambda: defaultdict(dict))
        cleaned_names = clean_names(area.name for area in self.tree.rows)
        for area, name in zip(self.tree.rows, cleaned_names, strict=True):
            codes, divided = self.tree.meaning(area)
            for written, rule in area_names.names(name, area.level, above).items():
                standing = area.stands(self.tree.on)
                told = rule if standing else "divided" if divided else "former"
                found[canonical(written)][LEVELS.index(area.level)][AreaName(codes, told)] = None
        return {name: {level: tuple(areas) for level, areas in levels.items()} for name, levels in found.items()}

    @cached_property
    def area_lengths(self) -> dict[str, tuple[int, ...]]:
        """First two characters → the lengths of area names that begin with them, longest first."""
        found: dict[str, set[int]] = defaultdict(set)
        for name in self.areas:
            found[name[:2]].add(len(name))
        return {start: tuple(sorted(lengths, reverse=True)) for start, lengths in found.items()}

    @cached_property
    def near_estates(self) -> Near:
        return Near(self.names)

    @cached_property
    def near_areas(self) -> Near:
        """Of names with the word that tells their kind: without it, a slip away is too near to everything."""
        full = (n for n, levels in self.areas.items() if any(a.rule != "short" for v in levels.values() for a in v))
        return Near(full)

    @cached_property
    def outside(self) -> Outside:
        cities = {row.code[:4] for row in self.tree.rows if row.level == "city"}
        return Outside(cities or {row.code[:4] for row in self.tree.rows if row.level != "province"})

    @cached_property
    def by_community(self) -> dict[str | None, list[int]]:
        found: dict[str | None, list[int]] = defaultdict(list)
        for number, estate in enumerate(self.estates):
            found[estate.community].append(number)
        return found

    @cached_property
    def chains(self) -> list[frozenset[str]]:
        """Of each estate the areas it lies in."""
        return [frozenset(self.tree.chain(estate.community)) for estate in self.estates]

    @cached_property
    def numbered_names(self) -> list[str]:
        """Names that end as the numbers of an address do: 幸福里一号."""
        return [
            name
            for name in self.names
            if name.rstrip(TAIL) != name and set(name[len(name.rstrip(TAIL)) :]) & set(DIGITS)
        ]

    @cached_property
    def standard_heads(self) -> dict[str, frozenset[int]]:
        """What stands before the building number in the buildings' own standard addresses → estates."""
        cut = split(self.buildings["standard_address"], self.numbered_names)
        pairs = self.buildings.select("estate_id").with_columns(cut["head"]).unique().rows()
        found: dict[str, set[int]] = defaultdict(set)
        for estate, head in pairs:
            found[canonical(head)].add(estate)
        return {head: frozenset(estates) for head, estates in found.items()}

    @cached_property
    def area_frame(self) -> pl.DataFrame:
        """Columns area_code and the names of the areas it lies in, itself included, by level."""
        rows = []
        for code in self.tree.standing:
            names: Mapping[str, str] = {
                self.tree.standing[c].level: self.tree.standing[c].name for c in self.tree.chain(code)
            }
            rows.append((code, *(names.get(level) for level in LEVELS)))
        return pl.DataFrame(rows, schema=dict.fromkeys(("area_code", *LEVELS), pl.String), orient="row")


def _placed(buildings: pl.DataFrame, tree: AreaTree) -> pl.DataFrame:
    """Buildings with the community they stand in today, each once, as its newest row says.

    Where no grid is certain the community still may be: all outlines that a place lies in are of one.
    """
    newest = buildings.sort("building_id", "valid_from").unique("building_id", keep="last", maintain_order=True)
    codes = pl.coalesce(pl.col("grid_code").str.head(12), "community_code").alias("code")
    where = newest.select(codes, "valid_from").unique()
    today = [tree.present(code, day) for code, day in where.iter_rows()]
    where = where.with_columns(pl.Series("community_code", today, dtype=pl.String))
    placed = (
        newest.with_columns(codes)
        .drop("community_code")
        .join(where, on=["code", "valid_from"], how="left", maintain_order="left")
    )
    return placed.with_columns(
        pl.Series("estate_key", clean_names(newest["estate"]), dtype=pl.String),
        pl.col("standard_address").is_duplicated().alias("address_twice"),
    ).drop("code")


def _inside(tree: AreaTree, within: str) -> pl.Expr:
    """Whether a building lies in an area (12 digits or as many as its level has) or grid."""
    if len(within) == 15:
        return pl.col("grid_code") == within
    code = within.ljust(12, "0")
    return pl.col("community_code").is_in([c for c in tree.standing if code in tree.chain(c)])


def _names(
    buildings: pl.DataFrame, estates: list[Estate], decisions: Sequence[AddressDecision], tree: AreaTree
) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for name, estate in buildings.select("estate_key", "estate_id").unique(maintain_order=True).iter_rows():
        found[name][estate] = "official"
    listed = buildings.select("estate_alias", "estate_id").drop_nulls().unique(maintain_order=True)
    pairs = [(alias, estate) for aliases, estate in listed.iter_rows() for alias in _ALIASES.split(aliases)]
    numbers = {(estate.community, estate.name): number for number, estate in enumerate(estates)}
    for decision in (d for d in decisions if d.kind == "alias"):
        number = numbers.get((tree.present(decision.community_code), decision.estate or ""))
        if number is not None:
            [name] = clean_names([decision.written])
            found[name].setdefault(number, "accepted_alias")
    for name, (_, estate) in zip(clean_names(alias for alias, _ in pairs), pairs, strict=True):
        found[name].setdefault(estate, "alias")
    return {name: meant for name, meant in found.items() if name}
