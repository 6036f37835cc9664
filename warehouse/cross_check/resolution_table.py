"""Makes `finding_resolution`, the resolutions of the casebook's verdicts, for the cross-check. No model reads it.

Not here: resolving verdicts (fieldwork/resolution.py), observed values (build/observed_values.py).
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


def load_resolutions(connection: duckdb.DuckDBPyConnection, verdicts: Iterable[Verdict]) -> None:
    """Make the temp table `finding_resolution`: one row per finding and evidence that has a verdict.

    A finding whose present evidence has no row is open and unvisited.
    """
    resolutions = resolve_all(verdicts)
    rows = [(*about, r.status, r.verdict, r.reason, r.visits) for about, r in sorted(resolutions.items())]
    with frame_as(connection, "resolved_rows", pl.DataFrame(rows, schema=SCHEMA, orient="row")):
        connection.execute(f"create or replace temp table {FINDING_RESOLUTION} as select * from resolved_rows")
