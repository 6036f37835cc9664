"""The people of a block: residents in their households, then outsiders who own homes here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from demo import distributions as shares
from demo.calendar_texts import day
from demo.facts import given_name_characters, surnames
from demo.households import Members, Role, compose, sizes
from demo.identity_numbers import SequenceRegister, id_numbers, mobiles
from demo.places import Block
from demo.sampling import Bools, Ints, Rng, between, draw, flip, joined, look_up

MOST_RESIDENTS: Final = 10_000_000
_OUTSIDERS_FROM: Final = MOST_RESIDENTS + 1  # ids of people who are not in the register
_OLD_NAMES_BEFORE: Final = 42  # years of age: 1985
RELATIONS: Final = (
    "户主", "配偶", "夫", "妻", "子", "女", "独生子", "独生女", "长子", "长女",
    "父亲", "母亲", "岳父", "岳母", "公公", "婆婆", "女婿", "儿媳", "孙子", "孙女", "外孙子", "外孙女", "其他亲属",
)  # fmt: skip


@dataclass
class Register:
    """What must not repeat from block to block: ID sequences and running numbers."""

    sequences: SequenceRegister
    residents: int = 0
    outsiders: int = 0
    households: int = 0
    records: int = 0
    titles: int = 0
    tickets: int = 0

    @classmethod
    def empty(cls) -> Register:
        """The register of a city nobody was born in yet."""
        return cls(SequenceRegister())


@dataclass(frozen=True)
class People:
    """One element per person: `residents` residents, ordered by household, then outsiders."""

    residents: int
    person: Ints  # id, unique in the city
    household: Ints  # household of the block, -1 for outsiders
    role: Ints
    age: Ints
    male: Bools
    birth_day: Ints
    surname: pl.Series
    name: pl.Series
    id_no: pl.Series  # as issued, valid
    relation: pl.Series  # to the head; null for outsiders
    head: Ints  # household → its head
    spouse: Ints  # household → the head's spouse, -1 without one
    household_no: pl.Series  # household → number in the register

    def phone(self, index: Ints, second: Bools) -> pl.Series:
        """The first or second mobile of each person, by index."""
        return mobiles(2 * self.person[index] + second)


@lru_cache(maxsize=1)
def _given_names() -> tuple[pl.Series, dict[tuple[str, str], tuple[int, int]]]:
    """All characters in one column, and (sex, born) → where its characters start and how many there are."""
    places, characters = {}, ""
    for key, found in given_name_characters().items():
        places[key] = (len(characters), len(found))
        characters += found
    return pl.Series([*characters, ""]), places


def _drawn_given_names(rng: Rng, male: Bools, old: Bools) -> pl.Series:
    characters, places = _given_names()
    first, second = np.empty(len(male), dtype=np.int64), np.empty(len(male), dtype=np.int64)
    for (sex, born), (start, count) in places.items():
        where = np.flatnonzero((male == (sex == "男")) & (old == (born == "before_1985")))
        first[where] = start + rng.integers(0, count, len(where))
        alone = flip(rng, shares.GIVEN_NAME_ONE_CHARACTER[born], len(where))
        second[where] = np.where(alone, len(characters) - 1, start + rng.integers(0, count, len(where)))
    return joined(look_up(characters, first), look_up(characters, second))


def _surnames(rng: Rng, members: Members, households: int) -> Ints:
    """Children carry the father's name, a grandfather the name of the child he lives with; mothers their own."""
    weights = surnames().values()
    head, spouse, in_law = (draw(rng, weights, households)[members.household] for _ in range(3))
    own = draw(rng, weights, len(members.role))
    father_line = np.where(members.male_head, head, spouse)
    named = (Role.HEAD, Role.SPOUSE, Role.CHILD, Role.FATHER, Role.CHILD_IN_LAW, Role.GRANDCHILD)
    return np.select(
        [members.role == role for role in named],
        [head, spouse, father_line, np.where(members.parents_of_spouse, spouse, head), in_law, father_line],
        own,
    )


def _relations(rng: Rng, members: Members, grandchild_of_son: Bools) -> pl.Series:
    """Labels of GB/T 4761; registers write 配偶 or 妻, 子 or 独生子 or 长子."""
    n, male, role = len(members.role), members.male, members.role
    coin = rng.random(n)
    child = np.select(
        [(members.siblings == 1) & (coin < 0.3), (members.siblings > 1) & members.first_child & (coin < 0.5)],
        [np.where(male, 6, 7), np.where(male, 8, 9)],
        np.where(male, 4, 5),
    )
    in_laws = np.where(members.male_head, np.where(male, 12, 13), np.where(male, 14, 15))
    parent = np.where(members.parents_of_spouse, in_laws, np.where(male, 10, 11))
    index = np.select(
        [role == r for r in (Role.HEAD, Role.SPOUSE, Role.CHILD, Role.CHILD_IN_LAW, Role.GRANDCHILD)],
        [
            np.zeros(n, dtype=np.int64),
            np.where(coin < 0.6, 1, np.where(male, 2, 3)),
            child,
            np.where(male, 16, 17),
            np.where(grandchild_of_son, np.where(male, 18, 19), np.where(male, 20, 21)),
        ],
        parent,
    )
    return look_up(pl.Series(RELATIONS), index)


def _birth_days(rng: Rng, age: Ints) -> Ints:
    return day(shares.DELIVERY) - (age * 365.25).astype(np.int64) - rng.integers(1, 365, len(age))


def _has_first_son(members: Members, households: int) -> Bools:
    sons = members.household[(members.role == Role.CHILD) & members.first_child & members.male]
    return np.bincount(sons, minlength=households)[members.household] > 0


def populate(rng: Rng, block: Block, outsiders: int, register: Register) -> People:
    """The residents of a block in households, and `outsiders` adults from elsewhere."""
    households = block.households
    members = compose(rng, sizes(rng, households, block.residents))
    residents = len(members.role)
    nobody = np.full(outsiders, -1, dtype=np.int64)
    age = np.concatenate([members.age, between(rng, 25, 85, outsiders)])
    male = np.concatenate([members.male, flip(rng, 0.55, outsiders)])
    surname = np.concatenate([_surnames(rng, members, households), draw(rng, surnames().values(), outsiders)])
    birth_day = _birth_days(rng, age)
    spouse = np.full(households, -1, dtype=np.int64)
    married = np.flatnonzero(members.role == Role.SPOUSE)
    spouse[members.household[married]] = married
    surnames_written = look_up(pl.Series(list(surnames())), surname)
    relations = _relations(rng, members, _has_first_son(members, households))
    people = People(
        residents=residents,
        person=np.concatenate(
            [register.residents + 1 + np.arange(residents), _OUTSIDERS_FROM + register.outsiders + np.arange(outsiders)]
        ),
        household=np.concatenate([members.household, nobody]),
        role=np.concatenate([members.role, nobody]),
        age=age,
        male=male,
        birth_day=birth_day,
        surname=surnames_written,
        name=joined(surnames_written, _drawn_given_names(rng, male, age >= _OLD_NAMES_BEFORE)),
        id_no=id_numbers(birth_day, register.sequences.issue(birth_day, male)),
        relation=pl.concat([relations, pl.Series([None], dtype=pl.String).new_from_index(0, outsiders)]),
        head=np.flatnonzero(members.role == Role.HEAD),
        spouse=spouse,
        household_no=joined(
            "H", pl.Series(1_000_000_000 + register.households + 1 + np.arange(households)).cast(pl.String)
        ),
    )
    register.residents += residents
    register.outsiders += outsiders
    register.households += households
    return people
