"""Decisions on one topic in the casebook: rows of an append-only table, of which the newest on a subject counts.

Belongs here: reading rows as decisions, which of them hold, adding one that was checked against those there. Does not: what a
topic lets people decide (review/, cross_check/decisions.py, lake/delivery_decisions.py, fieldwork/assignments.py).
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
    """`read` makes a decision of a row, `subject` is what it is about, `holds` whether it is no revocation."""

    table: Table
    read: Callable[[Row[Any]], Decision]
    subject: Callable[[Decision], Hashable]
    holds: Callable[[Decision], bool] = lambda _: True

    def history(self, casebook: Casebook, *where: ColumnElement[bool]) -> list[Decision]:
        """Every decision, or those of a condition, oldest first."""
        return [self.read(row) for row in casebook.ledger.rows(self.table, *where)]

    def newest(self, decisions: Iterable[Decision]) -> Newest[Decision]:
        """By subject, the last of decisions that come oldest first."""
        return {self.subject(decision): decision for decision in decisions}

    def current(self, casebook: Casebook, *where: ColumnElement[bool]) -> list[Decision]:
        """What holds now: the newest decision on each subject, those that took an earlier one back left out."""
        return [d for d in self.newest(self.history(casebook, *where)).values() if self.holds(d)]

    def add(
        self, casebook: Casebook, reason: str, by: str, follow: Callable[[Newest[Decision]], Mapping[str, Any] | None]
    ) -> bool:
        """Add the row that `follow` makes of the newest decisions, and say so; none where it makes none or raises.

        CasebookError for a reason that may not be kept. Nobody else decides meanwhile.
        """
        signed = casebook.ledger.signed(reason, by)

        def row(rows: Iterable[Row[Any]]) -> dict[str, Any] | None:
            made = follow(self.newest(map(self.read, rows)))
            return None if made is None else {**made, **signed}

        return casebook.ledger.add(self.table, row)

    def add_once(
        self, casebook: Casebook, key: str, sent: Mapping[str, Any], row: Mapping[str, Any], reason: str, by: str
    ) -> bool:
        """Add a row under a client's key. False where that was done before; errors as `add`, KeyReused."""
        return casebook.ledger.once(self.table, key, sent, {**row, **casebook.ledger.signed(reason, by)})
