"""The targets of address decisions: estates and doors of the served release, and names that are taken.

Belongs here: looking them up, and whether they are in the user's areas. Does not: writing decisions (addresses.py).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from warehouse.access.filters import AnyOf, Condition
from warehouse.access.policy import NotFound
from warehouse.casebook.database import CasebookError
from warehouse.releases.operator_reader import RowReader
from warehouse.releases.reader import Row

Grids = set[str | None]
REGISTER, BUILDING = "source.grid_building", "building"  # doors and names are in the register, grids in the city table
DOOR = re.compile(r"([1-9]\d?)单元([1-9]\d{0,2})(\d\d)室$")  # entrance, floor, room on the floor
# endings of a community's name: short in use → long in the register
COMMITTEES = {"社区": ("社区居民委员会", "社区居委会", "居民委员会", "居委会"), "村": ("村民委员会", "村委会")}
SUFFIXES = ("省", "市")


class AddressTarget(NamedTuple):
    """The place a decision names: an estate in a community, or a door."""

    community_code: str | None
    estate: str | None
    standard_address: str | None


class AddressTargets:
    """Looks targets up. `rows` reads the release; `covers` is true for grid and area codes (None: no place) of the user."""

    def __init__(self, rows: RowReader, covers: Callable[[str | None], bool] = lambda _: True) -> None:
        self._rows, self._covers = rows, covers

    def require_estate(self, community_code: str, estate: str) -> None:
        """Raise NotFound unless the community has such an estate and all of it is in the user's areas."""
        if not self._mine(self._estates([estate])[community_code, estate]):
            raise NotFound("there is no such estate in that community", remedy="take both from the building table")

    def require_door(self, standard_address: str) -> None:
        """Raise NotFound unless a building in the user's areas has such a door, by its counts of entrances and floors."""
        if not self._mine(self._doors([standard_address])[standard_address]):
            raise NotFound("there is no such door", remedy="take the standard address from the dwelling table")

    def require_unnamed(self, written: str) -> None:
        """Raise CasebookError if the alias is the name of an area or estate, or an alias of the building register."""
        if self._rows("area", Condition("name", "in", tuple(_full_names(written))), columns=("name",)):
            raise CasebookError("this is the name of an area", remedy="it cannot mean an estate as well")
        if self._rows(REGISTER, Condition("estate", "eq", written), _in_force(), columns=("estate",)):
            raise CasebookError("this is an estate's own name", remedy="decide about the whole spelling instead")
        known = self._rows(REGISTER, Condition("estate_alias", "contains", written), _in_force())
        if any(written in row["estate_alias"].split("、") for row in known):
            raise CasebookError(
                "the building table has this alias already", remedy="decide about the whole spelling instead"
            )

    def mine(self, targets: Sequence[AddressTarget]) -> list[bool]:
        """True for each target in the user's areas. An estate that has gone is judged by its community; a door that has
        gone belongs to users of whole counties."""
        estates = self._estates({t.estate for t in targets if t.estate})
        doors = self._doors({t.standard_address for t in targets if t.standard_address})
        found = (
            doors[t.standard_address] if t.standard_address else estates[t.community_code or "", t.estate or ""]
            for t in targets
        )
        return [self._mine(grids or {t.community_code}) for t, grids in zip(targets, found, strict=True)]

    def _mine(self, grids: Grids) -> bool:
        return bool(grids) and all(map(self._covers, grids))

    def _estates(self, names: Collection[str]) -> defaultdict[tuple[str, str], Grids]:
        """The grids of each estate of these names, by community and name."""
        grids = defaultdict[tuple[str, str], Grids](set)
        for row in self._rows(BUILDING, Condition("estate", "in", tuple(names)), _in_force()):
            if row["community_code"]:
                grids[row["community_code"], row["estate"]].add(_place(row))
        return grids

    def _doors(self, addresses: Collection[str]) -> defaultdict[str, Grids]:
        """The grids of the buildings that have each door: one, unless two share an address."""
        candidates = tuple({own for address in addresses for own in _building_addresses(address)})
        registered = defaultdict[str, list[Row]](list)
        for row in self._rows(REGISTER, Condition("standard_address", "in", candidates), _in_force()):
            registered[row["standard_address"]].append(row)
        ids = tuple({row["building_id"] for rows in registered.values() for row in rows})
        buildings = self._rows(BUILDING, Condition("building_id", "in", ids), _in_force())
        places = {row["building_id"]: _place(row) for row in buildings}
        grids = defaultdict[str, Grids](set)
        for address in addresses:
            for building in (b for own in _building_addresses(address) for b in registered[own]):
                if _has_door(building, address):
                    grids[address].add(places.get(building["building_id"]))
        return grids


def _place(building: Row) -> str | None:
    """The building's grid, or its community if only that is known."""
    place: str | None = building["grid_code"] or building["community_code"]
    return place


def _in_force() -> AnyOf:
    return AnyOf((Condition("valid_to", "null", True), Condition("valid_to", "gt", date.today())))


def _has_door(building: Row, standard_address: str) -> bool:
    """True if the address is a door of the building by its counts; a courtyard house is its own door."""
    rest = standard_address.removeprefix(building["standard_address"])
    if building.get("kind") == "courtyard":
        return not rest
    door = DOOR.fullmatch(rest)
    counts = (building["entrance_count"], building["floor_count"], building["rooms_per_floor"])
    return door is not None and all(1 <= int(no) <= count for no, count in zip(door.groups(), counts, strict=True))


def _building_addresses(standard_address: str) -> list[str]:
    """The possible addresses of the building: the address without its door, or all of it."""
    door = DOOR.search(standard_address)
    starts = range(door.start(1), door.end(1)) if door else ()  # of 院32单元501室 the building may be 院 or 院3
    return [standard_address, *(standard_address[:start] for start in starts)]


def _full_names(written: str) -> Iterator[str]:
    """The area names that `written` is or abbreviates."""
    yield written
    yield from (written + suffix for suffix in SUFFIXES)
    for short, longs in COMMITTEES.items():
        if written.endswith(short):
            yield from (written.removesuffix(short) + long for long in longs)
