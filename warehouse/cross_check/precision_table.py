"""Makes `rule_figure` in the candidate at cross-check time: the precision of every rule by the casebook's verdicts.

Not here: the computation (precision.py), the status of a stopped rule's findings (finding.sql).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import duckdb
import polars as pl

from contracts.model import Catalog
from warehouse.build.engine import create
from warehouse.cross_check.decisions import RuleDecision
from warehouse.cross_check.precision import RulePrecision, judged_visits, rule_precision
from warehouse.fieldwork.verdicts import Verdict
from warehouse.frames import frame_as

SCHEMA: Final = {
    **dict.fromkeys(("rule", "area_code"), pl.String),
    **dict.fromkeys(("confirmed", "wrong", "other", "visits"), pl.Int64),
    **dict.fromkeys(("share", "low", "high"), pl.Float64),
    "state": pl.String, "since": pl.Datetime,
}  # fmt: skip


def make_rule_precision(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    verdicts: Iterable[Verdict],
    decisions: Sequence[RuleDecision],
    rules: Collection[str],
) -> list[RulePrecision]:
    """Make the table for these rules, in all areas that have a grid or a finding in `found`."""
    areas = connection.execute("""
        select distinct left(area_code, 9) from area where level = 'grid'
        union select distinct left(grid_code, 9) from found where grid_code is not null order by 1""").fetchall()
    figures = rule_precision(judged_visits(verdicts), decisions, rules, [area for (area,) in areas])
    rows = [f._replace(since=f.since.replace(tzinfo=None) if f.since else None) for f in figures]
    with frame_as(connection, "figure_rows", pl.DataFrame(rows, schema=SCHEMA, orient="row")):
        create(connection, catalog.tables["city.rule_figure"], "select * from figure_rows")
    return figures
