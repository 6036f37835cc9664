"""The casebook's append-only tables: a row is added, by somebody, at a moment, for a reason, and never changed.

Belongs here: adding a row as one act, what a reason must be like. Does not: what the rows mean (decision_log.py and the modules
that own a table).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from warehouse.casebook.database import CasebookError, exclusive_lock
from warehouse.casebook.group_commit import GroupCommit

LONGEST_REASON = 500
KEY = re.compile(r"[0-9A-Za-z_-]{8,64}")
MOMENTS = ("written_at", "given_at", "decided_at")  # columns that say when a row was written
StateCheck = Callable[[Sequence[Row[Any]]], Mapping[str, Any] | None]
Record = TypeVar("Record", bound=NamedTuple)


class Guard(NamedTuple):
    """What must still hold when a row is written: `check` gets the rows of its table for which `where` holds, and raises."""

    where: ColumnElement[bool]
    check: Callable[[Sequence[Row[Any]]], None]


class Conflict(CasebookError):
    """Another decision stands that says otherwise; `where` names it."""


class KeyReused(Conflict):
    """A client's key that stands for something else already."""


class NothingToRevoke(CasebookError):
    """Nobody has decided what was to be taken back."""


class LogEntry(NamedTuple):
    """One row that a client made under her `key`, what she `sent`, and the rows of other tables that are part of it.

    With a `guard` nobody else adds to its table meanwhile; what it raises leaves nothing written.
    """

    table: Table
    key: str
    sent: Mapping[str, Any]
    row: Mapping[str, Any]
    parts: Mapping[Table, Sequence[Mapping[str, Any]]] = MappingProxyType({})
    guard: Guard | None = None


class AppendOnlyLog:
    """The append-only tables of one casebook; `now` gives each row its moment."""

    def __init__(self, store: Engine, now: Callable[[], datetime]) -> None:
        self._store, self.now = store, now
        self._together = GroupCommit(store)
        self._reads = store.execution_options(reads=True)

    def rows(self, table: Table, *where: ColumnElement[bool]) -> list[Row[Any]]:
        """Every row, or those of a condition, oldest first."""
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
        """Some columns of every row as plain tuples, for tables of many rows; in no order."""
        with self._reads.connect() as tx:
            return [tuple(row) for row in tx.execute(select(*(table.c[name] for name in names)))]

    def add(self, table: Table, judge: StateCheck) -> bool:
        """Add the row that `judge` makes of those there, and say so; none where it makes none or raises.

        Nobody else adds meanwhile, so what `judge` saw still holds when its row is written.
        """
        with self._store.begin() as tx:
            exclusive_lock(tx, table)
            row = judge(_rows(tx, table))
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
        """Add the row of a client's `key` and its `parts` as one act. False where it was written before, so that a retry or a
        late sync never doubles. KeyReused where what was `sent` under that key, and by whom, was something else.
        """
        return self.once_each([LogEntry(table, key, sent, row, parts or {})])[0]

    def once_each(self, entries: Sequence[LogEntry]) -> list[bool]:
        """As `once`, several of them as one act, all or none: which of them are new."""
        return self._together.write(lambda tx: [self._write(tx, entry) for entry in entries])

    def _write(self, tx: Connection, entry: LogEntry) -> bool:
        table, key = entry.table, {"key": entry.key, "content": _content(entry.sent)}
        if entry.guard:
            exclusive_lock(tx, table)
            if _is_written(tx, table, entry.key, entry.sent):
                return False
            entry.guard.check(_rows(tx, table, entry.guard.where))
        moments = {column: self.now() for column in MOMENTS if column in table.c}
        add = (postgresql if tx.dialect.name == "postgresql" else sqlite).insert(table)
        unless_there = add.on_conflict_do_nothing(index_elements=["key"]).returning(table.c.key)
        if tx.execute(unless_there, {**moments, **entry.row, **key}).first() is None:
            _is_written(tx, table, entry.key, entry.sent)  # KeyReused
            return False
        for part, rows in entry.parts.items():
            if rows:
                tx.execute(insert(part), list(rows))
        return True

    def is_written(self, table: Table, key: str, sent: Mapping[str, Any]) -> bool:
        """Whether exactly this was written under the key already: a retry is answered before anything else is looked at.

        CasebookError for what is no key; KeyReused as `once`.
        """
        if not KEY.fullmatch(key):
            raise CasebookError(
                "a key is 8 to 64 letters, digits, - or _", remedy="make a UUID and keep it for retries"
            )
        with self._reads.connect() as tx:
            return _is_written(tx, table, key, sent)

    def extend(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows that contradict nothing, all or none."""
        if rows:
            with self._store.begin() as tx:
                tx.execute(insert(table), rows)

    def signed(self, reason: str, by: str) -> dict[str, Any]:
        """Why, who and when, as every decision's row ends. CasebookError for a reason that is none, or holds a number."""
        from contracts.identifiers import contains_number  # late: it brings polars, for which no login should wait

        reason = " ".join(reason.split())
        if not 0 < len(reason) <= LONGEST_REASON:
            raise CasebookError(f"a reason has 1 to {LONGEST_REASON} characters", remedy="say why in a sentence")
        if contains_number(reason):
            raise CasebookError(
                "the reason holds an ID number or a phone number", remedy="say why without naming a person"
            )
        return {"reason": reason, "decided_by": by, "decided_at": self.now()}


def record_reader(kind: type[Record]) -> Callable[[Row[Any]], Record]:
    """Makes a `kind` of a row: each of its fields is the column of that name."""
    return lambda row: kind._make(getattr(row, name) for name in kind._fields)


def _is_written(tx: Connection, table: Table, key: str, sent: Mapping[str, Any]) -> bool:
    before = tx.execute(select(table.c.content).where(table.c.key == key)).scalar()
    if before not in (None, _content(sent)):
        raise KeyReused("something else was written under this key", remedy="make a new key for what is new")
    return before is not None


def _content(sent: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(sent, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def _rows(tx: Connection, table: Table, *where: ColumnElement[bool]) -> list[Row[Any]]:
    return list(tx.execute(select(table).where(*where).order_by(*table.primary_key.columns)))
