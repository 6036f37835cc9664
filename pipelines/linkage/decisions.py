"""The Python model `person_decision`: people's decisions that two rows are one person or two."""

from __future__ import annotations

import duckdb

from warehouse.casebook.casebook import open_casebook
from warehouse.review.persons import current_decisions
from warehouse.settings import Settings


def make_person_decision(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Create `person_decision`: left_source, left_key, right_source, right_key, decision."""
    connection.execute(
        "create temp table person_decision"
        " (left_source varchar, left_key varchar, right_source varchar, right_key varchar, decision varchar)"
    )
    with open_casebook(settings) as casebook:
        rows = [[*d.left, *d.right, d.decision] for d in current_decisions(casebook)]
    if rows:
        connection.executemany("insert into person_decision values (?, ?, ?, ?, ?)", rows)
