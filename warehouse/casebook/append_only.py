"""The casebook's append-only tables: a row is added with its author, time and reason, and never changed.

Belongs here: adding a row in one transaction, validating a reason. Does not: the meaning of rows (decision_log.py and the
modules that own a table).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import count
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, Table, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from warehouse.casebook.database import CasebookError, exclusive_lock
from warehouse.casebook.group_commit import GroupCommit

LONGEST_REASON = 500
KEY = re.compile(r"[0-9A-Za-z_-]{8,64}")
TIME_COLUMNS = ("written_at", "given_at", "decided_at")  # the time a row was written
StateCheck = Callable[[Sequence[Row[Any]]], Mapping[str, Any] | None]
Record = TypeVar("Record", bound=NamedTuple)


class Guard(NamedTuple):
    """A condition on writing a row: `check` gets the rows of its table that meet `where`, and raises if it does not hold."""

    where: ColumnElement[bool]
    check: Callable[[Sequence[Row[Any]]], None]


class Conflict(CasebookError):
    """The write contradicts the current state or an earlier decision; `where` names it."""


class KeyReused(Conflict):
    """A client's key was used for something else before."""


class NothingToRevoke(CasebookError):
    """There is no decision to revoke."""


class LogEntry(NamedTuple):
    """A row to add under a client's `key`: the content she `sent`, and the rows of other tables that are part of it.

    With a `guard` its table is locked against other writers; if the guard raises, nothing is written.
    """

    table: Table
    key: str
    sent: Mapping[str, Any]
    row: Mapping[str, Any]
    parts: Mapping[Table, Sequence[Mapping[str, Any]]] = MappingProxyType({})
    guard: Guard | None = None


class AppendOnlyLog:
    """The append-only tables of one casebook; `now` gives the time of each new row.

    `written` changes whenever this process has written rows with keys: what is kept in memory is old then.
    """

    def __init__(self, store: Engine, now: Callable[[], datetime]) -> None:
        self._store, self.now = store, now
        self._together = GroupCommit(store)
        self._writes, self.written = count(1), 0
        self._reads = store.execution_options(reads=True)

    def rows(self, table: Table, *where: ColumnElement[bool]) -> list[Row[Any]]:
        """The rows of a table that meet the conditions, oldest first."""
        with self._reads.connect() as tx:
            return _rows(tx, table, *where)

    def records(self, kind: type[Record], table: Table, *where: ColumnElement[bool]) -> list[Record]:
        """As `rows`, each as a `kind`."""
        return list(map(record_reader(kind), self.rows(table, *where)))

    def ask(self, query: Select[Any]) -> list[Row[Any]]:
        """The rows of a query over several tables."""
        with self._reads.connect() as tx:
            return list(tx.execute(query))

    def columns(self, table: Table, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """Some columns of every row as plain tuples, without order, for tables with many rows."""
        with self._reads.connect() as tx:
            return [tuple(row) for row in tx.execute(select(*(table.c[name] for name in names)))]

    def add(self, table: Table, make_row: StateCheck) -> bool:
        """Add the row that `make_row` makes from the present rows. False if it returns None.

        The table is locked meanwhile, so the rows are still the present ones when the new row is written.
        """
        with self._store.begin() as tx:
            exclusive_lock(tx, table)
            row = make_row(_rows(tx, table))
            if row is not None:
                tx.execute(insert(table).values(**row))
            return row is not None

    def once(
        self,
        table: Table,
        key: str,
        sent: Mapping[str, Any],
        row: Mapping[str, Any],
        parts: Mapping[Table, Sequence[Mapping[str, Any]]] | None = None,
    ) -> bool:
        """Add the row of a client's `key` and its `parts` in one transaction. False if it was written before.

        So a retry or a late sync writes nothing twice. KeyReused if the key was used with another content `sent`.
        """
        return self.once_each([LogEntry(table, key, sent, row, parts or {})])[0]

    def once_each(self, entries: Sequence[LogEntry]) -> list[bool]:
        """As `once` for several entries, all or none; returns True for each entry that is new."""
        new = self._together.write(lambda tx: [self._write(tx, entry) for entry in entries])
        self.written = next(self._writes)
        return new

    def _write(self, tx: Connection, entry: LogEntry) -> bool:
        table, key = entry.table, {"key": entry.key, "content": _content(entry.sent)}
        if entry.guard:
            exclusive_lock(tx, table)
            if _is_written(tx, table, entry.key, entry.sent):
                return False
            entry.guard.check(_rows(tx, table, entry.guard.where))
        times = {column: self.now() for column in TIME_COLUMNS if column in table.c}
        if tx.execute(_insert_unless_there(table, tx.dialect.name), {**times, **entry.row, **key}).first() is None:
            _is_written(tx, table, entry.key, entry.sent)  # raises KeyReused for another content
            return False
        for part, rows in entry.parts.items():
            if rows:
                tx.execute(insert(part), list(rows))
        return True

    def is_written(self, table: Table, key: str, sent: Mapping[str, Any]) -> bool:
        """True if the same was written under the key before: a retry is recognised before it is validated again.

        CasebookError for an invalid key; KeyReused as `once`.
        """
        if not KEY.fullmatch(key):
            raise CasebookError(
                "a key is 8 to 64 letters, digits, - or _", remedy="make a UUID and keep it for retries"
            )
        with self._reads.connect() as tx:
            return _is_written(tx, table, key, sent)

    def extend(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows without a check, all or none."""
        if rows:
            with self._store.begin() as tx:
                tx.execute(insert(table), rows)

    def signature(self, reason: str, by: str) -> dict[str, Any]:
        """The columns `reason`, `decided_by` and `decided_at` of a decision's row.

        CasebookError for an empty or too long reason, or one with an ID number or phone.
        """
        from contracts.identifiers import contains_number  # late: it imports polars, which would delay every login

        reason = " ".join(reason.split())
        if not 0 < len(reason) <= LONGEST_REASON:
            raise CasebookError(f"a reason has 1 to {LONGEST_REASON} characters", remedy="say why in a sentence")
        if contains_number(reason):
            raise CasebookError(
                "the reason holds an ID number or a phone number", remedy="say why without naming a person"
            )
        return {"reason": reason, "decided_by": by, "decided_at": self.now()}


def record_reader(kind: type[Record]) -> Callable[[Row[Any]], Record]:
    """A function that makes a `kind` of a row, from the columns named as its fields."""
    return lambda row: kind._make(getattr(row, name) for name in kind._fields)


@cache  # building a statement costs as much as running it
def _insert_unless_there(table: Table, dialect: str) -> ReturningInsert[Any]:
    add = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    new: ReturningInsert[Any] = add.on_conflict_do_nothing(index_elements=["key"]).returning(table.c.key)
    return new


@cache
def _select_content(table: Table) -> Select[Any]:
    return select(table.c.content).where(table.c.key == bindparam("of_key"))


@cache
def _select_rows(table: Table) -> Select[Any]:
    return select(table).order_by(*table.primary_key.columns)


def _is_written(tx: Connection, table: Table, key: str, sent: Mapping[str, Any]) -> bool:
    before = tx.execute(_select_content(table), {"of_key": key}).scalar()
    if before not in (None, _content(sent)):
        raise KeyReused("something else was written under this key", remedy="make a new key for what is new")
    return before is not None


def _content(sent: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(sent, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def _rows(tx: Connection, table: Table, *where: ColumnElement[bool]) -> list[Row[Any]]:
    return list(tx.execute(_select_rows(table).where(*where)))
