"""Assigns homes: the dwelling each person lives in and is registered at, and the owner of each dwelling."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from demo.geography.buildings import Buildings
from demo.people.households import Role
from demo.people.people import People
from demo.shares import distributions as shares
from demo.shares.sampling import Bools, Ints, Rng, draw, flip, pick


class Tenure(IntEnum):
    """A household's tenure of the home it lives in, in the order of shares.TENURES."""

    OWNER, MOVED_OWNER, RELATIVE, LOCAL_RENTER, FLOATING_RENTER = range(5)


OUTSIDE: Final = -1  # a hukou outside the city


@dataclass(frozen=True)
class Homes:
    """The homes of a block's people; dwellings are indices into the block's buildings."""

    lives_at: Ints  # resident → dwelling
    hukou: Ints  # resident → dwelling, OUTSIDE for people registered elsewhere
    household_hukou: Ints  # household → dwelling or OUTSIDE
    tenure: Ints  # household → Tenure
    occupant: Ints  # dwelling → household, -1 if empty
    owner: Ints  # dwelling → person
    owner_household: Ints  # dwelling → household whose own home it is or was, -1 otherwise


def outsiders_needed(dwellings: int) -> int:
    """The number of people from elsewhere needed as present and former owners."""
    return dwellings // 4 + 1


def _former_homes(rng: Rng, homes: Ints, empty: Ints, living: Ints) -> Ints:
    """A former home for each household, not the one it lives in; half of them are empty."""
    n = len(living)
    former = np.where(
        flip(rng, shares.FORMER_HOME_KEPT, n), pick(rng, empty if len(empty) else homes, n), pick(rng, homes, n)
    )
    clash = former == living
    former[clash] = np.where(living[clash] == homes[0], homes[1], homes[0])
    return former


def settle(rng: Rng, buildings: Buildings, people: People) -> Homes:
    """Give every household a home and every dwelling an owner."""
    households, residents = len(people.head), people.residents
    homes = rng.permutation(buildings.homes)
    living_of, empty = homes[:households], homes[households:]
    tenure = draw(rng, shares.TENURES.values(), households)
    if people.dormitory >= 0:
        tenure[people.dormitory] = Tenure.RELATIVE  # registered where they live; the home is somebody else's
    former = _former_homes(rng, homes, empty, living_of)
    away = (tenure == Tenure.MOVED_OWNER) | (tenure == Tenure.LOCAL_RENTER)
    household_hukou = np.where(tenure == Tenure.FLOATING_RENTER, OUTSIDE, np.where(away, former, living_of))

    household = people.household[:residents]
    living = living_of[household]
    grown = (
        (people.role[:residents] == Role.CHILD)
        & (people.age[:residents] >= 20)
        & (tenure[household] != Tenure.FLOATING_RENTER)
    )
    leaves = grown & flip(rng, shares.GROWN_CHILD_AWAY, residents)
    living = np.where(leaves, pick(rng, homes, residents), living)

    occupant = np.full(len(buildings.usage), -1, dtype=np.int64)
    occupant[living_of] = np.arange(households)
    owner, owner_household = _owners(rng, people, occupant, tenure, former, away)
    return Homes(living, household_hukou[household], household_hukou, tenure, occupant, owner, owner_household)


def _owners(rng: Rng, people: People, occupant: Ints, tenure: Ints, former: Ints, away: Bools) -> tuple[Ints, Ints]:
    """Each dwelling's owner and owner's household: its occupants, a household that moved away, another one, an outsider."""
    dwellings, households = len(occupant), len(people.head)
    landlord = np.where(flip(rng, shares.LOCAL_LANDLORD, dwellings), rng.integers(0, households, dwellings), -1)
    landlord[former[away]] = np.flatnonzero(away)
    owned = (tenure == Tenure.OWNER) | (tenure == Tenure.MOVED_OWNER)
    at_home = (occupant >= 0) & owned[occupant]
    household = np.where(at_home, occupant, landlord)
    same = (household == occupant) & ~at_home  # a tenant is not his own landlord
    household[same] = -1
    outsider = people.residents + np.arange(dwellings) % (len(people.person) - people.residents)
    return np.where(household >= 0, people.head[household], rng.permutation(outsider)), household
