"""`finding_standing`: what the verdicts of the casebook come to, as a relation for the cross-check. No model reads it.

Not here: how verdicts are weighed (standing.py), what becomes of the values seen (seen.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import duckdb
import polars as pl

from warehouse.door.standing import standings
from warehouse.door.verdicts import Verdict

STANDING: Final = "finding_standing"
SCHEMA: Final = {
    **dict.fromkeys(("finding_id", "evidence_hash", "status", "verdict", "reason"), pl.String),
    "visits": pl.Int64,
}  # fmt: skip


def load_standing(connection: duckdb.DuckDBPyConnection, given: Iterable[Verdict]) -> None:
    """Make the temp table `finding_standing`: one row per finding and evidence that somebody gave a verdict about.

    A finding whose evidence has no row is open and unvisited: nobody has seen what it says now.
    """
    stands = standings(given)
    rows = [(*about, s.status, s.verdict, s.reason, s.visits) for about, s in sorted(stands.items())]
    connection.register("standing_rows", pl.DataFrame(rows, schema=SCHEMA, orient="row"))
    connection.execute(f"create or replace temp table {STANDING} as select * from standing_rows")
    connection.unregister("standing_rows")
