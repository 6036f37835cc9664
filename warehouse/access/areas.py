"""Area and grid codes as prefixes of each other (GB/T 2260, GB/T 34300). Not here: the users' areas (policy.py)."""

from __future__ import annotations

from contracts.errors import AccessError

AREA_DIGITS = (2, 4, 6, 9, 12, 15)  # province, city, county, subdistrict, community, grid
COUNTY_DIGITS = 6


def area_prefix(code: str) -> str:
    """The code without trailing levels of zeros: 140213000000 → 140213. AccessError if it is not an area or grid code."""
    digits = [n for n in AREA_DIGITS if n <= len(code)]
    if not (code.isascii() and code.isdigit() and len(code) in AREA_DIGITS and code[:2] != "00"):
        raise AccessError("an area code has 2, 4, 6, 9, 12 or 15 digits", remedy="take it from the area or grid table")
    while len(digits) > 1 and not code[digits[-2] :].strip("0"):
        code = code[: digits[-2]]
        digits.pop()
    return code
