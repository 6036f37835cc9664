"""Adds noise to addresses: words before and after, brackets, a phone inside, typing mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from demo.facts import alike
from demo.shares import distributions as shares
from demo.shares.sampling import Ints, Rng, concat_texts, draw, draw_label, null_texts
from demo.spellings.addresses import SpelledAddress
from demo.spellings.ambiguous_buildings import CityNames

_BRACKETS: Final = (
    "（{0}）{1}",
    "{0}（原单位宿舍）{1}",
    "{0}【家属区】{1}",
    "{0}{1}（本人住）",
    "{0}{1}[自建档]",
    "{0}({1})",
)
_PHONES: Final = ("{0}{1} {2}", "{0}{1}，电话{2}", "{0}{1}({2})", "{2} {0}{1}", "{0}{1}联系{2}")
_TAKEN_FOR: Final = {"typo_sound": "sound_alike", "typo_look": "look_alike"}
_TRIES: Final = 6  # places to look for a mistake that leaves the address understandable


def heads_and_tails(rng: Rng, text: pl.Series, noise: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The texts with words callers say before and after; `noise` becomes head or tail where it was null."""
    head = draw_label(rng, shares.HOTLINE_HEADS, len(text))
    tail = draw_label(rng, shares.HOTLINE_TAILS, len(text))
    label = pl.when(noise.is_not_null()).then(noise).when(tail.str.strip_chars() != "").then(pl.lit("tail"))
    return concat_texts(head, text, tail), pl.select(label.when(head != "").then(pl.lit("head"))).to_series()


def with_noise(
    rng: Rng, spelled: SpelledAddress, kinds: Mapping[str, float], noise: float, city: CityNames
) -> tuple[pl.Series, pl.Series]:
    """The texts, some with a mistake of one of the kinds (shares times `noise`), and its kind (null elsewhere)."""
    n = len(spelled.front)
    kind = draw(rng, [1 - noise * sum(kinds.values()), *(share * noise for share in kinds.values())], n)
    rows = np.flatnonzero((kind > 0) & spelled.front.is_not_null().to_numpy() & spelled.can_err)
    coins = rng.random((len(rows), _TRIES + 1))
    names, texts, labels = tuple(kinds), [], []
    for front, rest, name, number, coin in zip(*spelled.parts(rows), kind[rows], coins, strict=True):
        spoiled = _spoil(names[number - 1], front, rest, name, coin, city)
        texts.append(spoiled or front + rest)
        labels.append(names[number - 1] if spoiled else None)
    return spelled.text.scatter(rows, texts), null_texts(n).scatter(rows, pl.Series(labels, dtype=pl.String))


def _spoil(kind: str, front: str, rest: str, name: str | None, coins: Ints, city: CityNames) -> str | None:
    """The address with a mistake of this kind; None if none leaves it understandable."""
    if kind == "bracket":
        return _BRACKETS[int(coins[0] * len(_BRACKETS))].format(front, rest)
    if kind == "phone":
        return _PHONES[int(coins[0] * len(_PHONES))].format(front, rest, f"154{int(coins[1] * 10**8):08d}")
    for place, choice in zip(coins[1:], coins[:-1], strict=True):
        typed = add_typo(front, int(place * len(front)), kind, choice)
        if typed is not None and (name is None or _understood(front, typed, name, city)):
            return typed + rest
    return None


def add_typo(text: str, at: int, kind: str, coin: float) -> str | None:
    """The text with one typing mistake at that place; None if it cannot be made there or would change a blank."""
    character = text[at]
    match kind:
        case _ if character == " ":
            return None
        case "typo_dropped":
            return text[:at] + text[at + 1 :]
        case "typo_doubled":
            return text[:at] + character + text[at:]
        case "typo_swapped":
            pair = text[at : at + 2][::-1]
            return text[:at] + pair + text[at + 2 :] if len(set(pair.strip())) == 2 else None
        case _:
            others = alike(_TAKEN_FOR[kind]).get(character)
            return text[:at] + others[int(coin * len(others))] + text[at + 1 :] if others else None


def _understood(front: str, typed: str, name: str, city: CityNames) -> bool:
    """True if the mistake is in the areas before the name, or leaves the name nearer to itself than to other names."""
    chain = front[: len(front) - len(name)]
    return typed.endswith(name) or (typed.startswith(chain) and city.still_means(typed[len(chain) :], name))
