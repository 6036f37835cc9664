"""`person_said`: what humans decided about two rows, as a relation that the models read."""

from __future__ import annotations

import duckdb

from warehouse.casebook import open_casebook
from warehouse.person_decisions import standing
from warehouse.settings import Settings


def make_person_said(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    connection.execute(
        "create temp table person_said"
        " (left_source varchar, left_key varchar, right_source varchar, right_key varchar, decision varchar)"
    )
    book = open_casebook(settings)
    try:
        rows = [[*d.left, *d.right, d.decision] for d in standing(book)]
    finally:
        book.close()
    if rows:
        connection.executemany("insert into person_said values (?, ?, ?, ?, ?)", rows)
