"""Fills real communities of Datong with households, from 新旺街道 outwards, in blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from demo.facts import divisions
from demo.shares import distributions as shares

LEVEL_BY_LENGTH: Final = {2: "province", 4: "city", 6: "county", 9: "subdistrict", 12: "community"}
LIUGANGYUAN: Final = ("140213052012", "140213052013", "140213052014")  # 柳港园西院, 东院, 南院
_HOME_SUBDISTRICT: Final = "140213052000"  # 新旺街道
_COUNTIES_OUTWARDS: Final = (
    "140213", "140214", "140215", "140212", "140271", "140225", "140221", "140226", "140222", "140223", "140224",
)  # fmt: skip
_SUFFIX: Final = re.compile(r"(社区居民委员会|社区居委会区?|村民委员会|居民委员会|居委会|委会|社区)$")
_LARGEST_COMMUNITY: Final = 3_500  # households
_BLOCK_HOUSEHOLDS: Final = 16_000  # one block in memory at a time: about 43,000 people


@dataclass(frozen=True)
class Community:
    """A community (committee) and its number of households."""

    code: str
    households: int

    @property
    def name(self) -> str:
        """The committee's official name."""
        return divisions()[self.code]

    @property
    def base_name(self) -> str:
        """The name estates are called after: 柳港园西院社区居民委员会 → 柳港园西院, 三墩村村委会 → 三墩村."""
        base = _SUFFIX.sub("", self.name)
        return base[:-1] if base.endswith("村村") else base

    @property
    def is_village(self) -> bool:
        """True for a villagers' committee: its last three digits are 200-399, a residents' one has 001-199 (NBS)."""
        return self.code[9] in "23"

    @property
    def place_names(self) -> tuple[str, str, str, str]:
        """The names of its province, city, county and subdistrict."""
        names = divisions()
        return tuple(names[self.code[:n].ljust(12, "0")] for n in (2, 4, 6, 9))  # type: ignore[return-value]


@dataclass(frozen=True)
class Block:
    """Communities that are simulated together; homes and titles of a block's people are all inside it."""

    number: int
    communities: tuple[Community, ...]
    residents: int
    tickets: int

    @property
    def households(self) -> int:
        """The number of households in all its communities."""
        return sum(community.households for community in self.communities)


def level(code: str) -> str:
    """The level of a twelve-digit code, from its trailing zeros."""
    return next(name for length, name in LEVEL_BY_LENGTH.items() if not code[length:].strip("0"))


def parent(code: str) -> str | None:
    """The code one level up, None for the province."""
    lengths = list(LEVEL_BY_LENGTH)
    own = next(length for length in lengths if not code[length:].strip("0"))
    return None if own == lengths[0] else code[: lengths[lengths.index(own) - 1]].ljust(12, "0")


def households_of(residents: int) -> int:
    """The number of households in a city of so many residents, in 柳港园's proportion."""
    return max(len(LIUGANGYUAN), round(residents * shares.COMMUNITY_HOUSEHOLDS / shares.COMMUNITY_RESIDENTS))


def _capacity(code: str) -> int:
    """The households a community can have: 2,400 to 3,500 in town, 250 to 900 in a village; fixed by its code."""
    spread = int(code) * 7919 % 1101
    return 250 + spread * 650 // 1101 if Community(code, 0).is_village else 2400 + spread


def _outwards(code: str) -> tuple[bool, int, bool, str]:
    subdistrict = code[:9].ljust(12, "0")
    is_town = not divisions()[subdistrict].endswith("街道")
    return subdistrict != _HOME_SUBDISTRICT, _COUNTIES_OUTWARDS.index(code[:6]), is_town, code


def _split_evenly(total: int, parts: int) -> list[int]:
    return [total * (i + 1) // parts - total * i // parts for i in range(parts)]


def communities(households: int) -> list[Community]:
    """Communities with exactly so many households: 柳港园 first, then outwards; they grow when all of Datong is full."""
    first = min(households, shares.COMMUNITY_HOUSEHOLDS)
    found = [Community(code, n) for code, n in zip(LIUGANGYUAN, _split_evenly(first, len(LIUGANGYUAN)), strict=True)]
    remaining = households - first
    codes = sorted((c for c in divisions() if level(c) == "community" and c not in LIUGANGYUAN), key=_outwards)
    room = {code: _capacity(code) for code in codes}
    usual = sum(room.values())
    growth = max(0.0, (remaining - usual) / (_LARGEST_COMMUNITY * len(room) - usual))
    for code in codes:
        count = min(remaining, room[code] + ceil((_LARGEST_COMMUNITY - room[code]) * growth))
        if count == 0:
            break
        found.append(Community(code, count))
        remaining -= count
    return found


def _groups(found: list[Community]) -> Iterator[tuple[Community, ...]]:
    yield tuple(found[: len(LIUGANGYUAN)])
    group: list[Community] = []
    for community in found[len(LIUGANGYUAN) :]:
        group.append(community)
        if sum(c.households for c in group) >= _BLOCK_HOUSEHOLDS:
            yield tuple(group)
            group = []
    if group:
        yield tuple(group)


def blocks(residents: int) -> Iterator[Block]:
    """The blocks of a city, 柳港园 first; their residents sum to `residents`, each with at least one per household."""
    total = households_of(residents)
    done = people = 0
    for number, group in enumerate(_groups(communities(total))):
        done += sum(community.households for community in group)
        people_by_now = residents * done // total
        tickets = round(people_by_now * shares.TICKETS_PER_RESIDENT) - round(people * shares.TICKETS_PER_RESIDENT)
        yield Block(number, group, people_by_now - people, tickets)
        people = people_by_now
