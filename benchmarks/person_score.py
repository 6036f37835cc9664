"""Compares the persons of a release with the truth of a simulated city: each row's person, and merged or split ones.

A row with a usable ID number is an anchor. A true person's cluster is the `person_id` of most of her anchors, or of most of
her register rows if she has none; a cluster's person is found in the same way. A row is linked if its `person_id` has another
register row; the link is right if that is the cluster of its true person. No value is shown or stored.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from benchmarks.address_score import good_rows
from benchmarks.measures import Score, pairwise, scores

REGISTERS: Final = ("resident", "property")
USABLE: Final = "old_15_digits"  # the only defect that loses no information
ANOTHERS: Final = "another_persons"  # a valid number of somebody else
CROWD: Final = 100  # tickets; a phone on more is a platform's or an agency's
_CARRIED: Final = f"""
select ticket_no as record_key,
       case when requester_name is null then 'no name'
            when requester_name = '网上平台' then 'platform'
            when length(requester_name) = 1 or regexp_matches(requester_name, '(女士|先生)$') then 'title'
            else 'full name' end
       || case when requester_phone_token is null then ', no phone'
               when count(*) over (partition by requester_phone_token) > {CROWD} then ', a crowd''s phone'
               else ' + phone' end
       || case when dwelling_id is null then ', no home' else ' + home' end as carried
from source.hotline
"""


def persons(city: duckdb.DuckDBPyConnection, truth: Path) -> pl.DataFrame:
    """One row per office row with the flags `wanted`, `given`, `right`.

    Further columns: source, record_key, person (the true one; null if unknown), is_current, case, anchor, person_id (null if
    the row names nobody), kind (of information in the row).
    """
    links = pl.DataFrame(city.sql("select source, record_key, person_id from person_link"))
    rows = pl.concat([_true_rows(truth, source) for source in (*REGISTERS, "hotline")])
    rows = rows.join(links, on=["source", "record_key"], how="left")
    rows = rows.join(pl.DataFrame(city.sql(_CARRIED)), on="record_key", how="left")
    return with_flags(rows.with_columns(kind=_kind()))


def _true_rows(truth: Path, source: str) -> pl.DataFrame:
    rows = good_rows(truth, source)
    absent = {name: pl.lit(None, dtype=pl.String) for name in ("id_defect", "person_case")}
    rows = rows.with_columns(column.alias(name) for name, column in absent.items() if name not in rows.columns)
    usable = pl.col("id_defect").is_null() | (pl.col("id_defect") == USABLE)
    return rows.select(
        pl.lit(source).alias("source"),
        "record_key",
        "person",
        (pl.col("is_current") if "is_current" in rows.columns else pl.lit(True)).alias("is_current"),
        pl.col("person_case").alias("case"),
        "id_defect",
        (usable if source in REGISTERS else pl.lit(False)).alias("anchor"),
    )


def _kind() -> pl.Expr:
    register = pl.when(pl.col("source") == "resident").then(pl.lit("resident")).otherwise(pl.lit("title"))
    return (
        pl.when(pl.col("source") == "hotline")
        .then(pl.concat_str(pl.lit("ticket: "), "carried"))
        .when("anchor")
        .then(pl.concat_str(register, pl.lit(", usable ID")))
        .when(pl.col("id_defect") == ANOTHERS)
        .then(pl.concat_str(register, pl.lit(", another person's ID")))
        .otherwise(pl.concat_str(register, pl.lit(", no usable ID")))
    )


def with_flags(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `wanted` (the person has another register row), `given` (so has the cluster), `right` (both, and they match)."""
    in_register = pl.col("source").is_in(REGISTERS)
    for of, value, name in (("person", "person_id", "cluster_of_person"), ("person_id", "person", "person_of_cluster")):
        rows = rows.join(_most(rows, of, value).rename({value: name}), on=of, how="left")
    rows = rows.with_columns(
        ((in_register.sum().over(of) > in_register.cast(pl.Int64)) & pl.col(of).is_not_null()).alias(flag)
        for of, flag in (("person", "wanted"), ("person_id", "given"))
    )
    theirs = (pl.col("person_id") == pl.col("cluster_of_person")) & (pl.col("person") == pl.col("person_of_cluster"))
    return rows.with_columns(right=(pl.col("wanted") & pl.col("given") & theirs).fill_null(False))


def _most(rows: pl.DataFrame, of: str, value: str) -> pl.DataFrame:
    """The `value` of most register rows of each `of`, with anchors counted first."""
    register = rows.filter(pl.col("source").is_in(REGISTERS)).drop_nulls([of, value])
    counts = register.group_by(of, value).agg(pl.col("anchor").sum().alias("anchors"), pl.len().alias("rows"))
    ordered = counts.sort([of, "anchors", "rows", value], descending=[False, True, True, False])
    return ordered.unique(of, keep="first", maintain_order=True).select(of, value)


def by_kind(rows: pl.DataFrame) -> dict[str, Score]:
    """Scores per kind of row, then for rows without a usable ID number and for all rows.

    Rows that name nobody (anonymous calls, a platform's) have kinds of their own and count in the totals, but not among the
    rows that name somebody.
    """
    named = pl.col("source").is_in(REGISTERS) | pl.col("carried").str.contains("^(full name|title)")
    without = rows.filter(~pl.col("anchor"))
    return {
        **scores(rows, "kind"),
        "auto-links: rows that name somebody": scores(without.filter(named))["all"],
        "auto-links: all without a usable ID": scores(without)["all"],
        "all rows": scores(rows)["all"],
        "all pairs of rows": pairwise(rows, "person_id", "person"),
    }


def wrong_merges(rows: pl.DataFrame) -> int:
    """The number of person_ids with usable ID numbers of two living persons (those with a row that is not cancelled)."""
    living = rows.filter(pl.col("anchor") & pl.col("is_current").any().over("person"))
    return living.group_by("person_id").agg(pl.col("person").n_unique()).filter(pl.col("person") > 1).height


def splits(rows: pl.DataFrame) -> int:
    """The number of true persons whose usable ID numbers are under several person_ids."""
    anchors = rows.filter("anchor")
    return anchors.group_by("person").agg(pl.col("person_id").n_unique()).filter(pl.col("person_id") > 1).height
