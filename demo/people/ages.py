"""Ages on the delivery's day, as the truth of contradictions counts them: in completed years."""

from __future__ import annotations

from typing import Final

import polars as pl

from demo.offices.calendar_texts import day
from demo.people.identity_numbers import ANOTHERS
from demo.shares import distributions as shares

# A birth date that a valid number beside it denies is in doubt, and tells no age.
TELLS_AGE: Final = pl.col("birth_agrees") | (pl.col("id_defect") != ANOTHERS).fill_null(False)


def born(years: int) -> int:
    """The last birth day of those who had completed so many years on the delivery's day."""
    return day(shares.DELIVERY.replace(year=shares.DELIVERY.year - years))
