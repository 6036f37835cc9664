"""Makes `observed_value`: the observed values that count, which the night reads before it resolves any entity.

A value counts once its finding is closed, by workers who agree or by a lead; a contested value never does. It still counts
when the evidence changes later: survivorship weighs it by its day against newer claims.
Not here: the person or dwelling it belongs to now (the model `observed_claim`), whether it is shown (survivorship.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

import duckdb
import polars as pl

from warehouse.casebook.casebook import open_casebook
from warehouse.fieldwork.resolution import newest_last, resolve_all
from warehouse.fieldwork.verdicts import Verdict, history
from warehouse.frames import frame_as
from warehouse.settings import Settings

OBSERVED_VALUE: Final = "observed_value"
TEXTS: Final = ("record_key", "entity", "entity_id", "attribute", "value", "value_token", "dwelling_id")
SCHEMA: Final = {"nth": pl.Int64, **dict.fromkeys(TEXTS, pl.String), "row_no": pl.Int64, "seen_on": pl.Date}


class ResolvedValue(NamedTuple):
    """An observed value that counts. `nth` is its place among all, oldest first; `row_no` the id of its verdict."""

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


def resolved_values(verdicts: Iterable[Verdict]) -> list[ResolvedValue]:
    """The values of all verdicts that decide a finding, oldest first."""
    verdicts = list(verdicts)
    deciding = {key for s in resolve_all(verdicts).values() for key in s.keys}
    values = [
        (v, n, value)
        for v in sorted(verdicts, key=newest_last) if v.key in deciding
        for n, value in enumerate(v.values)
    ]  # fmt: skip
    return [ResolvedValue(nth, f"{v.key}/{n}", *value, v.id, v.seen_on) for nth, (v, n, value) in enumerate(values)]


def make_observed_value(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make `observed_value` from the deployment's casebook."""
    with open_casebook(settings) as casebook:
        write_observed_value(connection, resolved_values(history(casebook)))


def write_observed_value(connection: duckdb.DuckDBPyConnection, values: Sequence[ResolvedValue]) -> None:
    """Make the temp table `observed_value` of these values."""
    with frame_as(connection, "seen_rows", pl.DataFrame(values, schema=SCHEMA, orient="row")):
        connection.execute(f"create temp table {OBSERVED_VALUE} as select * from seen_rows")
