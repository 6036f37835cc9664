"""Follows person ids that were kept or merged to the current id, for all readers of old ids.

`person_alias` has one step from each id that is out of use; following the steps leads to the current id. The night reads it
as the relation `person_current_id` (old_id, current_id), the API and corrections from the served release. A split is no
step: the person split off keeps nothing of the old id. Not here: the steps (models/person_alias.sql), giving ids
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
    """The id at the end of the steps; `person_id` if there is no step, one of its ids for a cycle."""
    passed = {person_id}
    while (after := step(person_id)) is not None and after not in passed:
        person_id = after
        passed.add(person_id)
    return person_id


def current_person_id(rows: RowReader, person_id: str) -> str:
    """The current id for one id in a release; the id itself if it was neither kept as another nor merged."""

    def step(alias_id: str) -> str | None:
        is_alias = Condition("alias_id", "eq", alias_id), Condition("change", "in", STEPS)
        return next((row["person_id"] for row in rows("person_alias", *is_alias)), None)

    return follow(person_id, step)


def current_person_ids(rows: RowReader) -> dict[str, str]:
    """Current ids by the old ids of a release."""
    found = rows("person_alias", Condition("change", "in", STEPS))
    steps = {row["alias_id"]: row["person_id"] for row in found}
    return {old: follow(old, steps.get) for old in steps}


def make_person_current_id(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make the temp table `person_current_id` from the night's own `person_alias`."""
    kinds = ", ".join(f"'{change}'" for change in STEPS)
    steps = dict(
        connection.execute(f"select alias_id, person_id from person_alias where change in ({kinds})").fetchall()
    )
    ids = [(old, follow(old, steps.get)) for old in sorted(steps)]
    with frame_as(connection, "followed", pl.DataFrame(ids, schema=SCHEMA, orient="row")):
        connection.execute("create temp table person_current_id as select * from followed")


PERSON_CURRENT_ID: Final = PythonModel(make_person_current_id, frozenset({"person_alias"}))
