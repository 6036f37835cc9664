"""`finding_resolution`: what the verdicts of the casebook come to, as a relation for the cross-check. No model reads it.

Not here: how verdicts are weighed (fieldwork/resolution.py), what becomes of the values seen (build/observed_values.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import duckdb
import polars as pl

from warehouse.fieldwork.resolution import resolve_all
from warehouse.fieldwork.verdicts import Verdict
from warehouse.frames import frame_as

FINDING_RESOLUTION: Final = "finding_resolution"
SCHEMA: Final = {
    **dict.fromkeys(("finding_id", "evidence_hash", "status", "verdict", "reason"), pl.String),
    "visits": pl.Int64,
}  # fmt: skip


def load_resolutions(connection: duckdb.DuckDBPyConnection, given: Iterable[Verdict]) -> None:
    """Make the temp table `finding_resolution`: one row per finding and evidence that somebody gave a verdict about.

    A finding whose evidence has no row is open and unvisited: nobody has seen what it says now.
    """
    stands = resolve_all(given)
    rows = [(*about, s.status, s.verdict, s.reason, s.visits) for about, s in sorted(stands.items())]
    with frame_as(connection, "resolved_rows", pl.DataFrame(rows, schema=SCHEMA, orient="row")):
        connection.execute(f"create or replace temp table {FINDING_RESOLUTION} as select * from resolved_rows")
