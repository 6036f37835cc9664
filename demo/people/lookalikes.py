"""Makes people who are easily confused or have unusual names: twins, namesakes, 王 and 汪, names with a dot.

This happens before ID numbers are issued, so each of them gets a number of her own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from demo.facts import minority_names
from demo.people.households import Members, Role
from demo.people.names import DOT, given_name_character
from demo.shares import hard_cases as hard
from demo.shares.sampling import Ints, Rng

CASES: Final = (
    "twin", "same_name_and_birth_date", "surname_sounds_alike", "minority_name", "latin_name", "collective_household",
)  # fmt: skip
_SURNAME_PAIRS: Final = (
    "王汪 张章 杨阳 于余 程成 姜江 谭覃 陆路 石时 戴代 付傅 武伍 齐祁 李黎 吴邬 徐许 何贺 刘柳 闫严 阎颜 季纪 古谷"
)
SOUND_ALIKE_SURNAMES: Final = {pair[i]: pair[1 - i] for pair in _SURNAME_PAIRS.split() for i in (0, 1)}
_LATIN_FIRST: Final = ("ANNA", "IVAN", "MARIA", "DAVID", "ELENA", "JOHN", "OLGA", "PETER")
_LATIN_LAST: Final = ("PETROVA", "SMIRNOV", "MULLER", "SMITH", "KIM", "NOVAK", "SILVA", "JONES")


@dataclass
class Identities:
    """Surname, given name and birth day of each resident, changed in place; `case`: index into CASES, -1 for none."""

    surname: list[str]
    given_name: list[str]
    birth_day: Ints
    case: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.case = np.full(len(self.birth_day), -1, dtype=np.int64)

    def free(self, *who: int) -> bool:
        """True if none of them is a case yet."""
        return all(self.case[i] < 0 for i in who)


def make_alike(rng: Rng, members: Members, identities: Identities, noise: float) -> None:
    """Turn a few residents into twins, namesakes and people with unusual names."""
    steps: tuple[Callable[[Rng, Members, Identities, float], None], ...] = (
        _minorities, _latin_names, _twins, _namesakes, _surnames_that_sound_alike,
    )  # fmt: skip
    for step in steps:
        step(rng, members, identities, noise)


def _some(rng: Rng, pool: Ints, share: float) -> list[int]:
    """A random share of the pool, sorted; a fraction of one is the chance of one."""
    count = min(len(pool), int(share * len(pool) + rng.random()))
    return [int(i) for i in np.sort(rng.permutation(pool)[:count])]


def _minorities(rng: Rng, members: Members, people: Identities, noise: float) -> None:
    households = members.household[members.role == Role.HEAD]
    chosen = _some(rng, households, hard.MINORITY_HOUSEHOLD * noise)
    for who in np.flatnonzero(np.isin(members.household, chosen) & (members.role != Role.MEMBER)):
        names, fathers = minority_names()["男" if members.male[who] else "女"], minority_names()["男"]
        father = fathers[int(rng.integers(0, len(fathers)))]
        people.surname[who] = names[int(rng.integers(0, len(names)))]
        people.given_name[who] = DOT + father
        people.case[who] = CASES.index("minority_name")


def _latin_names(rng: Rng, members: Members, people: Identities, noise: float) -> None:
    adults = np.flatnonzero((members.age >= 18) & (people.case < 0))
    for who in _some(rng, adults, hard.LATIN_NAME * noise):
        people.surname[who] = _LATIN_FIRST[int(rng.integers(0, len(_LATIN_FIRST)))]
        people.given_name[who] = " " + _LATIN_LAST[int(rng.integers(0, len(_LATIN_LAST)))]
        people.case[who] = CASES.index("latin_name")


def _twins(rng: Rng, members: Members, people: Identities, noise: float) -> None:
    """Two children of one household born on one day, whose names differ in the last character."""
    seconds = np.flatnonzero((members.role == Role.CHILD) & ~members.first_child)
    seconds = seconds[members.role[seconds - 1] == Role.CHILD]
    for second in _some(rng, seconds, hard.TWINS * noise):
        first = second - 1
        if people.free(first, second):
            people.birth_day[second], members.age[second] = people.birth_day[first], members.age[first]
            given = people.given_name[first]
            people.given_name[second] = given[0] + given_name_character(rng, bool(members.male[second]), given[-1])
            people.case[[first, second]] = CASES.index("twin")


def _neighbours_in_age(members: Members, people: Identities, pool: Ints) -> tuple[Ints, Ints]:
    """Pairs of one sex and different households who were born within 60 days: each person with the next born."""
    order = pool[np.lexsort((people.birth_day[pool], members.male[pool]))]
    first, second = order[:-1], order[1:]
    fits = (
        (members.male[first] == members.male[second])
        & (members.household[first] != members.household[second])
        & (people.birth_day[second] - people.birth_day[first] < 60)
    )
    return first[fits], second[fits]


def _namesakes(rng: Rng, members: Members, people: Identities, noise: float) -> None:
    """Two people with the same name and birth date, in two households."""
    first, second = _neighbours_in_age(
        members, people, np.flatnonzero((people.case < 0) & (members.role != Role.CHILD))
    )
    for i in _some(rng, np.arange(len(first)), hard.SAME_NAME_AND_BIRTH_DATE * noise):
        a, b = int(first[i]), int(second[i])
        if people.free(a, b):
            people.surname[b], people.given_name[b], people.birth_day[b] = (
                people.surname[a],
                people.given_name[a],
                people.birth_day[a],
            )
            people.case[[a, b]] = CASES.index("same_name_and_birth_date")


def _surnames_that_sound_alike(rng: Rng, members: Members, people: Identities, noise: float) -> None:
    """Two households whose heads share birth day and given name; the surnames (王, 汪) of the families sound alike."""
    heads = np.flatnonzero((members.role == Role.HEAD) & (people.case < 0))
    heads = heads[[people.surname[i] in SOUND_ALIKE_SURNAMES for i in heads]] if len(heads) else heads
    first, second = _neighbours_in_age(members, people, heads)
    for i in _some(rng, np.arange(len(first)), hard.SURNAME_SOUNDS_ALIKE * noise):
        a, b = int(first[i]), int(second[i])
        if people.free(a, b):
            old, new = people.surname[b], SOUND_ALIKE_SURNAMES[people.surname[a]]
            family = np.flatnonzero(members.household == members.household[b])
            for who in family[[people.surname[i] == old for i in family]]:
                people.surname[who] = new
            people.given_name[b], people.birth_day[b] = people.given_name[a], people.birth_day[a]
            people.case[[a, b]] = CASES.index("surname_sounds_alike")
