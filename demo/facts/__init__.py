"""Reads tables of facts: Datong's divisions now (NBS, 2021) and before, names, characters that are easily confused."""

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
    """The names of Shanxi, Datong and all areas in it, by twelve-digit code, in code order."""
    return {row[0]: row[1] for row in _rows("divisions.csv")}


@lru_cache(maxsize=1)
def surnames() -> dict[str, int]:
    """The relative frequencies of the 200 most frequent surnames."""
    return {surname: int(weight) for surname, weight in _rows("surnames.csv")}


@lru_cache(maxsize=1)
def given_name_characters() -> dict[tuple[str, str], str]:
    """The characters of given names, by (男 or 女, before_1985 or since_1985)."""
    return {(sex, born): characters for sex, born, characters in _rows("given_names.csv")}


@lru_cache(maxsize=3)
def alike(kind: str) -> dict[str, str]:
    """The characters that each character is confused with; `kind`: sound_alike (syllable and tone), look_alike, variants."""
    return {row[0]: row[1] for row in _rows(f"{kind}.csv")}


@lru_cache(maxsize=1)
def minority_names() -> dict[str, list[str]]:
    """Personal names of Uyghurs, Kazakhs and Tibetans in Chinese characters, by 男 or 女."""
    return {sex: names.split() for sex, names in _rows("minority_names.csv")}


class FormerArea(NamedTuple):
    """A former area: twelve-digit code, name, first and last day in force, and its successor's code if it was not divided."""

    code: str
    name: str
    since: str
    until: str
    successor: str | None


@lru_cache(maxsize=1)
def former_counties() -> list[FormerArea]:
    """Datong's counties that ended in 2018 (yescallop/areacodes, CC0); a divided one has no successor."""
    return [
        FormerArea(code, name, since, until, then or None)
        for code, name, since, until, then in _rows("former_counties.csv")
    ]
