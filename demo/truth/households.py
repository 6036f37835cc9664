"""Finds the true contradictions about households in the final rows, by the simulation's ids."""

from __future__ import annotations

from typing import Final

import polars as pl

from demo.people.ages import IS_AGE_KNOWN, latest_birth_day
from demo.truth.cases import AcceptedRows, key_of

_DESCENDANTS: Final = ("子", "女", "独生子", "独生女", "长子", "长女", "孙子", "孙女", "外孙子", "外孙女")
_PARENTS: Final = ("父亲", "母亲")
_SPOUSES: Final = ("配偶", "夫", "妻")
_HOME: Final = pl.max_horizontal(pl.col("hukou_dwelling").max(), -1).alias("dwelling")


def _of_households(rows: pl.LazyFrame) -> pl.LazyFrame:
    """One case per household of these rows, with all its rows as keys."""
    return rows.group_by("household_no").agg(key_of("resident").alias("keys"), _HOME).drop("household_no")


def kinship_contradiction(known: AcceptedRows) -> pl.LazyFrame:
    """亲属关系矛盾: two heads, a child not younger than the head or a parent not older, a spouse below the marriage age."""
    members = known.residents.with_columns(
        is_head=pl.col("relation") == "户主",
        birth=pl.when(IS_AGE_KNOWN).then("birth_day"),
        is_of_age=pl.col("birth_day") <= pl.when("is_male").then(latest_birth_day(22)).otherwise(latest_birth_day(20)),
    )
    heads = members.filter("is_head").select("household_no", head="person", head_birth="birth", head_key="record_key")
    pairs = members.filter(~pl.col("is_head")).join(heads, on="household_no")
    younger_head = pl.col("relation").is_in(_PARENTS) & (pl.col("birth") >= pl.col("head_birth"))
    elder_child = pl.col("relation").is_in(_DESCENDANTS) & (pl.col("birth") <= pl.col("head_birth"))
    too_young = pl.col("relation").is_in(_SPOUSES) & pl.col("birth").is_not_null() & ~pl.col("is_of_age")
    several = pl.col("is_head") & (pl.col("person").filter("is_head").n_unique().over("household_no") > 1)
    of_pairs = pairs.filter(younger_head | elder_child).select("household_no", "record_key", "hukou_dwelling")
    of_rows = members.filter(several | too_young).select("household_no", "record_key", "hukou_dwelling")
    return _of_households(pl.concat([of_pairs, of_rows]).unique("record_key"))


def minor_household(known: AcceptedRows) -> pl.LazyFrame:
    """未成年人独户: all current members of a household registered in the city are under 18."""
    minor = IS_AGE_KNOWN & (pl.col("birth_day") > latest_birth_day(18))
    of_minors = minor.all().over("household_no") & (pl.col("hukou_dwelling") >= 0).any().over("household_no")
    return _of_households(known.residents.filter(of_minors))


def _sellers(known: AcceptedRows) -> pl.LazyFrame:
    """Households and homes where a member held the title and is still registered, but nobody of them holds it now."""
    located = pl.col("dwelling") >= 0
    former = known.holdings.filter(located & ~pl.col("is_current")).select("person", "dwelling").unique()
    held = known.titles.filter(located).select("person", "dwelling").unique()
    registered = known.residents.select("household_no", "person", "record_key", dwelling="hukou_dwelling")
    holders = registered.join(held, on=["person", "dwelling"]).select("household_no", "dwelling")
    return (
        registered.join(former, on=["person", "dwelling"])
        .join(held, on="dwelling", how="semi")
        .join(holders, on=["household_no", "dwelling"], how="anti")
    )


def sold_still_registered(known: AcceptedRows) -> pl.LazyFrame:
    """已售房仍登记原户: the former holder of a home that has another holder now is still registered there."""
    return (
        _sellers(known)
        .group_by("household_no")
        .agg(key_of("resident").alias("keys"), pl.col("dwelling").max())
        .drop("household_no")
    )


def empty_registration(known: AcceptedRows) -> pl.LazyFrame:
    """空挂户: registered at a titled home where no member lives and which no member holds; sellers are another case.

    Every member must be known to live at another dwelling or outside the city.
    """
    away = ((pl.col("dwelling") >= 0) & (pl.col("dwelling") != pl.col("home"))) | (pl.col("address_style") == "outside")
    homes = known.residents.group_by("household_no").agg(
        pl.col("hukou_dwelling").filter(pl.col("hukou_dwelling") >= 0).unique().alias("homes")
    )
    one_home = homes.filter(pl.col("homes").list.len() == 1).select("household_no", home=pl.col("homes").list.first())
    members = known.residents.join(one_home, on="household_no").with_columns(
        away.all().over("household_no").alias("all_away")
    )
    held = known.titles.filter(pl.col("dwelling") >= 0).select("person", home="dwelling").unique()
    holding = members.join(held, on=["person", "home"], how="semi").select("household_no")
    sellers = _sellers(known).select("household_no")
    gone = members.filter("all_away").join(held.select("home").unique(), on="home", how="semi")
    gone = gone.join(holding, on="household_no", how="anti").join(sellers, on="household_no", how="anti")
    return _of_households(gone)
