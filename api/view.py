"""The only way to read a release: everything an endpoint may read, through one user's gate.

Only this module may pass SQL to a release (tests/api/test_gate_lint.py). The gate writes that SQL.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from api.paging import PagePosition
from contracts.code_lists import CodeList
from contracts.model import Column
from warehouse.access.filters import Condition, Filter
from warehouse.access.grant import Grant
from warehouse.access.policy import Gate, NotFound
from warehouse.form_filling.scoped_sql import scope_sql
from warehouse.releases.reader import OpenRelease, Row


class Slice(NamedTuple):
    """One page of rows, and the cursor of the next or None."""

    items: list[Row]
    next_cursor: str | None


class View:
    """One user's view of one release, for one request."""

    def __init__(self, gate: Gate, release: OpenRelease, code_lists: Mapping[str, CodeList]) -> None:
        self.release_id = release.release_id
        self._gate, self._release, self._code_lists = gate, release, code_lists

    def rows(
        self,
        table: str,
        *where: Filter,
        columns: Sequence[str] | None = None,
        order: Sequence[str] = (),
        limit: int | None = None,
        number: str | None = None,
    ) -> list[Row]:
        """Rows in the user's scope with columns masked for her role. NotFound for a table she may not see."""
        query = self._gate.select(table, columns=columns, where=where, order=order, limit=limit, number=number)
        return self._release.query(*query)

    def unmasked(self, table: str, *where: Filter, columns: Sequence[str] | None = None) -> list[Row]:
        """Rows in the user's scope with `columns` unmasked, for the casebook to compare and to store. No answer may show them.

        Only the modules that tests/api/test_gate_lint.py lists may use it.
        """
        return self._release.query(*self._gate.select(table, columns=columns, where=where, unmasked=True))

    def counts(self, table: str, by: Sequence[str], *where: Condition) -> list[Row]:
        """Number of `rows` in the user's scope for each combination of the columns `by`, which she must see in full."""
        return self._release.query(*self._gate.count(table, by, where))

    def one(self, table: str, *where: Filter) -> Row:
        """The row of a key. NotFound if there is none or it is out of scope."""
        found = self.rows(table, *where)
        if not found:
            raise NotFound(f"there is no such {table} in your areas", remedy="search for it again")
        return found[0]

    def page(
        self,
        table: str,
        where: Sequence[Filter],
        limit: int,
        cursor: str | None,
        *,
        columns: Sequence[str] | None = None,
        order: Sequence[str] = (),
        question: object = None,
    ) -> Slice:
        """One page of rows. A cursor is valid for the same question to the same release; `question` identifies it if `where`
        also holds conditions that may change between two pages."""
        identity = tuple(where) if question is None else question
        position = PagePosition.of(cursor, self.release_id, (table, identity, tuple(columns or ()), tuple(order)))
        offset, from_row = (position.at, None) if order else (0, position.at)
        query = self._gate.select(
            table, columns=columns, where=where, order=order, limit=limit + 1, offset=offset, from_row=from_row
        )
        return Slice(*position.cut(self._release.query(*query), limit))

    def ask(self, sql: str, tables: Collection[str], seconds: float) -> list[Row]:
        """The rows of a form's SQL over its tables within the user's rights. QueryTimeout, QueryFailed, UnsafeSql."""
        return self._release.query(*scope_sql(self._gate, sql, tables), seconds)

    def covers(self, code: str | None) -> bool:
        """True if a grid or area lies in the user's areas; None, for no place, if the whole city is hers."""
        return self._gate.covers(code)

    @property
    def is_citywide(self) -> bool:
        """True if the whole city is in the user's areas."""
        return self._gate.is_citywide

    def grant(self, table: str) -> Grant:
        """The rows and columns of a table that the user may see. NotFound if none."""
        return self._gate.grant(table)

    def grants(self) -> list[Grant]:
        """The grants of all tables the user may see."""
        return self._gate.grants()

    def codes(self, column: Column) -> CodeList | None:
        """The code list of a column, or None."""
        return self._code_lists.get(column.codes or "")

    def labels(self, code_list: str) -> Mapping[str, str]:
        """The labels of a code list by code; empty if there is no such list."""
        codes = self._code_lists.get(code_list)
        return codes.labels if codes else {}

    def label(self, code_list: str, code: str) -> str | None:
        """The label of a code, or None."""
        return self.labels(code_list).get(code)

    def with_labels(self, table: str, rows: Iterable[Row]) -> list[Row]:
        """The rows with `<column>_label`, as a screen shows it, for every coded column."""
        grant = self._gate.grant(table)
        coded = {name: codes.labels for name, column in grant.columns.items() if (codes := self.codes(column))}
        return [row | _labels(row, coded) for row in rows]


def _labels(row: Row, coded: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    return {f"{name}_label": labels.get(row[name]) for name, labels in coded.items() if name in row}
