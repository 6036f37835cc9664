"""`door_value`: what was seen at doors and stands, as a relation that the night reads before it knows any person or home.

A value stands where the finding it was written about is closed, by workers who agree or by a lead; what is contested never
does. It stays when the evidence changes later: what was seen was seen, and what is newer is weighed against its day.
Not here: whose values they are tonight (pipelines/doorstep.py), whether they are shown (golden.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

import duckdb
import polars as pl

from warehouse.casebook import open_casebook
from warehouse.door.standing import newest_last, standings
from warehouse.door.verdicts import Verdict, history
from warehouse.settings import Settings

DOOR_VALUE: Final = "door_value"
TEXTS: Final = ("record_key", "entity", "entity_id", "attribute", "value", "value_token", "dwelling_id")
SCHEMA: Final = {"nth": pl.Int64, **dict.fromkeys(TEXTS, pl.String), "row_no": pl.Int64, "seen_on": pl.Date}


class DoorSeen(NamedTuple):
    """A value that stands. `nth` is its place among all, oldest first; `row_no` the number of its verdict."""

    nth: int
    record_key: str
    entity: str
    entity_id: str
    attribute: str
    value: str
    value_token: str | None
    dwelling_id: str | None
    row_no: int
    seen_on: date


def seen(verdicts: Iterable[Verdict]) -> list[DoorSeen]:
    """The values of all verdicts that stand."""
    verdicts = list(verdicts)
    stands = {key for s in standings(verdicts).values() for key in s.keys}
    told = [
        (v, n, value)
        for v in sorted(verdicts, key=newest_last) if v.key in stands
        for n, value in enumerate(v.values)
    ]  # fmt: skip
    return [DoorSeen(nth, f"{v.key}/{n}", *value, v.id, v.seen_on) for nth, (v, n, value) in enumerate(told)]


def make_door_value(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """The values that stand by the deployment's casebook."""
    casebook = open_casebook(settings)
    try:
        keep(connection, seen(history(casebook)))
    finally:
        casebook.close()


def keep(connection: duckdb.DuckDBPyConnection, values: Sequence[DoorSeen]) -> None:
    """Make the temp table `door_value` of these values."""
    connection.register("seen_rows", pl.DataFrame(values, schema=SCHEMA, orient="row"))
    connection.execute(f"create temp table {DOOR_VALUE} as select * from seen_rows")
    connection.unregister("seen_rows")
