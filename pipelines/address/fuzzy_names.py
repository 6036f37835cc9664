"""Finds names that are one typing error away from a written one, or that sound the same.

A typing error is one character more, less or different, or two transposed (optimal string alignment distance 1, `OSA`).
东区 and 西区, 1区 and 2区 are two places, so a character that distinguishes places must match exactly.
Not here: choosing between several similar names (`place_names.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from pypinyin import lazy_pinyin
from rapidfuzz.distance import OSA

from pipelines.address.spelling import DIGITS

SHORTEST: Final = 3  # characters; in a name of two, one error is half the name
TELLS_APART: Final = frozenset(DIGITS + "东西南北中前后左右上下内外大小新老旧甲乙丙丁")


class FuzzyNames:
    """An index of names for fuzzy look-up; the cost of a look-up grows with the length of the written name only.

    Names shorter than SHORTEST are returned, too: they make others doubtful. `least` is the shortest written name looked up.
    """

    def __init__(self, names: Iterable[str], least: int = SHORTEST) -> None:
        self._least = least
        self._by_less: dict[str, list[str]] = defaultdict(list)
        self._by_sound: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._lengths: set[int] = set()
        for name in sorted({name for name in names if len(name) > 1}):
            self._lengths |= {len(name) - 1, len(name), len(name) + 1}
            self._by_sound[sound(name)].append(name)
            for less in _less(name):
                self._by_less[less].append(name)

    def of(self, written: str) -> set[str]:
        """The names at distance 1 or with the same sound; never the name itself."""
        if len(written) < self._least or len(written) not in self._lengths:
            return set()
        found = {name for less in _less(written) for name in self._by_less.get(less, ()) if _slip(written, name)}
        found |= {name for name in self._by_sound.get(sound(written), ()) if _unchanged(written, name)}
        return found - {written}


def _less(name: str) -> Iterator[str]:
    """The name, and the name less one character: two names at distance 1 have one of these in common."""
    yield name
    for i in range(len(name)):
        yield name[:i] + name[i + 1 :]


def _slip(written: str, name: str) -> bool:
    if OSA.distance(written, name, score_cutoff=1) != 1:
        return False
    if len(written) == len(name):
        return _unchanged(written, name) or sorted(written) == sorted(name)
    longer, shorter = (written, name) if len(written) > len(name) else (name, written)
    at = next((i for i, c in enumerate(shorter) if c != longer[i]), len(shorter))
    doubled = longer[at] in longer[max(at - 1, 0) : at]  # 大大同市
    return doubled or longer[at] not in TELLS_APART


def _unchanged(written: str, name: str) -> bool:
    """True if no character that distinguishes places is replaced by another such one."""
    return not any(a != b and a in TELLS_APART and b in TELLS_APART for a, b in zip(written, name, strict=True))


def sound(name: str) -> tuple[str, ...]:
    """The pinyin of each character, without tones."""
    return tuple(map(_sound, name))


@lru_cache(maxsize=30_000)
def _sound(character: str) -> str:
    return str(lazy_pinyin(character)[0])
