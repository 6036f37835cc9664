"""What an ideal reader could know: the truth of every row, and every contradiction the files really hold.

Contradictions are derived from the final rows, all defects included, by the simulation's own ids and never by parsing
an address: a row that ingest must refuse is not there, an address too vague to locate says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from demo import distributions as shares
from demo.addresses import AddressBook
from demo.calendar_texts import day
from demo.identity_numbers import ANOTHERS
from demo.office import Rows

RULES: Final = (
    "hukou_residence_split", "title_holder_not_resident", "vacant_with_ticket", "id_no_nonconforming",
    "duplicate_registration",
)  # fmt: skip


@dataclass(frozen=True)
class Offices:
    """The three offices' rows of one block."""

    resident: Rows
    property: Rows
    hotline: Rows


def _accepted(rows: Rows) -> pl.LazyFrame:
    return rows.truth.lazy().filter(pl.col("reject_kind").is_null())


def _split(residents: pl.LazyFrame) -> pl.LazyFrame:
    """人户分离: registered at one dwelling, living at another, both in the city. Subject: the row."""
    both = (pl.col("dwelling") >= 0) & (pl.col("hukou_dwelling") >= 0)
    return residents.filter(both & (pl.col("dwelling") != pl.col("hukou_dwelling"))).select("record_key", "dwelling")


def _nonconforming(residents: pl.LazyFrame) -> pl.LazyFrame:
    """证件号不合规: the ID number is no valid GB 11643 number (another person's is one). Subject: the row."""
    return residents.filter(pl.col("id_defect") != ANOTHERS).select("record_key", "dwelling")


def _registered_twice(residents: pl.LazyFrame) -> pl.LazyFrame:
    """重复登记: one valid ID number on several rows. Subjects: all of them."""
    valid = residents.filter(pl.col("id_defect").is_null())
    return valid.filter(pl.len().over("person") > 1).select("record_key", "dwelling")


def _dwellings_said_to_be(titles: pl.LazyFrame, occupancy: str) -> pl.LazyFrame:
    located = titles.filter(pl.col("dwelling") >= 0)
    agreed = located.group_by("dwelling").agg((pl.col("occupancy") == occupancy).all().alias("said"))
    return agreed.filter("said").select("dwelling")


def _holder_away(residents: pl.LazyFrame, titles: pl.LazyFrame) -> pl.LazyFrame:
    """产权人不在住: said to be owner-occupied, somebody lives there, no holder does. Subject: the dwelling.

    A holder whose ID number is spoiled cannot be looked for by it: a dwelling with such a holder is no case.
    """
    living = residents.filter(pl.col("dwelling") >= 0).select("dwelling", "person").unique()
    located = titles.filter(pl.col("dwelling") >= 0)
    findable = located.group_by("dwelling").agg(pl.col("id_defect").is_null().all().alias("ok")).filter("ok")
    holder_at_home = located.join(living, on=["dwelling", "person"], how="semi")
    return (
        _dwellings_said_to_be(titles, "自住")
        .join(findable, on="dwelling", how="semi")
        .join(living, on="dwelling", how="semi")
        .join(holder_at_home, on="dwelling", how="anti")
    )


def _vacant_with_ticket(titles: pl.LazyFrame, tickets: pl.LazyFrame) -> pl.LazyFrame:
    """空置却有诉求: said to be vacant, with a locatable ticket in the last 180 days. Subject: the dwelling."""
    since = day(shares.DELIVERY) - shares.TICKET_WINDOW_DAYS
    recent = tickets.filter((pl.col("dwelling") >= 0) & (pl.col("reported_day") >= since))
    return _dwellings_said_to_be(titles, "空置").join(recent, on="dwelling", how="semi")


def contradictions(offices: Offices, book: AddressBook) -> pl.DataFrame:
    """The planted table: rule, source, record_key (null for a dwelling's case), standard_address, grid_code."""
    residents = _accepted(offices.resident).filter("is_current")
    titles = _accepted(offices.property).filter("is_current")
    tickets = _accepted(offices.hotline)
    cases = (
        ("resident", _split(residents)),
        ("property", _holder_away(residents, titles)),
        ("property", _vacant_with_ticket(titles, tickets)),
        ("resident", _nonconforming(residents)),
        ("resident", _registered_twice(residents)),
    )
    frames = []
    for rule, (source, frame) in zip(RULES, cases, strict=True):
        found = frame.collect()
        if "record_key" not in found.columns:
            found = found.with_columns(pl.lit(None, dtype=pl.String).alias("record_key"))
        found = found.select(
            pl.lit(rule).alias("rule"), pl.lit(source).alias("source"), pl.col("record_key"), pl.col("dwelling")
        ).sort("record_key", "dwelling")
        frames.append(found)
    return _with_addresses(pl.concat(frames), book)


def _with_addresses(frame: pl.DataFrame, book: AddressBook) -> pl.DataFrame:
    dwelling = frame["dwelling"].to_numpy()
    return frame.drop("dwelling").with_columns(
        book.standard(dwelling).alias("standard_address"), book.grid_code(dwelling).alias("grid_code")
    )


def rows_truth(rows: Rows, book: AddressBook) -> pl.DataFrame:
    """The truth of an office's rows as it is written down: dwellings as standard addresses, internals gone."""
    truth = _with_addresses(rows.truth, book)
    if "hukou_dwelling" in truth.columns:
        hukou = truth["hukou_dwelling"].to_numpy()
        truth = truth.drop("hukou_dwelling").with_columns(book.standard(hukou).alias("hukou_standard_address"))
    # what is about a building lies in its grid, though in no dwelling
    truth = truth.drop("building_of", "reported_day", strict=False).with_columns(
        book.grid_code(rows.truth["building_of"].to_numpy()).alias("grid_code")
    )
    return truth.with_columns(pl.col("reject_kind").is_not_null().alias("expected_rejected"))
