"""Tables of facts, written down once: Datong's divisions now (NBS, 2021) and before, names, characters that are mistaken."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple


def _rows(name: str) -> list[list[str]]:
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))[1:]


@lru_cache(maxsize=1)
def divisions() -> dict[str, str]:
    """Twelve-digit code → name, of Shanxi, Datong and everything in it, in code order."""
    return {row[0]: row[1] for row in _rows("divisions.csv")}


@lru_cache(maxsize=1)
def surnames() -> dict[str, int]:
    """The 200 most frequent surnames → relative frequency."""
    return {surname: int(weight) for surname, weight in _rows("surnames.csv")}


@lru_cache(maxsize=1)
def given_name_characters() -> dict[tuple[str, str], str]:
    """(男 | 女, before_1985 | since_1985) → characters in use for such people."""
    return {(sex, born): characters for sex, born, characters in _rows("given_names.csv")}


@lru_cache(maxsize=3)
def alike(kind: str) -> dict[str, str]:
    """Character → characters it is taken for; `kind` sound_alike (same syllable and tone), look_alike or variants."""
    return {row[0]: row[1] for row in _rows(f"{kind}.csv")}


@lru_cache(maxsize=1)
def minority_names() -> dict[str, list[str]]:
    """男 | 女 → personal names as Uyghurs, Kazakhs and Tibetans write them in Chinese."""
    return {sex: names.split() for sex, names in _rows("minority_names.csv")}


class FormerArea(NamedTuple):
    """An area that ended: twelve-digit code, name, first and last day in force, and the code that took its place whole."""

    code: str
    name: str
    since: str
    until: str
    successor: str | None


@lru_cache(maxsize=1)
def former_counties() -> list[FormerArea]:
    """Datong's counties that ended in 2018 (yescallop/areacodes, CC0); one that was divided has no successor."""
    return [
        FormerArea(code, name, since, until, then or None)
        for code, name, since, until, then in _rows("former_counties.csv")
    ]
