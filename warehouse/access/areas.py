"""Area and grid codes as prefixes of each other (GB/T 2260, GB/T 34300), and the prefix that stands for the whole city.

Not here: a user's areas (casebook/accounts.py), and what they open to her (policy.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from contracts.errors import AccessError

LEVEL_DIGITS: Final = {"province": 2, "city": 4, "county": 6, "subdistrict": 9, "community": 12, "grid": 15}
AREA_DIGITS: Final = tuple(LEVEL_DIGITS.values())
# the rows of an area table that `widest_areas` reads
CITY_AREAS: Final = (
    "select area_code, level from area where level in ('province', 'city', 'county') and valid_to is null"
)


def area_prefix(code: str) -> str:
    """The code without trailing levels of zeros: 140213000000 → 140213. AccessError if it is not an area or grid code."""
    digits = [n for n in AREA_DIGITS if n <= len(code)]
    if not (code.isascii() and code.isdigit() and len(code) in AREA_DIGITS and code[:2] != "00"):
        raise AccessError("an area code has 2, 4, 6, 9, 12 or 15 digits", remedy="take it from the area or grid table")
    while len(digits) > 1 and not code[digits[-2] :].strip("0"):
        code = code[: digits[-2]]
        digits.pop()
    return code


def widest_areas(areas: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The prefixes that make up the whole city, from (code, level) of an area table: of its cities, else of its widest level.

    A province is more than the city: it counts only where there is nothing below it.
    """
    by_level: dict[str, set[str]] = {}
    for code, level in areas:
        by_level.setdefault(level, set()).add(code)
    levels = [level for level in (*[*LEVEL_DIGITS][1:], "province") if level in by_level]
    return frozenset(area_prefix(code) for code in by_level[levels[0]]) if levels else frozenset()


def lies_in(code: str, areas: Collection[str]) -> bool:
    """True if a grid or area code lies in one of the areas, given as prefixes."""
    return any(code.startswith(area) for area in areas)


def common_areas(some: Collection[str], others: Collection[str]) -> tuple[str, ...]:
    """The prefixes of what lies in both: of two that overlap the narrower one."""
    both = [code for code in some if lies_in(code, others)] + [code for code in others if lies_in(code, some)]
    return tuple(sorted(set(both)))
