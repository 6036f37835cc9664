"""`person_decision`: what humans decided about two rows, as a relation that the models read."""

from __future__ import annotations

import duckdb

from warehouse.casebook.casebook import open_casebook
from warehouse.review.persons import current_decisions
from warehouse.settings import Settings


def make_person_decision(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    connection.execute(
        "create temp table person_decision"
        " (left_source varchar, left_key varchar, right_source varchar, right_key varchar, decision varchar)"
    )
    book = open_casebook(settings)
    try:
        rows = [[*d.left, *d.right, d.decision] for d in current_decisions(book)]
    finally:
        book.close()
    if rows:
        connection.executemany("insert into person_decision values (?, ?, ?, ?, ?)", rows)
