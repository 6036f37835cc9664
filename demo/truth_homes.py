"""Contradictions about homes, tickets and addresses that the final rows really hold, by the simulation's own ids."""

from __future__ import annotations

from typing import Final

import polars as pl

from demo import distributions as shares
from demo.calendar_texts import day
from demo.cases import Accepted, Cases, key_of


def _said_to_be(titles: pl.LazyFrame, occupancy: str) -> pl.LazyFrame:
    """Dwellings whose titles agree on this use, with the titles as keys."""
    located = titles.filter(pl.col("dwelling") >= 0)
    said = (pl.col("occupancy") == occupancy).all().alias("said")
    return located.group_by("dwelling").agg(said, key_of("property").alias("keys")).filter("said").drop("said")


def _holder_away(known: Accepted) -> pl.LazyFrame:
    """产权人不在住: said to be owner-occupied, somebody lives there, no holder does.

    A holder whose ID number is spoiled cannot be looked for by it: a dwelling with such a holder is no case.
    """
    living = known.residents.filter(pl.col("dwelling") >= 0).select("dwelling", "person").unique()
    located = known.titles.filter(pl.col("dwelling") >= 0)
    findable = located.group_by("dwelling").agg(pl.col("id_defect").is_null().all().alias("ok")).filter("ok")
    holder_at_home = located.join(living, on=["dwelling", "person"], how="semi")
    return (
        _said_to_be(known.titles, "自住")
        .join(findable, on="dwelling", how="semi")
        .join(living, on="dwelling", how="semi")
        .join(holder_at_home, on="dwelling", how="anti")
    )


def _vacant_with_ticket(known: Accepted) -> pl.LazyFrame:
    """空置却有诉求: said to be vacant, with a locatable ticket in the last 180 days."""
    since = day(shares.DELIVERY) - shares.TICKET_WINDOW_DAYS
    recent = known.tickets.filter((pl.col("dwelling") >= 0) & (pl.col("reported_day") >= since))
    return _said_to_be(known.titles, "空置").join(recent, on="dwelling", how="semi")


CASES: Final = (
    Cases("title_holder_not_resident", "dwelling", _holder_away),
    Cases("vacant_with_ticket", "dwelling", _vacant_with_ticket),
)
