"""Estates, buildings, grids and the dwellings in them, for one block.

A dwelling is an index: dwellings are numbered building by building, entrance by entrance, floor by floor, door by door.
A courtyard house (平房) is a building and a dwelling in one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from demo.geography.communities import LIUGANGYUAN, Block, Community
from demo.shares import distributions as shares
from demo.shares.sampling import Ints, Rng, draw, flip

# entrances, floors, rooms per floor of an entrance → how common: walk-ups of the danwei years, later slabs and towers
SHAPES: Final = {
    (3, 6, 2): 10, (4, 6, 2): 18, (5, 6, 2): 14, (4, 6, 3): 10, (5, 5, 3): 6, (4, 7, 2): 6,
    (2, 11, 2): 8, (3, 11, 2): 8, (2, 18, 2): 7, (1, 26, 4): 4, (2, 18, 3): 4, (1, 33, 4): 3, (2, 33, 2): 2,
}  # fmt: skip
MAX_ENTRANCES, MAX_FLOORS, MAX_DOORS = (
    5,
    33,
    8,
)  # no floor has more than four doors: 5 to 8 are for doors that do not exist
NO_UNIT: Final = MAX_ENTRANCES * MAX_FLOORS * MAX_DOORS  # unit of a building that is itself a dwelling
_LANES: Final = {LIUGANGYUAN[0]: "柳港园北巷", LIUGANGYUAN[2]: "柳港园南巷"}
_LANES_ALIAS: Final = "柳港园平房"
_ESTATE_KINDS: Final = ("小区", "家园", "花园", "佳苑", "新村")
_ESTATE_SIDES: Final = ("", "东区", "西区")  # appended to a name that already sounds like an estate
_IS_ESTATE: Final = re.compile(r"(小区|家园|花园|院|苑|园|里|府|城|景)$")
_NO_ALIAS: Final = re.compile(
    r"[一二三四五六七八九十百千]|[号楼街路]$"
)  # such a name would merge with the building number


@dataclass(frozen=True)
class Buildings:
    """The buildings of a block; `table` has one row each, the arrays one element per dwelling."""

    table: pl.DataFrame
    building: Ints  # dwelling → row of `table`
    unit: Ints  # dwelling → place inside any building, see `unit_index`
    serial: Ints  # dwelling → number within its building, from 1
    usage: Ints  # dwelling → index into shares.USAGES; 0 is 住宅

    @property
    def homes(self) -> Ints:
        """The residential dwellings."""
        return np.flatnonzero(self.usage == 0)


def unit_index(entrance: Ints, floor: Ints, door: Ints) -> Ints:
    """One number for (entrance, floor, door), each from 1."""
    return ((entrance - 1) * MAX_FLOORS + floor - 1) * MAX_DOORS + door - 1


def estate_names(community: Community) -> list[tuple[str, str | None]]:
    """(estate, alias) of each estate of apartment buildings: one to three, by the community's size."""
    base = community.base_name
    if community.code in LIUGANGYUAN:
        return [(base, base[:-2])]
    count = 1 + (community.households > 700) + (community.households > 2000)
    if _IS_ESTATE.search(base):
        return [(base + side, None) for side in _ESTATE_SIDES[:count]]
    alias = None if community.is_village or _NO_ALIAS.search(base) else base
    first = int(community.code) % len(_ESTATE_KINDS)
    kinds = [_ESTATE_KINDS[(first + i) % len(_ESTATE_KINDS)] for i in range(count)]
    return [(base + kind, None if i else alias) for i, kind in enumerate(kinds)]


def courtyards(community: Community) -> tuple[str, str | None, int] | None:
    """Estate, alias and number of a community's courtyard houses (平房), or None; villages and two lanes of 柳港园 have some.

    Both lanes have the alias 柳港园平房, so 柳港园平房5号 is ambiguous.
    """
    dwellings = _dwellings(community)
    if community.code in _LANES:
        return _LANES[community.code], _LANES_ALIAS, min(shares.LANE_HOUSES, dwellings // 6)
    if community.is_village:
        return community.base_name, None, round(dwellings * shares.COURTYARDS)
    return None


def _dwellings(community: Community) -> int:
    return round(community.households * shares.DWELLINGS_PER_HOUSEHOLD)


def _shapes(rng: Rng, dwellings: int) -> Ints:
    """Shapes (entrances, floors, rooms) of buildings with so many dwellings in all; the last one is cut to fit."""
    catalogue = np.array(list(SHAPES), dtype=np.int64)
    drawn = catalogue[draw(rng, SHAPES.values(), dwellings // 36 + 1)]
    filled = drawn.prod(axis=1).cumsum()
    last = int(np.searchsorted(filled, dwellings))
    chosen = drawn[: last + 1].copy()
    per_floor = chosen[last, 0] * chosen[last, 2]
    missing = dwellings - (filled[last - 1] if last else 0)
    chosen[last, 1] = -(-missing // per_floor)
    return np.asarray(chosen)


def _community_table(seed: int, community: Community, first_building_no: int) -> pl.DataFrame:
    """The buildings of a community, from its own random stream: apartment buildings estate by estate, then courtyards."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, int(community.code)])))
    houses = courtyards(community)
    count = houses[2] if houses else 0
    apartments = _shapes(rng, _dwellings(community) - count)
    shapes = np.concatenate([apartments, np.ones((count, 3), dtype=np.int64)])
    sizes = shapes.prod(axis=1)
    middle = (sizes.cumsum() - sizes / 2) / sizes.sum()  # a building's position among all dwellings, 0 to 1
    names = estate_names(community)
    flats = sizes[: len(apartments)]
    estate = ((flats.cumsum() - flats / 2) / flats.sum() * len(names)).astype(np.int64)
    estate = np.concatenate([estate, np.full(count, len(names))])
    if houses:
        names = [*names, houses[:2]]
    serial = np.arange(len(sizes))
    first_no = np.where(serial < len(apartments), first_building_no, 1)
    return pl.DataFrame(
        {
            "building_id": [f"B{community.code}{n + 1:04d}" for n in serial],
            "grid_code": [f"{community.code}{n:03d}" for n in _grids(community, middle)],
            "community_code": community.code,
            "estate": [names[e][0] for e in estate],
            "estate_alias": pl.Series([names[e][1] for e in estate], dtype=pl.String),
            "parcel": estate + 1,
            "building_serial": serial + 1,
            "building_no": serial - np.searchsorted(estate, estate) + first_no,
            "entrance_count": shapes[:, 0],
            "floor_count": shapes[:, 1],
            "rooms_per_floor": shapes[:, 2],
            "is_courtyard": serial >= len(apartments),
            "grid_coin": rng.random(len(shapes)),  # decides which buildings have no written grid
            "has_sides": (shapes[:, 2] == 2) & flip(rng, shares.DOOR_NAMES, len(shapes)),
        }
    ).with_columns(
        pl.concat_str(
            pl.lit("".join(community.place_names)),
            "estate",
            pl.col("building_no").cast(pl.String),
            pl.when("is_courtyard").then(pl.lit("号")).otherwise(pl.lit("号楼")),
        ).alias("standard_address")
    )


def _grids(community: Community, middle: npt.NDArray[np.float64]) -> Ints:
    """The number of each building's grid, from 1 without gaps, even where a tower is bigger than a grid."""
    grids = max(1, round(community.households / shares.GRID_HOUSEHOLDS))
    return np.asarray(np.unique((middle * grids).astype(np.int64), return_inverse=True)[1] + 1)


def tables(seed: int, communities: Iterable[Community]) -> list[pl.DataFrame]:
    """The buildings of each community; 柳港园's three communities number their buildings consecutively."""
    found, numbered = [], 0
    for community in communities:
        runs_on = community.code in LIUGANGYUAN
        found.append(_community_table(seed, community, 1 + numbered * runs_on))
        numbered += runs_on * int((~found[-1]["is_courtyard"]).sum())
    return found


def _ground_floor_usage(rng: Rng, floor: Ints, wanted: list[float]) -> Ints:
    """The usage of each dwelling; shops and offices are on ground floors."""
    usage = np.zeros(len(floor), dtype=np.int64)
    ground = rng.permutation(np.flatnonzero(floor == 1))
    shops, offices = (round(share * len(floor)) for share in wanted[1:])
    usage[ground[:shops]] = 1
    usage[ground[shops : shops + offices]] = 2
    return usage


def build(rng: Rng, seed: int, block: Block) -> Buildings:
    """The buildings and dwellings of a block, about 1.2 dwellings per household, shops and offices included."""
    table = pl.concat(tables(seed, block.communities))
    rooms, floors = table["rooms_per_floor"].to_numpy(), table["floor_count"].to_numpy()
    sizes = table["entrance_count"].to_numpy() * floors * rooms
    building = np.repeat(np.arange(table.height), sizes)
    serial = np.arange(len(building)) - np.repeat(sizes.cumsum() - sizes, sizes)
    door = serial % rooms[building] + 1
    floor = serial // rooms[building] % floors[building] + 1
    entrance = serial // (rooms * floors)[building] + 1
    usage = _ground_floor_usage(rng, floor, list(shares.USAGES.values()))
    whole = table["is_courtyard"].to_numpy()[building]
    unit = np.where(whole, NO_UNIT, unit_index(entrance, floor, door))
    return Buildings(table, building, unit, serial + 1, usage)
