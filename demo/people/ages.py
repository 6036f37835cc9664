"""Ages in completed years on the delivery's day, for the truth of contradictions."""

from __future__ import annotations

from typing import Final

import polars as pl

from demo.offices.calendar_texts import day
from demo.people.identity_numbers import ANOTHERS
from demo.shares import distributions as shares

# False where a valid ID number contradicts the row's birth date
IS_AGE_KNOWN: Final = pl.col("birth_agrees") | (pl.col("id_defect") != ANOTHERS).fill_null(False)


def latest_birth_day(years: int) -> int:
    """The latest birth day of people who are `years` old on the delivery's day."""
    return day(shares.DELIVERY.replace(year=shares.DELIVERY.year - years))
