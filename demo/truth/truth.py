"""Writes the truth of every row and all contradictions the files really have: what an ideal reader could know.

Contradictions are derived from the final rows with all defects, by the simulation's own ids and never by parsing an
address: rows that ingest must reject are left out, an address too vague to locate has no dwelling.

Matching findings with cases: every case has `keys`, rows (`source:record_key`) that are about this case's subject and no
other of its rule. A finding hits a case of its rule if its evidence rows (`finding_evidence`: source || ':' || record_key)
include any of the case's keys. A case that no finding hits is missed; a finding that hits no case is false.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from demo.offices.office import Offices, Rows
from demo.spellings.addresses import AddressBook
from demo.truth import homes, people
from demo.truth.cases import AcceptedRows, Cases

CASES: Final = (*people.CASES, *homes.CASES)
RULES: Final = tuple(cases.rule for cases in CASES)
_INTERNAL: Final = (  # columns needed only to derive contradictions
    "building_of", "reported_day", "birth_day", "birth_agrees", "sex_agrees", "is_male", "is_local", "relation",
    "cancel_reason",
)  # fmt: skip


def contradictions(offices: Offices, book: AddressBook) -> pl.DataFrame:
    """The planted table, one row per case: rule, subject, keys, standard_address and grid_code (null without a place)."""
    known = AcceptedRows.of(offices, book.buildings)
    found = pl.collect_all([cases.find(known) for cases in CASES])
    return _with_addresses(pl.concat(map(_labelled, CASES, found)), book)


def _labelled(cases: Cases, found: pl.DataFrame) -> pl.DataFrame:
    """The cases with rule and subject, in a fixed order."""
    rule, subject = pl.lit(cases.rule).alias("rule"), pl.lit(cases.subject).alias("subject")
    return found.select(rule, subject, pl.col("keys").list.sort(), pl.col("dwelling")).sort("keys")


def _with_addresses(frame: pl.DataFrame, book: AddressBook) -> pl.DataFrame:
    dwelling = frame["dwelling"].to_numpy()
    return frame.drop("dwelling").with_columns(
        book.standard(dwelling).alias("standard_address"), book.grid_code(dwelling).alias("grid_code")
    )


def rows_truth(rows: Rows, book: AddressBook) -> pl.DataFrame:
    """The truth of an office's rows as written to Parquet: dwellings as standard addresses, without internal columns."""
    truth = _with_addresses(rows.truth, book)
    if "hukou_dwelling" in truth.columns:
        hukou = truth["hukou_dwelling"].to_numpy()
        truth = truth.drop("hukou_dwelling").with_columns(book.standard(hukou).alias("hukou_standard_address"))
    # a row about a building lies in its grid, even if it has no dwelling
    truth = truth.drop(_INTERNAL, strict=False).with_columns(
        book.grid_code(rows.truth["building_of"].to_numpy()).alias("grid_code")
    )
    return truth.with_columns(pl.col("reject_kind").is_not_null().alias("expected_rejected"))
