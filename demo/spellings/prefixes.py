"""Writes the front of an address, before the building number: areas, then an estate, its alias or its community.

Each front has a reach, the area in which a reader must look for its final name: the city, a county, a subdistrict, or one
community.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from demo.geography.communities import Community
from demo.geography.former_areas import former_committees, former_county

PARTS: Final = 32  # subsets of province, city, county, subdistrict and community; these fronts come first
_PROVINCE, _CITY, _COUNTY, _STREET, _COMMUNITY = 1, 2, 4, 8, 16
_NAMED_PARTS: Final = {
    "province": _PROVINCE | _CITY | _COUNTY | _STREET,
    "city": _CITY | _COUNTY | _STREET,
    "district": _COUNTY | _STREET,
    "county": _COUNTY,
    "street": _STREET,
    "community": _COUNTY | _STREET | _COMMUNITY,
    "estate": 0,
}


class Reach(NamedTuple):
    """The digits of the area code that a front fixes, and the kind of name it ends in."""

    digits: int
    name: str  # estate, alias, community or none


_OTHERS: Final = {
    "alias": Reach(0, "alias"),
    "spaced": Reach(6, "estate"),
    "street_only": Reach(12, "none"),
    "community_only": Reach(12, "community"),
    "suffix": Reach(6, "estate"),
    "former_county": Reach(9, "estate"),
    "former_community": Reach(12, "estate"),
}


def _reach_of_parts(mask: int) -> Reach:
    digits = 12 if mask & _COMMUNITY else 9 if mask & _STREET else 6 if mask & _COUNTY else 0
    return Reach(digits, "estate")


REACHES: Final = (*(_reach_of_parts(mask) for mask in range(PARTS)), *_OTHERS.values())  # by front
_PLACES: Final = {**_NAMED_PARTS, **{name: PARTS + i for i, name in enumerate(_OTHERS)}}


def front_index(name: str) -> int:
    """The index of a style's front among an estate's fronts; for `parts` the first."""
    return 0 if name == "parts" else _PLACES[name]


def short_name(community: Community) -> str:
    """The common name of a committee: 柳港园西院社区, 三墩村."""
    return community.base_name + ("" if community.base_name.endswith("村") else "社区")


def fronts(community: Community, estate: str, alias: str | None, estate_names: frozenset[str]) -> list[str]:
    """All fronts of an estate, in order; a name without 小区 must not equal another of the city's `estate_names`."""
    province, city, county, street = community.place_names
    chain = (province, city, county, street, short_name(community))
    parts = ["".join(part for i, part in enumerate(chain) if mask >> i & 1) + estate for mask in range(PARTS)]
    former = former_committees().get(community.code)
    bare = estate.removesuffix("小区")
    suffixed = estate + "小区" if bare == estate else estate if bare in estate_names else bare
    return [
        *parts,
        alias or estate,
        f"{county} {estate}",
        f"{county}{street}",
        f"{county}{street}{short_name(community)}",
        f"{county}{suffixed}",
        f"{province}{city}{former_county(community) or county}{street}{estate}",
        f"{county}{street}{former.name if former else short_name(community)}{estate}",
    ]
