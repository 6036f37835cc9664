"""Makes given names, and names as offices write them: misheard, in variant characters, with another dot."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from demo.facts import alike, given_name_characters
from demo.shares import distributions as shares
from demo.shares import hard_cases as hard
from demo.shares.sampling import Bools, Ints, Rng, concat_texts, flip, look_up, null_texts

DOT: Final = "·"
_DOTS_WRITTEN: Final = ("•", ".", "‧", "")
SOUND, VARIANT, OTHER_DOT = "name_sound", "name_variant", "name_dot"


@lru_cache(maxsize=1)
def _characters() -> tuple[pl.Series, dict[tuple[str, str], tuple[int, int]]]:
    """All characters in one column, and for each (sex, born) the start and number of its characters."""
    places, characters = {}, ""
    for key, found in given_name_characters().items():
        places[key] = (len(characters), len(found))
        characters += found
    return pl.Series([*characters, ""]), places


def given_names(rng: Rng, male: Bools, old: Bools) -> pl.Series:
    """A given name of one or two characters for each person, typical of her age."""
    characters, places = _characters()
    first, second = np.empty(len(male), dtype=np.int64), np.empty(len(male), dtype=np.int64)
    for (sex, born), (start, count) in places.items():
        where = np.flatnonzero((male == (sex == "男")) & (old == (born == "before_1985")))
        first[where] = start + rng.integers(0, count, len(where))
        alone = flip(rng, shares.GIVEN_NAME_ONE_CHARACTER[born], len(where))
        second[where] = np.where(alone, len(characters) - 1, start + rng.integers(0, count, len(where)))
    return concat_texts(look_up(characters, first), look_up(characters, second))


def given_name_character(rng: Rng, male: bool, not_this: str) -> str:
    """A character of a child's given name, other than `not_this`."""
    usual = [c for c in given_name_characters()["男" if male else "女", "since_1985"] if c != not_this]
    return usual[int(rng.integers(0, len(usual)))]


def as_written(
    rng: Rng, source: str, names: pl.Series, surnames: pl.Series, clear: Bools, noise: float
) -> tuple[pl.Series, pl.Series]:
    """The names as the office writes them, some with a mistake, and the kind of mistake (null elsewhere).

    Surnames (王 and 汪 are two families) and people in `clear` are not changed: those with a twin or namesake would become
    somebody else.
    """
    kind = rng.random(len(names))
    sound, variant = hard.NAME_SOUND[source] * noise, hard.NAME_VARIANT[source] * noise
    dotted = names.str.contains(DOT, literal=True).to_numpy() & flip(rng, hard.DOT_WRITTEN[source] * noise, len(names))
    rows = np.flatnonzero((dotted | (kind < sound + variant)) & ~clear & names.is_not_null().to_numpy())
    coins = rng.random((len(rows), 2))
    texts: list[str] = []
    labels: list[str | None] = []
    columns = (names.gather(rows), surnames.gather(rows), kind[rows], coins)
    for name, surname, which, coin in zip(*columns, strict=True):
        label = OTHER_DOT if DOT in name else SOUND if which < sound else VARIANT
        written = _with_other_dot(name, coin[0]) if label == OTHER_DOT else _confused(name, len(surname), label, coin)
        texts.append(written or name)
        labels.append(label if written else None)
    return names.scatter(rows, texts), null_texts(len(names)).scatter(rows, pl.Series(labels, dtype=pl.String))


def _with_other_dot(name: str, coin: float) -> str:
    return name.replace(DOT, _DOTS_WRITTEN[int(coin * len(_DOTS_WRITTEN))])


def _confused(name: str, surname: int, label: str, coin: Ints) -> str | None:
    """The name with one character of the given name replaced by a similar one; None if there is none."""
    others = alike("sound_alike" if label == SOUND else "variants")
    places = [i for i in range(surname, len(name)) if name[i] in others]
    if not places:
        return None
    at = places[int(coin[0] * len(places))]
    choice = others[name[at]]
    return name[:at] + choice[int(coin[1] * len(choice))] + name[at + 1 :]
