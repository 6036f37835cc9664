"""Composes households: their sizes, members' roles, sexes and plausible ages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

import numpy as np

from demo.shares import distributions as shares
from demo.shares import planted_people as planted
from demo.shares.sampling import Bools, Ints, Rng, between, draw, flip


class Role(IntEnum):
    """A person's role in the household, relative to its head."""

    HEAD, SPOUSE, CHILD, FATHER, MOTHER, CHILD_IN_LAW, GRANDCHILD = range(7)
    MEMBER = 7  # of a collective household, no relative


_H, _S, _C, _F, _M, _I, _G, _ = Role
# size → (weight, youngest and oldest head, roles); three generations from size 4 on, in both directions
COMPOSITIONS: Final[dict[int, list[tuple[float, int, int, tuple[Role, ...]]]]] = {
    1: [(0.25, 21, 35, (_H,)), (0.30, 36, 59, (_H,)), (0.45, 60, 92, (_H,))],
    2: [(0.20, 24, 35, (_H, _S)), (0.57, 50, 85, (_H, _S)), (0.23, 27, 58, (_H, _C))],
    3: [
        (0.55, 26, 48, (_H, _S, _C)), (0.27, 49, 72, (_H, _S, _C)), (0.10, 45, 66, (_H, _S, _M)),
        (0.08, 28, 50, (_H, _C, _C)),
    ],
    4: [(0.55, 28, 52, (_H, _S, _C, _C)), (0.33, 30, 58, (_H, _S, _C, _M)), (0.12, 50, 72, (_H, _S, _C, _G))],
    5: [
        (0.45, 30, 56, (_H, _S, _C, _F, _M)), (0.25, 30, 52, (_H, _S, _C, _C, _M)),
        (0.30, 50, 74, (_H, _S, _C, _I, _G)),
    ],
    6: [(0.70, 31, 54, (_H, _S, _C, _C, _F, _M)), (0.30, 50, 74, (_H, _S, _C, _I, _G, _G))],
    7: [(0.50, 32, 52, (_H, _S, _C, _C, _C, _F, _M)), (0.50, 48, 66, (_H, _S, _C, _I, _G, _G, _M))],
}  # fmt: skip
_LARGEST: Final = max(COMPOSITIONS)
OLDEST: Final = 101


@dataclass(frozen=True)
class Members:
    """Arrays with one element per person, households ascending, the head first."""

    household: Ints
    role: Ints
    male: Bools
    age: Ints
    siblings: Ints  # children of the head in the household
    first_child: Bools
    male_head: Bools  # of the person's household
    parents_of_spouse: Bools  # of the person's household: father and mother are the spouse's


def sizes(rng: Rng, households: int, residents: int) -> Ints:
    """The size of each household; they sum to `residents`. ValueError: no such sizes exist."""
    if not households <= residents <= households * _LARGEST:
        raise ValueError(f"{residents} residents do not fit into {households} households of 1 to {_LARGEST}")
    drawn = draw(rng, shares.HOUSEHOLD_SIZES.values(), households) + 1
    while gap := residents - int(drawn.sum()):
        step = 1 if gap > 0 else -1
        able = np.flatnonzero(drawn < _LARGEST if gap > 0 else drawn > 1)
        drawn[rng.choice(able, min(abs(gap), len(able)), replace=False)] += step
    return drawn


def _templates() -> tuple[Ints, Ints, Ints]:
    rows = [option for size in COMPOSITIONS for option in COMPOSITIONS[size]]
    roles = np.array([list(option[3]) + [-1] * (_LARGEST - len(option[3])) for option in rows], dtype=np.int64)
    return roles, np.array([o[1] for o in rows], dtype=np.int64), np.array([o[2] for o in rows], dtype=np.int64)


def _chosen_templates(rng: Rng, size: Ints) -> Ints:
    chosen = np.zeros(len(size), dtype=np.int64)
    first = 0
    for members, options in COMPOSITIONS.items():
        where = np.flatnonzero(size == members)
        chosen[where] = first + draw(rng, (option[0] for option in options), len(where))
        first += len(options)
    return chosen


def compose(rng: Rng, size: Ints) -> Members:
    """The members of households of these sizes; ages are in years on the delivery's day."""
    homes = len(size)
    roles, youngest, oldest = _templates()
    template = _chosen_templates(rng, size)
    household = np.repeat(np.arange(homes), size)
    position = np.arange(len(household)) - np.repeat(size.cumsum() - size, size)
    role = roles[template[household], position]

    head_age = between(rng, youngest[template], oldest[template], homes)
    has_in_law = (roles[template] == Role.CHILD_IN_LAW).any(axis=1) | (roles[template] == Role.GRANDCHILD).any(axis=1)
    first_child_age = np.maximum(
        head_age - between(rng, 22, np.where(has_in_law, 26, np.minimum(head_age, 36)), homes), 0
    )
    male_head = flip(rng, shares.MALE_HEAD, homes) | has_in_law
    first_child_male = flip(rng, shares.MALE_CHILD, homes)
    parents_of_spouse = flip(rng, shares.PARENTS_OF_SPOUSE, homes)

    n, of = len(role), household
    child_order = position - np.where(role == Role.CHILD, 2 - (roles[template, 1] == Role.CHILD)[of], position)
    child_male = np.where(child_order == 0, first_child_male[of], flip(rng, shares.MALE_CHILD, n))
    younger = [role == r for r in (Role.HEAD, Role.SPOUSE, Role.CHILD, Role.CHILD_IN_LAW, Role.GRANDCHILD)]
    male = np.select(
        younger,
        [male_head[of], ~male_head[of], child_male, ~first_child_male[of], flip(rng, shares.MALE_CHILD, n)],
        role == Role.FATHER,
    )
    own = between(rng, 0, 6, n)  # deviation of a person's age from the typical one of the role
    age = np.select(
        younger,
        [
            head_age[of],
            np.maximum(head_age[of] + own - 4, 22),  # the age of marriage of men
            np.abs(first_child_age[of] - child_order * (2 + own // 2)) % (first_child_age[of] + 1),  # never the elder
            np.maximum(first_child_age[of] + own - 3, 20),
            np.abs(first_child_age[of] - 22 - own),
        ],
        head_age[of] + 22 + own * 2,
    ).clip(0, OLDEST)
    children = np.bincount(household[role == Role.CHILD], minlength=homes)
    return Members(
        household=household,
        role=role,
        male=male.astype(np.bool_),
        age=age,
        siblings=children[of],
        first_child=child_order == 0,
        male_head=male_head[of],
        parents_of_spouse=parents_of_spouse[of],
    )


def with_dormitory(rng: Rng, members: Members, people: int) -> Members:
    """The members and, as the last household, a collective one (集体户) of so many young adults, the first as its head."""
    last = int(members.household[-1]) + 1
    nobody = np.zeros(people, dtype=np.bool_)
    added = Members(
        household=np.full(people, last),
        role=np.where(np.arange(people) == 0, Role.HEAD, Role.MEMBER),
        male=flip(rng, 0.5, people),
        age=between(rng, 18, 35, people),
        siblings=np.zeros(people, dtype=np.int64),
        first_child=nobody,
        male_head=nobody,
        parents_of_spouse=nobody,
    )
    return Members(**{name: np.concatenate([column, vars(added)[name]]) for name, column in vars(members).items()})


def with_very_old(rng: Rng, members: Members) -> Members:
    """The members, with some of the oldest made 111 to 119, as when a death was not reported (死亡未注销)."""
    chosen = (members.age > 80) & flip(rng, planted.VERY_OLD, len(members.age))
    return replace(members, age=np.where(chosen, between(rng, 111, 119, len(chosen)), members.age))
