"""Makes the people of a block: residents in their households, then outsiders who own homes here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from demo.facts import surnames
from demo.geography.communities import Block
from demo.offices.calendar_texts import day
from demo.people.households import Members, Role, compose, sizes, with_dormitory, with_very_old
from demo.people.identity_numbers import SequenceRegister, id_numbers, mobiles
from demo.people.lookalikes import CASES, Identities, make_alike
from demo.people.names import given_names
from demo.shares import distributions as shares
from demo.shares import hard_cases as hard
from demo.shares.sampling import Bools, Ints, Rng, between, concat_texts, draw, flip, look_up

MOST_RESIDENTS: Final = 10_000_000
_OUTSIDERS_FROM: Final = MOST_RESIDENTS + 1  # ids of people who are not in the register
_OLD_NAMES_BEFORE: Final = 42  # years of age: 1985
RELATIONS: Final = (
    "户主", "配偶", "夫", "妻", "子", "女", "独生子", "独生女", "长子", "长女",
    "父亲", "母亲", "岳父", "岳母", "公公", "婆婆", "女婿", "儿媳", "孙子", "孙女", "外孙子", "外孙女", "其他亲属", "非亲属",
)  # fmt: skip


@dataclass
class Register:
    """The counters that must not repeat between blocks: ID sequences and running numbers."""

    sequences: SequenceRegister
    residents: int = 0
    outsiders: int = 0
    households: int = 0
    records: int = 0
    titles: int = 0
    tickets: int = 0
    elderly_files: int = 0

    @classmethod
    def empty(cls) -> Register:
        """The register before the first block."""
        return cls(SequenceRegister())


@dataclass(frozen=True)
class People:
    """Arrays with one element per person: `residents` residents, ordered by household, then outsiders."""

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
    case: Ints  # index into lookalikes.CASES, -1 for none
    relative: Ints  # the household member whose phone may stand for this person's; herself if there is none
    dormitory: int  # the collective household, -1 if there is none

    @property
    def mistakable(self) -> Bools:
        """True for people with a twin or namesake: a wrong character in their names could name the other."""
        return (self.case >= 0) & (self.case <= CASES.index("surname_sounds_alike"))

    def phone(self, index: Ints, second: Bools) -> pl.Series:
        """The first or second mobile of each person, by index."""
        return mobiles(2 * self.person[index] + second)


def _surnames(rng: Rng, members: Members, households: int) -> Ints:
    """Surname indices: children have the father's, a grandfather that of the child he lives with, mothers their own."""
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
    """The relations to the head as written, labels of GB/T 4761: 配偶 or 妻, 子 or 独生子 or 长子."""
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
        [role == r for r in (Role.HEAD, Role.SPOUSE, Role.CHILD, Role.CHILD_IN_LAW, Role.GRANDCHILD, Role.MEMBER)],
        [
            np.zeros(n, dtype=np.int64),
            np.where(coin < 0.6, 1, np.where(male, 2, 3)),
            child,
            np.where(male, 16, 17),
            np.where(grandchild_of_son, np.where(male, 18, 19), np.where(male, 20, 21)),
            np.full(n, RELATIONS.index("非亲属")),
        ],
        parent,
    )
    return look_up(pl.Series(RELATIONS), index)


def _birth_days(rng: Rng, age: Ints) -> Ints:
    return day(shares.DELIVERY) - (age * 365.25).astype(np.int64) - rng.integers(1, 365, len(age))


def _has_first_son(members: Members, households: int) -> Bools:
    sons = members.household[(members.role == Role.CHILD) & members.first_child & members.male]
    return np.bincount(sons, minlength=households)[members.household] > 0


def _members(rng: Rng, block: Block, noise: float) -> tuple[Members, int]:
    """The residents of a block in households, and the collective household's index (last of the first block), or -1."""
    in_dormitory = min(hard.DORMITORY, block.residents // 25) if block.number == 0 and noise > 0 else 0
    if not in_dormitory:
        return compose(rng, sizes(rng, block.households, block.residents)), -1
    families = compose(rng, sizes(rng, block.households - 1, block.residents - in_dormitory))
    return with_dormitory(rng, families, in_dormitory), block.households - 1


def _relatives(members: Members, head: Ints, spouse: Ints) -> Ints:
    """The relative of each person: the head, for the head the spouse, in a collective household herself."""
    own = np.arange(len(members.role))
    partner = spouse[members.household]
    other = np.where(members.role == Role.HEAD, np.where(partner >= 0, partner, own), head[members.household])
    return np.where(members.role == Role.MEMBER, own, other)


def _identities(rng: Rng, members: Members, households: int, noise: float) -> Identities:
    surnames_written = look_up(pl.Series(list(surnames())), _surnames(rng, members, households))
    given = given_names(rng, members.male, members.age >= _OLD_NAMES_BEFORE)
    identities = Identities(surnames_written.to_list(), given.to_list(), _birth_days(rng, members.age))
    make_alike(rng, members, identities, noise)
    identities.case[members.role == Role.MEMBER] = CASES.index("collective_household")
    return identities


def populate(rng: Rng, block: Block, outsiders: int, register: Register, noise: float) -> People:
    """Make the residents of a block in households, and `outsiders` adults from elsewhere."""
    households = block.households
    members, dormitory = _members(rng, block, noise)
    members = with_very_old(rng.spawn(1)[0], members)
    residents = len(members.role)
    identities = _identities(rng, members, households, noise)
    nobody = np.full(outsiders, -1, dtype=np.int64)
    age = np.concatenate([members.age, between(rng, 25, 85, outsiders)])
    male = np.concatenate([members.male, flip(rng, 0.55, outsiders)])
    birth_day = np.concatenate([identities.birth_day, _birth_days(rng, age[residents:])])
    surname = pl.concat(
        [
            pl.Series(identities.surname),
            look_up(pl.Series(list(surnames())), draw(rng, surnames().values(), outsiders)),
        ]
    )
    given = pl.concat(
        [pl.Series(identities.given_name), given_names(rng, male[residents:], age[residents:] >= _OLD_NAMES_BEFORE)]
    )
    head, spouse = np.flatnonzero(members.role == Role.HEAD), np.full(households, -1, dtype=np.int64)
    married = np.flatnonzero(members.role == Role.SPOUSE)
    spouse[members.household[married]] = married
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
        surname=surname,
        name=concat_texts(surname, given),
        id_no=id_numbers(birth_day, register.sequences.issue(birth_day, male)),
        relation=pl.concat([relations, pl.Series([None], dtype=pl.String).new_from_index(0, outsiders)]),
        head=head,
        spouse=spouse,
        household_no=concat_texts(
            "H", pl.Series(1_000_000_000 + register.households + 1 + np.arange(households)).cast(pl.String)
        ),
        case=np.concatenate([identities.case, nobody]),
        relative=np.concatenate([_relatives(members, head, spouse), residents + np.arange(outsiders)]),
        dormitory=dormitory,
    )
    register.residents += residents
    register.outsiders += outsiders
    register.households += households
    return people
