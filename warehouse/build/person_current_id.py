"""`person_current_id`: which id an id that was kept or merged stands for tonight; whoever follows ids asks here.

`person_alias` has one step of each id that is nobody's any more; from step to step it leads to the id of tonight. Read by
the night as a relation (old_id, current_id), by the API and corrections from the release that is served. Whoever was split
off took nothing of the id she left. Not here: which steps there are (models/person_alias.sql), which ids a night gives
(pipelines/linkage/person_ids.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import duckdb
import polars as pl

from warehouse.access.filters import Condition
from warehouse.build.python_model import PythonModel
from warehouse.frames import frame_as
from warehouse.releases.operator_reader import RowReader
from warehouse.settings import Settings

STEPS: Final = ("kept", "merged")
SCHEMA: Final = {"old_id": pl.String, "current_id": pl.String}


def follow(person_id: str, step: Callable[[str], str | None]) -> str:
    """The id at the end of the steps, or `person_id` where there is none. Of a circle, whose ids are nobody's, one of it."""
    passed = {person_id}
    while (after := step(person_id)) is not None and after not in passed:
        person_id = after
        passed.add(person_id)
    return person_id


def current_person_id(rows: RowReader, person_id: str) -> str:
    """What one id stands for in a release: itself, where it was neither kept as another nor merged."""

    def step(alias_id: str) -> str | None:
        is_alias = Condition("alias_id", "eq", alias_id), Condition("change", "in", STEPS)
        return next((row["person_id"] for row in rows("person_alias", *is_alias)), None)

    return follow(person_id, step)


def current_person_ids(rows: RowReader) -> dict[str, str]:
    """Every id of a release that stands for another one, and that one."""
    found = rows("person_alias", Condition("change", "in", STEPS))
    steps = {row["alias_id"]: row["person_id"] for row in found}
    return {old: follow(old, steps.get) for old in steps}


def make_person_current_id(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """`current_person_ids` of the night's own `person_alias`, as the temp table."""
    kinds = ", ".join(f"'{change}'" for change in STEPS)
    steps = dict(
        connection.execute(f"select alias_id, person_id from person_alias where change in ({kinds})").fetchall()
    )
    ids = [(old, follow(old, steps.get)) for old in sorted(steps)]
    with frame_as(connection, "followed", pl.DataFrame(ids, schema=SCHEMA, orient="row")):
        connection.execute("create temp table person_current_id as select * from followed")


PERSON_CURRENT_ID: Final = PythonModel(make_person_current_id, frozenset({"person_alias"}))
