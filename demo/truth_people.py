"""Contradictions about persons and households that the final rows really hold, by the simulation's own ids."""

from __future__ import annotations

from typing import Final

import polars as pl

from demo.cases import Accepted, Cases, key_of, row_by_row
from demo.identity_numbers import ANOTHERS


def _split(known: Accepted) -> pl.LazyFrame:
    """人户分离: registered at one dwelling, living at another, both in the city."""
    both = (pl.col("dwelling") >= 0) & (pl.col("hukou_dwelling") >= 0)
    return row_by_row("resident", known.residents.filter(both & (pl.col("dwelling") != pl.col("hukou_dwelling"))))


def _nonconforming(known: Accepted) -> pl.LazyFrame:
    """证件号不合规: the ID number is no valid GB 11643 number (another person's is one)."""
    return row_by_row("resident", known.residents.filter(pl.col("id_defect") != ANOTHERS))


def _registered_twice(known: Accepted) -> pl.LazyFrame:
    """重复登记: one valid ID number on several rows."""
    valid = known.residents.filter(pl.col("id_defect").is_null())
    several = valid.group_by("person").agg(key_of("resident").alias("keys"), pl.col("dwelling").first())
    return several.filter(pl.col("keys").list.len() > 1).select("keys", "dwelling")


CASES: Final = (
    Cases("hukou_residence_split", "person", _split),
    Cases("id_no_nonconforming", "person", _nonconforming),
    Cases("duplicate_registration", "person", _registered_twice),
)
