"""Recognises addresses outside the city: those that begin with another province, city or county of China.

Names and codes are those of `contracts/identifiers/county_codes.csv` (GB/T 2260, 1981 to 2024).
Not here: our own areas (`areas.py`).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection
from functools import cache
from typing import Final

from contracts.identifiers.areas import TABLE
from pipelines.address.area_names import names

_LONGEST: Final = 15
_SHORTEST_ALONE: Final = 3  # 城区, 郊区 are the names of many


class OtherCities:
    """`ours` are the codes of our own cities, four digits each."""

    def __init__(self, ours: Collection[str]) -> None:
        self._ours = frozenset(ours)
        self._provinces = frozenset(code[:2] for code in ours)

    def contains(self, text: str) -> bool:
        """True if the text begins with another province, city or county."""
        for name in _beginnings(text):
            for code, rule in _places().get(name, ()):
                rest = text[len(name) :]
                if code.endswith("0000"):
                    if code[:2] not in self._provinces and (rule == "written" or self._below(rest, code[:2])):
                        return True
                    if code[:2] in self._provinces and self._below(rest, code[:2]):
                        return True
                elif rule == "written" and len(name) >= _SHORTEST_ALONE and self._elsewhere(name):
                    return True
        return False

    def _below(self, rest: str, province: str) -> bool:
        """True if `rest` begins with a city or county of the province that is not ours."""
        for name in _beginnings(rest):
            codes = [code for code, _ in _places().get(name, ()) if code[:2] == province and code[2:] != "0000"]
            if codes and not any(code[:4] in self._ours for code in codes):
                return True
        return False

    def _elsewhere(self, name: str) -> bool:
        return not any(code[:4] in self._ours or code[2:] == "0000" for code, _ in _places()[name])


def _beginnings(text: str) -> list[str]:
    return [text[:n] for n in range(min(_LONGEST, len(text)), 1, -1) if text[:n] in _places()]


@cache
def _places() -> dict[str, tuple[tuple[str, str], ...]]:
    """The codes of each written name, each with `written` or `short`."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = row["code"]
            level = "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"
            for name in filter(None, row["name"].split("、")):
                for written, rule in names(name, level).items():
                    found[written].append((code, rule))
    return {name: tuple(codes) for name, codes in found.items()}
