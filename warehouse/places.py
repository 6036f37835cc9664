"""What a decision about an address may name: estates and doors that stand in the served release, and names already given.

Belongs here: looking them up, and whether they are the asker's. Does not: writing decisions (address_decisions.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from warehouse.casebook_store import CasebookError
from warehouse.conditions import AnyOf, Condition
from warehouse.policy import NotFound
from warehouse.reader import Row
from warehouse.unscoped import Rows

BUILDING = "source.grid_building"
COMMUNITY_DIGITS = 12
DOOR = re.compile(r"([1-9]\d?)单元([1-9]\d{0,2})(\d\d)室")  # entrance, floor, room on the floor
# a community's name as the register has it, and as everybody says it
COMMITTEES = {"社区": ("社区居民委员会", "社区居委会", "居民委员会", "居委会"), "村": ("村民委员会", "村委会")}
SUFFIXES = ("省", "市")


class Places:
    """`rows` reads the release; `covers` says of a grid or area code whether it is the asker's, of None (no place) too."""

    def __init__(self, rows: Rows, covers: Callable[[str | None], bool] = lambda _: True) -> None:
        self._rows, self._covers = rows, covers

    def require_estate(self, community_code: str, estate: str) -> None:
        """NotFound unless the estate stands in that community, and all of it is the asker's."""
        grids = self._estate(community_code, estate)
        if not grids or not all(map(self._covers, grids)):
            raise NotFound("there is no such estate in that community", remedy="take both from the building table")

    def require_door(self, standard_address: str) -> None:
        """NotFound unless a building of the asker's has such a door, whether somebody has named it yet or not."""
        grids = self._door(standard_address)
        if not grids or not all(map(self._covers, grids)):
            raise NotFound("there is no such door", remedy="take the standard address from the dwelling table")

    def require_unnamed(self, written: str) -> None:
        """CasebookError where an alias would take the name of an area or estate, or one the building table has given."""
        if self._rows("area", Condition("name", "in", tuple(_full_names(written))), columns=("name",)):
            raise CasebookError("this is the name of an area", remedy="it cannot mean an estate as well")
        if self._rows(BUILDING, Condition("estate", "eq", written), _standing(), columns=("estate",)):
            raise CasebookError("this is an estate's own name", remedy="decide about the whole spelling instead")
        known = self._rows(BUILDING, Condition("estate_alias", "contains", written), _standing())
        if any(written in row["estate_alias"].split("、") for row in known):
            raise CasebookError(
                "the building table has this alias already", remedy="decide about the whole spelling instead"
            )

    def has(self, community_code: str | None, estate: str | None, standard_address: str | None) -> bool:
        """Whether what was decided once is the asker's; of an estate that has gone since, its community counts."""
        nowhere: set[str | None] = {community_code}
        if standard_address is not None:
            return all(map(self._covers, self._door(standard_address) or nowhere))
        return all(map(self._covers, self._estate(community_code or "", estate or "") or nowhere))

    def _estate(self, community_code: str, estate: str) -> set[str]:
        """The grids in which the estate stands."""
        if len(community_code) != COMMUNITY_DIGITS:
            return set()
        named = Condition("estate", "eq", estate)
        grids = {row["grid_code"] for row in self._rows(BUILDING, named, _standing(), columns=("grid_code",))}
        if None in grids:  # where only the map places a building, its homes know their grid
            at = Condition("community_code", "eq", community_code)
            grids |= {row["grid_code"] for row in self._rows("dwelling", named, at, columns=("grid_code",))}
        return {grid for grid in grids if grid and grid.startswith(community_code)}

    def _door(self, standard_address: str) -> set[str | None]:
        """The grids of the buildings that have such a door: one, unless two share an address."""
        heads = tuple(standard_address[:n] for n in range(1, len(standard_address) + 1))
        found = self._rows(BUILDING, Condition("standard_address", "in", heads), _standing())
        return {self._grid(row) for row in found if _has_door(row, standard_address)}

    def _grid(self, building: Row) -> str | None:
        if building["grid_code"]:
            return str(building["grid_code"])
        at = Condition("building_id", "eq", building["building_id"])
        return next((row["grid_code"] for row in self._rows("dwelling", at, columns=("grid_code",))), None)


def _standing() -> AnyOf:
    return AnyOf((Condition("valid_to", "null", True), Condition("valid_to", "gt", date.today())))


def _has_door(building: Row, standard_address: str) -> bool:
    """Whether the address is a door of the building by its counts; a courtyard house is its own door."""
    rest = standard_address.removeprefix(building["standard_address"])
    if building.get("kind") == "courtyard":
        return not rest
    door = DOOR.fullmatch(rest)
    counts = (building["entrance_count"], building["floor_count"], building["rooms_per_floor"])
    return door is not None and all(1 <= int(no) <= count for no, count in zip(door.groups(), counts, strict=True))


def _full_names(written: str) -> Iterator[str]:
    """Every area name that `written` is, or is short for."""
    yield written
    yield from (written + suffix for suffix in SUFFIXES)
    for short, longs in COMMITTEES.items():
        if written.endswith(short):
            yield from (written.removesuffix(short) + long for long in longs)
