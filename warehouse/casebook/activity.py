"""The activity in the casebook for the auditor: the rows of all append-only tables as one list, without texts or values.

It has the fact that a user gave a verdict, but not her note. Not here: reads of the API (audit_log/),
the rows themselves.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Select, String, Table, cast, literal, select, union_all

from warehouse.casebook.append_only import TIME_COLUMNS
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.tables import metadata

AUTHORS: Final = ("given_by", "visited_by", "decided_by")
WHAT: Final = (
    "verdict",
    "outcome",
    "decision",
    "state",
)  # the kind of act, the first of these columns that a table has
ABOUT: Final = ("entity_id", "finding_id", "stop_id", "rule", "request_id", "delivery_id")  # its subject, ids only


class Activity(NamedTuple):
    """One row of the casebook: `at` is UTC, `kind` the table, `about` the subject's id, `record` the row's number."""

    at: datetime
    by: str
    kind: str
    what: str
    about: str
    record: int


def activities(casebook: Casebook, *, by: str | None = None, limit: int = 100, offset: int = 0) -> list[Activity]:
    """The activities of all users or one, newest first."""
    tables = [table for table in metadata.sorted_tables if _column(table, TIME_COLUMNS) and _column(table, AUTHORS)]
    every = union_all(*map(_as_activity, tables)).subquery()
    query = select(every).order_by(every.c.at.desc(), every.c.kind, every.c.record.desc()).limit(limit).offset(offset)
    if by is not None:
        query = query.where(every.c.by == by)
    return [Activity._make(row) for row in casebook.ledger.ask(query)]


def _as_activity(table: Table) -> Select[tuple[object, ...]]:
    at, by, what, about = (_column(table, names) for names in (TIME_COLUMNS, AUTHORS, WHAT, ABOUT))
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
