"""Who wrote what into the casebook, and when: every append-only table seen as one list, without a text or a value.

For the auditor: that somebody judged a finding is written here, what she noted is not. Not here: what was read (api/middleware.py
counts it), the rows themselves.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Select, String, Table, cast, literal, select, union_all

from warehouse.casebook.append_only import MOMENTS
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.tables import metadata

AUTHORS: Final = ("given_by", "visited_by", "decided_by")
WHAT: Final = ("verdict", "outcome", "decision", "state")  # the column that says what a row means, where it has one
ABOUT: Final = ("entity_id", "finding_id", "stop_id", "rule", "request_id", "delivery_id")  # ids only


class Activity(NamedTuple):
    """One row of the casebook: `at` is UTC, `about` an id, `record` the row's number in its `kind`."""

    at: datetime
    by: str
    kind: str
    what: str
    about: str
    record: int


def activities(casebook: Casebook, *, by: str | None = None, limit: int = 100, offset: int = 0) -> list[Activity]:
    """The newest first; of everybody, or of one user."""
    tables = [table for table in metadata.sorted_tables if _column(table, MOMENTS) and _column(table, AUTHORS)]
    every = union_all(*map(_as_writing, tables)).subquery()
    asked = select(every).order_by(every.c.at.desc(), every.c.kind, every.c.record.desc()).limit(limit).offset(offset)
    if by is not None:
        asked = asked.where(every.c.by == by)
    return [Activity._make(row) for row in casebook.ledger.ask(asked)]


def _as_writing(table: Table) -> Select[tuple[object, ...]]:
    at, by, what, about = (_column(table, names) for names in (MOMENTS, AUTHORS, WHAT, ABOUT))
    return select(
        table.c[at].label("at"),
        table.c[by].label("by"),
        literal(table.name).label("kind"),
        (table.c[what] if what else literal("opened")).label("what"),
        (cast(table.c[about], String) if about else literal("")).label("about"),
        table.c.id.label("record"),
    )


def _column(table: Table, names: tuple[str, ...]) -> str:
    return next((name for name in names if name in table.c), "")
