"""Days of the calendar as regular expressions, which Polars and DuckDB read alike; one match tests both form and day.

Not here: text → dates (`pipelines/ingest/clean.py`).
"""

from __future__ import annotations

_LEAP = "(?:0[48]|[2468][048]|[13579][26])"
YEAR, LEAP_YEAR = "(?:18|19|20|21)[0-9]{2}", f"(?:(?:18|19|20|21){_LEAP}|2000)"
YEAR_OF_1900, LEAP_YEAR_OF_1900 = "[0-9]{2}", _LEAP  # two digits; 1900 was no leap year


def days(
    year: str = YEAR, leap_year: str = LEAP_YEAR, zero: str = "0", gaps: tuple[str, str, str] = ("", "", "")
) -> str:
    """A pattern for every day from 1800 to 2199 as `20240301`; with `zero` "0?" and `gaps` 年月日 as `2024年3月1日`."""
    after_year, after_month, end = gaps
    # every month has 28 days, all but February 30; February's 29th needs a leap year
    always = (
        f"(?:{zero}[1-9]|1[0-2]){after_month}(?:{zero}[1-9]|1[0-9]|2[0-8])"
        f"|(?:{zero}[13-9]|1[0-2]){after_month}(?:29|30)"
        f"|(?:{zero}[13578]|1[02]){after_month}31"
    )
    return f"(?:{year}{after_year}(?:{always})|{leap_year}{after_year}{zero}2{after_month}29){end}"
