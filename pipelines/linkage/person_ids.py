"""Keeps the ids of persons from night to night: an id survives new evidence, merges and splits are recorded.

A person's natural id follows from her ID number, or else from her first row. If the served release has the rows under another
id, that id is kept unless it is another person's tonight. Ids that are kept, merged or split are written into the casebook
when the night publishes, so that a rebuild from nothing gives the same ids.
Belongs here: what only code can decide, as relations between the models `united_pair`, `natural_cluster`, `person_id_move`
and `person_change`. Not here: linking rows to persons (`row_person.sql`, `seed_link.sql`, `row_link.sql`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final, NamedTuple

import duckdb
import polars as pl

from contracts.quoting import quote_text
from warehouse.build.python_model import PythonModel
from warehouse.casebook.casebook import open_casebook
from warehouse.casebook.person_id_log import PersonIdChange, person_id_changes
from warehouse.frames import frame_as
from warehouse.releases.served import served_city
from warehouse.settings import Settings

UNITED_ID_SCHEMA: Final = {"natural_id": pl.String, "root": pl.String}
CHANGE_SCHEMA: Final = {
    "nth": pl.Int64, "change": pl.String, "old_id": pl.String, "new_id": pl.String, "changed_on": pl.Date,
}  # fmt: skip
SERVED_COLUMNS: Final = {"person": ("person_id",), "person_link": ("source", "record_key", "person_id")}


class PersonIdAssignment(NamedTuple):
    """Rows that the served release has under the id `earlier` and that belong to another id tonight: `person_id_move`."""

    natural: str  # the natural id of their person tonight
    default: str  # her id by the changes recorded so far
    earlier: str
    rows: int
    default_is_known: bool  # the served release has a person with that id
    earlier_lives: bool  # `earlier` is the id of another person tonight


def make_united_id(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Create `united_id`: each natural id that people joined with another, and the smallest of those joined (`root`)."""
    roots = merged_clusters(connection.execute("select left_id, right_id from united_pair").fetchall())
    _create_table(connection, "united_id", pl.DataFrame(list(roots.items()), schema=UNITED_ID_SCHEMA, orient="row"))


def merged_clusters(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The smallest connected id of each id in the pairs (connected components)."""
    root: dict[str, str] = {}

    def find(one: str) -> str:
        while root.setdefault(one, one) != one:
            one = root[one]
        return one

    for left, right in pairs:
        low, high = sorted((find(left), find(right)))
        root[high] = low
    return {one: find(one) for one in root}


def make_person_id_log(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Create `person_id_log`: the casebook's changes of ids, in the order `nth`."""
    with open_casebook(settings) as casebook:
        changes = person_id_changes(casebook)
    _create_table(connection, "person_id_log", _numbered_changes(changes))


def make_served(connection: duckdb.DuckDBPyConnection, settings: Settings, table: str) -> None:
    """Create the view `served_<table>`: columns of a city table of the served release; empty without a release."""
    attached = connection.execute("select 1 from duckdb_databases() where database_name = 'served'").fetchall()
    if not attached and (path := served_city(settings)):  # checked once for all tables
        connection.execute(f"attach {quote_text(path)} as served (read_only)")
        attached = [(1,)]
    if attached:
        rows = f"select {', '.join(SERVED_COLUMNS[table])} from served.{table}"
    else:
        rows = f"select {', '.join(f'cast(null as varchar) as {name}' for name in SERVED_COLUMNS[table])} where false"
    connection.execute(f"create temp view served_{table} as {rows}")


def make_person_change_tonight(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Create `person_change_tonight`: the changes of `decide`, in its order."""
    moves = connection.execute(
        "select natural_id, default_id, earlier_id, row_count, default_is_known, earlier_lives from person_id_move"
    )
    _create_table(
        connection,
        "person_change_tonight",
        _numbered_changes(decide(PersonIdAssignment(*row) for row in moves.fetchall())),
    )


def decide(moved: Iterable[PersonIdAssignment]) -> list[PersonIdChange]:
    """The changes of ids whose rows moved; of several earlier ids the one with most rows is kept. Deterministic."""
    by_person: dict[tuple[str, str], list[PersonIdAssignment]] = defaultdict(list)
    for move in moved:
        by_person[move.natural, move.default].append(move)
    changes, used_ids = [], set[str]()
    for (natural, default), moves in sorted(by_person.items()):
        moves.sort(key=lambda m: (-m.rows, m.earlier))
        free = [m.earlier for m in moves if not m.earlier_lives and m.earlier not in used_ids]
        kept_id = default
        if not moves[0].default_is_known:
            if free:
                kept_id = free.pop(0)
                changes.append(PersonIdChange("kept", natural, kept_id))
            else:
                changes.append(PersonIdChange("split", moves[0].earlier, default))
        used_ids |= {kept_id, *free}
        changes += [PersonIdChange("merged", earlier, kept_id) for earlier in free]
    return changes


def _numbered_changes(changes: Sequence[PersonIdChange]) -> pl.DataFrame:
    rows = [(nth, *change) for nth, change in enumerate(changes)]
    return pl.DataFrame(rows, schema=CHANGE_SCHEMA, orient="row")


def _create_table(connection: duckdb.DuckDBPyConnection, relation: str, rows: pl.DataFrame) -> None:
    with frame_as(connection, "rows_of_code", rows):
        connection.execute(f"create temp table {relation} as select * from rows_of_code")


PERSON_IDS: Final = {
    "united_id": PythonModel(make_united_id, frozenset({"united_pair"})),
    "person_id_log": PythonModel(make_person_id_log),
    **{f"served_{table}": PythonModel(partial(make_served, table=table), is_view=True) for table in SERVED_COLUMNS},
    "person_change_tonight": PythonModel(make_person_change_tonight, frozenset({"person_id_move"})),
}
