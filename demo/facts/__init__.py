"""Tables of facts, written down once: Datong's divisions (NBS, 2021), frequent surnames, characters of given names."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files


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
