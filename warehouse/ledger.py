"""The casebook's append-only tables: a row is added, by somebody, at a moment, for a reason, and never changed.

Belongs here: adding a row as one act, what a reason must be like. Does not: what the rows mean (decisions.py,
address_decisions.py, person_decisions.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, insert, select, text

from warehouse.casebook_store import CasebookError

LONGEST_REASON = 500
Judge = Callable[[Sequence[Row[Any]]], Mapping[str, Any] | None]


class Contradicted(CasebookError):
    """Another decision stands that says otherwise; `where` names it."""


class Undecided(CasebookError):
    """Nobody has decided what was to be taken back."""


class Ledger:
    """The append-only tables of one casebook; `now` gives each row its moment."""

    def __init__(self, store: Engine, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now
        self._reads = store.execution_options(reads=True)

    def rows(self, table: Table) -> list[Row[Any]]:
        """Every row, oldest first."""
        with self._reads.connect() as tx:
            return _rows(tx, table)

    def add(self, table: Table, judge: Judge) -> bool:
        """Add the row that `judge` makes of those there, and say so; none where it makes none or raises.

        Nobody else adds meanwhile, so what `judge` saw still holds when its row is written.
        """
        with self._store.begin() as tx:
            if tx.dialect.name == "postgresql":  # SQLite is locked as a whole when a writing transaction begins
                tx.execute(text(f"lock table {table.name} in share row exclusive mode"))
            row = judge(_rows(tx, table))
            if row is not None:
                tx.execute(insert(table).values(**row))
            return row is not None

    def extend(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows that contradict nothing, all or none."""
        if rows:
            with self._store.begin() as tx:
                tx.execute(insert(table), rows)

    def signed(self, reason: str, by: str) -> dict[str, Any]:
        """Why, who and when, as every decision's row ends. CasebookError for a reason that is none, or holds a number."""
        from contracts.identifiers import holds_number  # late: it brings polars, for which no login should wait

        reason = " ".join(reason.split())
        if not 0 < len(reason) <= LONGEST_REASON:
            raise CasebookError(f"a reason has 1 to {LONGEST_REASON} characters", remedy="say why in a sentence")
        if holds_number(reason):
            raise CasebookError(
                "the reason holds an ID number or a phone number", remedy="say why without naming a person"
            )
        return {"reason": reason, "decided_by": by, "decided_at": self._now()}


def _rows(tx: Connection, table: Table) -> list[Row[Any]]:
    return list(tx.execute(select(table).order_by(*table.primary_key.columns)))
