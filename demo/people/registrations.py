"""Makes the registrations of people in households: everybody's own, and second, former and forgotten ones.

Not here: planted contradictions (truth/planted_people.py), writing the register's file (offices/resident.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from demo.people.homes import Homes
from demo.people.people import People
from demo.shares import distributions as shares
from demo.shares import hard_cases as hard
from demo.shares import planted_people as planted
from demo.shares.sampling import Bools, Ints, Rng, flip, look_up

CURRENT, DOUBLE, MOVED_AWAY, DOUBLE_CANCELLED, DEAD = range(5)


@dataclass(frozen=True)
class Registrations:
    """Arrays with one element per row: the person, household and state of a registration, and the row's values."""

    who: Ints
    household: Ints
    state: Ints
    hukou: Ints
    lives_at: Ints  # homes.OUTSIDE where the row says that the person lives outside the city
    living_written: Bools
    is_crossed: Bools  # one of two heads who are each also registered as the father of the other
    relation: pl.Series  # to the head, as written
    local: Bools  # written down as 户籍人口
    birth_day: Ints  # as written
    male: Bools  # as written

    @property
    def is_current(self) -> Bools:
        """True for rows that are not cancelled."""
        return np.isin(self.state, (CURRENT, DOUBLE))


@dataclass(frozen=True)
class _Further:
    """Registrations besides everybody's own: person, household, state."""

    who: Ints
    household: Ints
    state: Ints

    def __add__(self, other: _Further) -> _Further:
        return _Further(
            *(np.concatenate([a, b]) for a, b in zip(vars(self).values(), vars(other).values(), strict=True))
        )


def _crossed(rng: Rng, people: People, homes: Homes, state: Ints, noise: float) -> _Further:
    """Heads of two households who are each also registered in the other's, as the father of its head."""
    heads = people.head[homes.household_hukou >= 0]
    pairs = int(hard.CROSSED_HEADS * noise * len(heads) / 2 + rng.random())
    chosen = rng.permutation(heads)[: 2 * pairs]
    first, second = chosen[: len(chosen) // 2], chosen[len(chosen) // 2 : len(chosen) // 2 * 2]
    who, theirs = np.concatenate([first, second]), people.household[np.concatenate([second, first])]
    alive = state[who] == CURRENT
    return _Further(who[alive], theirs[alive], np.full(int(alive.sum()), DOUBLE))


def _elsewhere(rng: Rng, people: People, homes: Homes, state: Ints) -> _Further:
    """Second registrations in another household of the city."""
    n = people.residents
    local = np.flatnonzero(homes.household_hukou >= 0)
    drawn = [
        (kind, np.flatnonzero(flip(rng, share, n) & (state == of)))
        for kind, share, of in (
            (DOUBLE, shares.REGISTERED_TWICE, CURRENT),
            (MOVED_AWAY, shares.MOVED_REGISTRATION, CURRENT),
            (DOUBLE_CANCELLED, shares.DUPLICATE_CANCELLED, CURRENT),
            (DOUBLE, planted.DEAD_STANDS_ELSEWHERE, DEAD),
        )
    ]
    who = np.concatenate([chosen for _, chosen in drawn])
    kind = np.repeat([kind for kind, _ in drawn], [len(chosen) for _, chosen in drawn])
    household = local[rng.integers(0, len(local), len(who))] if len(local) else people.household[who]
    other = household != people.household[who]
    return _Further(who[other], household[other], kind[other])


def _again(rng: Rng, people: People, homes: Homes, state: Ints) -> _Further:
    """Second registrations in the person's own household."""
    chosen = flip(rng, planted.ENTERED_TWICE, people.residents) & (state == CURRENT) & (homes.hukou >= 0)
    who = np.flatnonzero(chosen)
    return _Further(who, people.household[who], np.full(len(who), DOUBLE))


def registrations(rng: Rng, people: People, homes: Homes, noise: float) -> Registrations:
    """The rows of a block's register: everybody's own first, in the order of people, then the others."""
    n = people.residents
    state = np.where((people.age[:n] > 65) & flip(rng, shares.DEATHS_REGISTERED, n), DEAD, CURRENT)
    further = _elsewhere(rng, people, homes, state) + _again(rng, people, homes, state)
    crossed = _crossed(rng, people, homes, state, noise)
    first_crossed = n + len(further.who)
    further = further + crossed

    who = np.concatenate([np.arange(n), further.who])
    household = np.concatenate([people.household[:n], further.household])
    states = np.concatenate([state, further.state])
    hukou = np.concatenate([homes.hukou, homes.household_hukou[further.household]])
    address_written = _living_address_written(
        rng, states, homes.lives_at[who] != hukou, household == people.household[who]
    )
    written = np.asarray(address_written | (hukou < 0))
    is_crossed = np.arange(len(who)) >= first_crossed
    return Registrations(
        who=who,
        household=household,
        state=states,
        hukou=hukou,
        lives_at=np.where(written, homes.lives_at[who], hukou),
        living_written=written,
        is_crossed=is_crossed,
        relation=_relation(people, who, household, is_crossed),
        local=hukou >= 0,
        birth_day=people.birth_day[who],
        male=people.male[who],
    )


def _living_address_written(rng: Rng, state: Ints, apart: Bools, own_household: Bools) -> Bools:
    """True for rows that write the living address; without it, the registered address counts as the living one."""
    n = len(state)
    own = flip(rng, shares.LIVING_WRITTEN, n) | apart
    second = flip(rng, shares.DOUBLE_TELLS_HOME, n) & (state == DOUBLE)
    return np.where((state == CURRENT) | (own_household & (state == DOUBLE)), own, second)


def _relation(people: People, who: Ints, household: Ints, crossed: Bools) -> pl.Series:
    """The relation to the head of the household; 其他亲属 in another household than one's own."""
    own = look_up(people.relation, who)
    fathers = look_up(pl.Series(["母亲", "父亲"]), people.male[who].astype(np.int64))
    label = pl.when(pl.Series(crossed)).then(fathers).when(pl.Series(household != people.household[who]))
    return pl.select(label.then(pl.lit("其他亲属")).otherwise(own)).to_series()
