"""Follows an append-only table: each call returns the rows that were committed since the one before, each row once.

Ids are given when a row is inserted, rows are seen when they are committed. SQLite has one writer, so both orders are one. In
PostgreSQL a row may be committed after rows with higher ids: its id is missing for a while, or for good where a transaction
was rolled back. So the ids missing below the highest are asked for again, for as long as a transaction may last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Row, Table, or_, select

from warehouse.casebook.append_only import AppendOnlyLog

LONGEST_TRANSACTION: Final = 600.0  # seconds
MOST_MISSING: Final = 1000  # ids looked for at once, the newest


class LogReader:
    """Reads the columns `id` and `names` of a table's new rows; not safe to share between threads. `clock` gives seconds."""

    def __init__(
        self, ledger: AppendOnlyLog, table: Table, names: Sequence[str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ledger, self._clock = ledger, clock
        self._id = table.c.id
        self._query = select(self._id, *(table.c[name] for name in names)).order_by(self._id)
        self._last = 0
        self._missing: dict[int, float] = {}  # since when

    def new_rows(self) -> list[Row[Any]]:
        """The rows committed since the last call, by id."""
        wanted = self._id > self._last
        if self._missing:
            wanted = or_(wanted, self._id.in_(self._missing))
        rows = self._ledger.ask(self._query.where(wanted))
        self._look_for({row.id for row in rows})
        return rows

    def _look_for(self, found: set[int]) -> None:
        """Note which ids are missing now."""
        now, last = self._clock(), max(found, default=self._last)
        still = {id_: since for id_, since in self._missing.items() if now - since < LONGEST_TRANSACTION}
        gaps = (id_ for id_ in range(max(self._last + 1, last - MOST_MISSING), last) if id_ not in found)
        missing = {**{id_: since for id_, since in still.items() if id_ not in found}, **dict.fromkeys(gaps, now)}
        self._missing = dict(sorted(missing.items())[-MOST_MISSING:])
        self._last = max(self._last, last)
