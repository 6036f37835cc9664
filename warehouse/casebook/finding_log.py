"""The log of findings in the casebook, written by published nights: when each appeared, changed or went. Append-only.

A rebuild from nothing reads it, so that every finding has the same days again. Not here: making findings
(cross_check/run.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import duckdb
import polars as pl

from contracts.quoting import quote_text
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.tables import finding_log
from warehouse.frames import frame_as

FINDING_KNOWN: Final = "finding_known"
SCHEMA: Final = {
    "id": pl.Int64, "finding_id": pl.String, "rule": pl.String, "change": pl.String, "evidence_hash": pl.String,
    "grid_code": pl.String, "seen_on": pl.Date,
}  # fmt: skip
AT_ONCE: Final = 50_000  # rows of one insert: a city's first night has hundreds of thousands of findings


class FindingChange(NamedTuple):
    """A change of one finding. appeared · changed: it has other evidence · gone: no rule finds it any more.

    `seen_on` is the day of the newest data of that night.
    """

    finding_id: str
    rule: str
    change: Literal["appeared", "changed", "gone"]
    evidence_hash: str
    grid_code: str | None
    seen_on: date
    release_id: str


def load_known(connection: duckdb.DuckDBPyConnection, casebook: Casebook) -> None:
    """Make the temp table `finding_known`: each finding ever published with its first day, newest evidence and its day."""
    rows = casebook.ledger.columns(finding_log, tuple(SCHEMA))
    with frame_as(connection, "log_rows", pl.DataFrame(rows, schema=SCHEMA, orient="row")):
        connection.execute(f"""
            create or replace temp table {FINDING_KNOWN} as
            select finding_id, min(seen_on) as first_seen,
                   max_by(seen_on, id) filter (where change <> 'gone') as evidence_since,
                   max_by(evidence_hash, id) as evidence_hash, any_value(rule) as rule, max_by(grid_code, id) as grid_code,
                   max_by(change, id) = 'gone' as is_gone
            from log_rows group by finding_id""")


def append(casebook: Casebook, city: Path, release_id: str, silent: Collection[str] = ()) -> None:
    """Append the changes of findings in the published database `city`. Idempotent.

    Findings of `silent` rules, which could not run tonight, do not count as gone.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach {quote_text(city)} as city (read_only)")
        load_known(connection, casebook)
        found = connection.execute(
            f"""
            select f.finding_id, f.rule, case when k.finding_id is null or k.is_gone then 'appeared' else 'changed' end,
                   f.evidence_hash, f.grid_code, f.last_seen
            from city.finding f left join {FINDING_KNOWN} k on k.finding_id = f.finding_id
            where k.finding_id is null or k.is_gone or k.evidence_hash <> f.evidence_hash
            union all
            select k.finding_id, k.rule, 'gone', k.evidence_hash, k.grid_code, (select max(delivered_on) from city.delivery)
            from {FINDING_KNOWN} k
            where not k.is_gone and not list_contains($silent, k.rule)
              and not exists (select 1 from city.finding f where f.finding_id = k.finding_id)
            order by 1""",
            {"silent": [*silent]},
        )
        while some := found.fetchmany(AT_ONCE):
            casebook.ledger.extend(finding_log, [_row(row, release_id) for row in some])


def changes_of(casebook: Casebook, finding_id: str) -> list[FindingChange]:
    """The changes of one finding, oldest first; empty for one that was never published."""
    return casebook.ledger.records(FindingChange, finding_log, finding_log.c.finding_id == finding_id)


def _row(values: Iterable[Any], release_id: str) -> dict[str, Any]:
    return dict(zip(FindingChange._fields, (*values, release_id), strict=True))
