"""Finds the true contradictions about persons and households in the final rows, by the simulation's ids.

Ages are those on the delivery's day; a row whose birth date contradicts its ID number has none.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from demo.people.ages import IS_AGE_KNOWN, latest_birth_day
from demo.people.identity_numbers import ANOTHERS
from demo.truth.cases import AcceptedRows, Cases, key_of
from demo.truth.households import empty_registration, kinship_contradiction, minor_household, sold_still_registered

_LIVES: Final = pl.col("dwelling")
_REGISTERED: Final = pl.col("hukou_dwelling")
_USABLE: Final = pl.col("id_defect").is_null() | (pl.col("id_defect") == "old_15_digits")
_VERY_OLD: Final = IS_AGE_KNOWN & (pl.col("birth_day") <= latest_birth_day(111))


def _of_persons(rows: pl.LazyFrame, where: str = "dwelling") -> pl.LazyFrame:
    """One case per person of these rows, with all her rows as keys."""
    return rows.group_by("person").agg(key_of("resident").alias("keys"), pl.col(where).max().alias("dwelling"))


def _split(known: AcceptedRows) -> pl.LazyFrame:
    """人户分离: lives at one dwelling of the city and is registered at another, with no registration where she lives."""
    located = known.residents.filter((_LIVES >= 0) & (_REGISTERED >= 0))
    registered = known.residents.select("person", _REGISTERED.alias("dwelling"))
    return _of_persons(located.filter(_LIVES != _REGISTERED).join(registered, on=["person", "dwelling"], how="anti"))


def _here_without_hukou(known: AcceptedRows) -> pl.LazyFrame:
    """人在户不在: lives at a dwelling here as 户籍人口, with a hukou address outside the city."""
    outside = pl.col("hukou_address_style") == "outside"
    return _of_persons(known.residents.filter(outside & pl.col("is_local") & (_LIVES >= 0)))


def _hukou_without_presence(known: AcceptedRows) -> pl.LazyFrame:
    """户在人不在: registered at a dwelling here, with a living address outside the city."""
    outside = pl.col("address_style") == "outside"
    return _of_persons(known.residents.filter(outside & pl.col("is_local") & (_REGISTERED >= 0)), "hukou_dwelling")


def _nonconforming(known: AcceptedRows) -> pl.LazyFrame:
    """证件号不合规: the ID number is no valid GB 11643 number (another person's is), and no spreadsheet rounded it."""
    return _of_persons(known.residents.filter(~pl.col("id_defect").is_in([ANOTHERS, "excel_float"])))


def _mismatch(known: AcceptedRows) -> pl.LazyFrame:
    """证件与生日性别不符: a valid number with another birth date or sex than the row."""
    valid = pl.col("id_defect").is_null() | (pl.col("id_defect") == ANOTHERS)
    return _of_persons(known.residents.filter(valid & ~(pl.col("birth_agrees") & pl.col("sex_agrees"))))


def _registered_twice(known: AcceptedRows) -> pl.LazyFrame:
    """重复登记: one usable ID number on several rows of one household."""
    usable = known.residents.filter(_USABLE)
    return _of_persons(usable.filter(pl.len().over("person", "household_no") > 1))


def _several_households(known: AcceptedRows) -> pl.LazyFrame:
    """一人多户: one usable ID number in several households."""
    usable = known.residents.filter(_USABLE)
    return _of_persons(usable.filter(pl.col("household_no").n_unique().over("person") > 1))


def _death_not_cancelled(known: AcceptedRows) -> pl.LazyFrame:
    """死亡未注销: a current registration of somebody over 110, or whose other registration was cancelled by death."""
    dead = known.registrations.filter(pl.col("cancel_reason") == "死亡").select("person")
    found = pl.concat([known.residents.filter(_VERY_OLD), known.residents.join(dead, on="person", how="semi")])
    return _of_persons(found.unique("record_key"))


def _elderly_alone(known: AcceptedRows) -> pl.LazyFrame:
    """独居老人未建档: the only person living in a home, aged 70 to 110, without an open care file.

    The residence of all members of her household must be known, because one of unknown residence may live with her.
    """
    somewhere = (_LIVES >= 0) | (pl.col("address_style") == "outside")
    residents = known.residents.with_columns(somewhere.all().over("household_no").alias("all_known"))
    alone = residents.filter((_LIVES >= 0) & (pl.col("person").n_unique().over("dwelling") == 1))
    old = (pl.col("birth_day") <= latest_birth_day(70)) & IS_AGE_KNOWN & ~_VERY_OLD
    filed = known.elderly_files.filter("is_current").select("person")
    return _of_persons(alone.filter(old & pl.col("all_known")).join(filed, on="person", how="anti"))


CASES: Final = (
    Cases("hukou_residence_split", "person", _split),
    Cases("here_without_hukou", "person", _here_without_hukou),
    Cases("hukou_without_presence", "person", _hukou_without_presence),
    Cases("id_no_nonconforming", "person", _nonconforming),
    Cases("id_birth_sex_mismatch", "person", _mismatch),
    Cases("duplicate_registration", "person", _registered_twice),
    Cases("several_households", "person", _several_households),
    Cases("death_not_cancelled", "person", _death_not_cancelled),
    Cases("elderly_alone_unfiled", "person", _elderly_alone),
    Cases("empty_registration", "household", empty_registration),
    Cases("kinship_contradiction", "household", kinship_contradiction),
    Cases("minor_household", "household", minor_household),
    Cases("sold_still_registered", "household", sold_still_registered),
)
