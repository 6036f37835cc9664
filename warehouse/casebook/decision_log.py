"""Decisions on one topic in the casebook: rows of an append-only table, of which the newest on a subject counts.

Belongs here: reading rows as decisions, the current ones, adding one that was checked against them. Does not: the decisions of
each topic (review/, cross_check/decisions.py, lake/delivery_decisions.py, fieldwork/assignments.py).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Table

from warehouse.casebook.casebook import Casebook

Decision = TypeVar("Decision", bound=tuple[Any, ...])
Newest = dict[Hashable, Decision]


@dataclass(frozen=True)
class DecisionLog(Generic[Decision]):
    """A topic's log. `read` makes a decision of a row; `subject` is its key; `holds` is false for a revocation."""

    table: Table
    read: Callable[[Row[Any]], Decision]
    subject: Callable[[Decision], Hashable]
    holds: Callable[[Decision], bool] = lambda _: True

    def history(self, casebook: Casebook, *where: ColumnElement[bool]) -> list[Decision]:
        """The decisions that meet the conditions, oldest first."""
        return [self.read(row) for row in casebook.ledger.rows(self.table, *where)]

    def newest(self, decisions: Iterable[Decision]) -> Newest[Decision]:
        """The newest decision by subject, from decisions in order, oldest first."""
        return {self.subject(decision): decision for decision in decisions}

    def current(self, casebook: Casebook, *where: ColumnElement[bool]) -> list[Decision]:
        """The newest decision on each subject, without revocations."""
        return [d for d in self.newest(self.history(casebook, *where)).values() if self.holds(d)]

    def add(
        self, casebook: Casebook, reason: str, by: str, follow: Callable[[Newest[Decision]], Mapping[str, Any] | None]
    ) -> bool:
        """Add the row that `follow` makes from the newest decisions. False if it returns None.

        CasebookError for an invalid reason. The table is locked against other writers meanwhile.
        """
        signature = casebook.ledger.signature(reason, by)

        def row(rows: Iterable[Row[Any]]) -> dict[str, Any] | None:
            content = follow(self.newest(map(self.read, rows)))
            return None if content is None else {**content, **signature}

        return casebook.ledger.add(self.table, row)

    def add_once(
        self, casebook: Casebook, key: str, sent: Mapping[str, Any], row: Mapping[str, Any], reason: str, by: str
    ) -> bool:
        """Add a row under a client's key. False if that was done before; errors as `add`, KeyReused."""
        return casebook.ledger.once(self.table, key, sent, {**row, **casebook.ledger.signature(reason, by)})
