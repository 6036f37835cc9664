"""Given names as parents choose them, and names as offices write them: misheard, in variant characters, with another dot."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from demo.facts import alike, given_name_characters
from demo.shares import distributions as shares
from demo.shares import hard_cases as hard
from demo.shares.sampling import Bools, Ints, Rng, flip, joined, look_up, nothing

DOT: Final = "·"
_DOTS_WRITTEN: Final = ("•", ".", "‧", "")
SOUND, VARIANT, DOTTED = "name_sound", "name_variant", "name_dot"


@lru_cache(maxsize=1)
def _characters() -> tuple[pl.Series, dict[tuple[str, str], tuple[int, int]]]:
    """All characters in one column, and (sex, born) → where its characters start and how many there are."""
    places, characters = {}, ""
    for key, found in given_name_characters().items():
        places[key] = (len(characters), len(found))
        characters += found
    return pl.Series([*characters, ""]), places


def given_names(rng: Rng, male: Bools, old: Bools) -> pl.Series:
    """A name of one or two characters for each person, as was usual when she was born."""
    characters, places = _characters()
    first, second = np.empty(len(male), dtype=np.int64), np.empty(len(male), dtype=np.int64)
    for (sex, born), (start, count) in places.items():
        where = np.flatnonzero((male == (sex == "男")) & (old == (born == "before_1985")))
        first[where] = start + rng.integers(0, count, len(where))
        alone = flip(rng, shares.GIVEN_NAME_ONE_CHARACTER[born], len(where))
        second[where] = np.where(alone, len(characters) - 1, start + rng.integers(0, count, len(where)))
    return joined(look_up(characters, first), look_up(characters, second))


def given_name_character(rng: Rng, male: bool, not_this: str) -> str:
    """One character for a child of today."""
    usual = [c for c in given_name_characters()["男" if male else "女", "since_1985"] if c != not_this]
    return usual[int(rng.integers(0, len(usual)))]


def as_written(
    rng: Rng, source: str, names: pl.Series, surnames: pl.Series, clear: Bools, noise: float
) -> tuple[pl.Series, pl.Series]:
    """The names, some miswritten as the office does, and how (null elsewhere).

    Surnames are never touched (王 and 汪 are two families), nor are people who are `clear` of it: whoever has a namesake or
    a twin would become somebody else.
    """
    kind = rng.random(len(names))
    sound, variant = hard.NAME_SOUND[source] * noise, hard.NAME_VARIANT[source] * noise
    dotted = names.str.contains(DOT, literal=True).to_numpy() & flip(rng, hard.DOT_WRITTEN[source] * noise, len(names))
    rows = np.flatnonzero((dotted | (kind < sound + variant)) & ~clear & names.is_not_null().to_numpy())
    coins = rng.random((len(rows), 2))
    texts: list[str] = []
    told: list[str | None] = []
    columns = (names.gather(rows), surnames.gather(rows), kind[rows], coins)
    for name, surname, which, coin in zip(*columns, strict=True):
        label = DOTTED if DOT in name else SOUND if which < sound else VARIANT
        written = _dotted(name, coin[0]) if label == DOTTED else _mistaken(name, len(surname), label, coin)
        texts.append(written or name)
        told.append(label if written else None)
    return names.scatter(rows, texts), nothing(len(names)).scatter(rows, pl.Series(told, dtype=pl.String))


def _dotted(name: str, coin: float) -> str:
    return name.replace(DOT, _DOTS_WRITTEN[int(coin * len(_DOTS_WRITTEN))])


def _mistaken(name: str, surname: int, label: str, coin: Ints) -> str | None:
    """The name with one character of the given name written as another; None where none of them is ever taken for one."""
    others = alike("sound_alike" if label == SOUND else "variants")
    places = [i for i in range(surname, len(name)) if name[i] in others]
    if not places:
        return None
    at = places[int(coin[0] * len(places))]
    choice = others[name[at]]
    return name[:at] + choice[int(coin[1] * len(choice))] + name[at + 1 :]
