"""Plants contradictions about persons and households into registrations before these are written to a file.

Each function draws from its own child generator, so that one rule's contradictions change nothing else. The cases
themselves are found in the final rows (people.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from demo.people.homes import OUTSIDE, Homes
from demo.people.households import Role
from demo.people.people import RELATIONS, People
from demo.people.registrations import CURRENT, MOVED_AWAY, Registrations
from demo.shares import planted_people as planted
from demo.shares.sampling import Bools, Ints, Rng, flip

_SLIPS: Final = np.array([1, 2, 9, 10, 30, 31, 365, 3652])  # days by which a mistyped birth date is too early
_ADULT: Final = 18


def plant(rng: Rng, people: People, homes: Homes, rows: Registrations) -> Registrations:
    """The registrations with contradictions for the rules about persons and households."""
    for planter in (_living_outside, _said_to_be_local, _mistyped, _minors_left_behind, _relations_not_recounted):
        [child] = rng.spawn(1)
        rows = planter(child, people, homes, rows)
    return rows


def _own(people: People, rows: Registrations) -> Bools:
    """True for people's own registrations that are not cancelled."""
    own = np.arange(len(rows.who)) < people.residents
    return np.asarray(own & (rows.state == CURRENT))


def _living_outside(rng: Rng, people: People, homes: Homes, rows: Registrations) -> Registrations:
    """户在人不在: registered here, living and working outside the city."""
    age = people.age[rows.who]
    able = _own(people, rows) & (rows.hukou >= 0) & (age >= 20) & (age < 60)
    gone = able & flip(rng, planted.LIVING_OUTSIDE, len(able))
    return replace(rows, lives_at=np.where(gone, OUTSIDE, rows.lives_at), living_written=rows.living_written | gone)


def _said_to_be_local(rng: Rng, people: People, homes: Homes, rows: Registrations) -> Registrations:
    """人在户不在: a newcomer whom a clerk entered as registered here."""
    newcomers = _own(people, rows) & (rows.hukou < 0)
    return replace(rows, local=rows.local | (newcomers & flip(rng, planted.SAID_TO_BE_LOCAL, len(newcomers))))


def _mistyped(rng: Rng, people: People, homes: Homes, rows: Registrations) -> Registrations:
    """证件与生日性别不符: the ID number is right, the row's birth date or sex is not."""
    n, own = len(rows.who), _own(people, rows)
    earlier = rows.birth_day - _SLIPS[rng.integers(0, len(_SLIPS), n)]
    birth = own & (earlier > 0) & flip(rng, planted.BIRTH_DATE_MISTYPED, n)
    sex = own & ~birth & flip(rng, planted.SEX_MISTYPED, n)
    return replace(rows, birth_day=np.where(birth, earlier, rows.birth_day), male=rows.male ^ sex)


def _minors_left_behind(rng: Rng, people: People, homes: Homes, rows: Registrations) -> Registrations:
    """未成年人独户: the adults of a household moved their registration away, the children's stayed."""
    minor = people.age[rows.who] < _ADULT
    with_minor = np.zeros(len(people.head), dtype=np.bool_)
    with_minor[rows.household[_own(people, rows) & minor & (rows.hukou >= 0)]] = True
    chosen = with_minor & flip(rng, planted.MINORS_LEFT_BEHIND, len(with_minor))
    leaves = chosen[rows.household] & ~minor & rows.is_current
    return replace(rows, state=np.where(leaves, MOVED_AWAY, rows.state))


def _relations_not_recounted(rng: Rng, people: People, homes: Homes, rows: Registrations) -> Registrations:
    """亲属关系矛盾: a second head, a parent entered as a child, a child entered as the spouse."""
    role, age, own = people.role[rows.who], people.age[rows.who], _own(people, rows)
    head = RELATIONS.index("户主")
    slips = (
        (role == Role.SPOUSE, planted.SECOND_HEAD, np.full(len(own), head)),
        (
            (role == Role.FATHER) | (role == Role.MOTHER),
            planted.PARENT_AS_CHILD,
            np.where(rows.male, RELATIONS.index("子"), RELATIONS.index("女")),
        ),
        (
            (role == Role.CHILD) & (age >= 12) & (age < 20),
            planted.CHILD_AS_SPOUSE,
            np.full(len(own), RELATIONS.index("配偶")),
        ),
    )
    written = np.full(len(own), -1)
    for able, share, label in slips:
        written = np.where(own & able & flip(rng, share, len(own)), label, written)
    changed = np.flatnonzero(written >= 0)
    return replace(rows, relation=rows.relation.scatter(changed, pl.Series(RELATIONS).gather(written[changed])))


def former_holders(rng: Rng, people: People, homes: Homes, titled: Ints) -> tuple[Ints, Ints]:
    """已售房仍登记原户: titled homes that a household sold but is still registered in, and the former holder of each."""
    home = homes.household_hukou
    moved = (home >= 0) & (home != homes.lives_at[people.head]) & np.isin(home, titled)
    anothers = homes.owner_household[home] != np.arange(len(home))
    chosen = np.flatnonzero(moved & anothers & flip(rng, planted.SOLD_AND_STILL_REGISTERED, len(home)))
    return home[chosen], people.head[chosen]
