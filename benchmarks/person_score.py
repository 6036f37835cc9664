"""Persons of a release held against the truth of a simulated city: is every row with its true person, and with nobody else.

A row with a usable ID number is an anchor. The cluster of a true person is the `person_id` of most of her anchors, or of
most of her register rows where she has none; a cluster's person is found in the same way. A row was linked when its
`person_id` holds another row of a register; the link is right when that is the cluster of its true person. Nothing here
shows or keeps a value.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from benchmarks.address_score import good_rows
from benchmarks.measures import Score, pairwise, scores

REGISTERS: Final = ("resident", "property")
USABLE: Final = "old_15_digits"  # of the defects, the one that loses nothing
ANOTHERS: Final = "another_persons"  # a valid number, but somebody else's
CROWD: Final = 100  # tickets under one phone from which on it is a platform's or an agency's
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
    """One row per office row: source, record_key, person (true; null for nobody known), is_current, case, anchor,
    person_id (null where no person is named), kind (what the row carries), and the flags."""
    links = pl.DataFrame(city.sql("select source, record_key, person_id from person_link"))
    rows = pl.concat([_true_rows(truth, source) for source in (*REGISTERS, "hotline")])
    rows = rows.join(links, on=["source", "record_key"], how="left")
    rows = rows.join(pl.DataFrame(city.sql(_CARRIED)), on="record_key", how="left")
    return flagged(rows.with_columns(kind=_kind()))


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


def flagged(rows: pl.DataFrame) -> pl.DataFrame:
    """With `wanted` (a register knows the person from another row), `given` (the cluster holds another register row),
    `right` (both, and the cluster is the person's and the person the cluster's)."""
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
    """For each `of` the `value` of most of its register rows, anchors before others."""
    register = rows.filter(pl.col("source").is_in(REGISTERS)).drop_nulls([of, value])
    counts = register.group_by(of, value).agg(pl.col("anchor").sum().alias("anchors"), pl.len().alias("rows"))
    ordered = counts.sort([of, "anchors", "rows", value], descending=[False, True, True, False])
    return ordered.unique(of, keep="first", maintain_order=True).select(of, value)


def by_kind(rows: pl.DataFrame) -> dict[str, Score]:
    """Links per kind of row, then sums of kinds: what was linked without a usable ID number, and all rows.

    A row that names nobody (a call without a name, a platform's) is of nobody to a careful reader, whoever called: it has
    its kinds, and is in the sum of all, but not in that of the named.
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
    """person_ids that hold usable ID numbers of two living persons; somebody's only rows cancelled counts as not living."""
    living = rows.filter(pl.col("anchor") & pl.col("is_current").any().over("person"))
    return living.group_by("person_id").agg(pl.col("person").n_unique()).filter(pl.col("person") > 1).height


def splits(rows: pl.DataFrame) -> int:
    """True persons whose usable ID numbers lie under several person_ids."""
    anchors = rows.filter("anchor")
    return anchors.group_by("person").agg(pl.col("person_id").n_unique()).filter(pl.col("person_id") > 1).height
