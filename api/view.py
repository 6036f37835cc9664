"""The one choke point: all an endpoint can read of a release, through one user's gate.

Only this module may hand SQL to a release (tests/api/test_gate_lint.py). It makes none: the gate does.
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
    """One page of rows and the cursor to the next, None at the end."""

    items: list[Row]
    next_cursor: str | None


class View:
    """One user's view of one release, for the length of one request."""

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
        """Rows in the user's scope with columns as she may see them. NotFound for a table that is not hers."""
        query = self._gate.select(table, columns=columns, where=where, order=order, limit=limit, number=number)
        return self._release.query(*query)

    def unmasked(self, table: str, *where: Filter, columns: Sequence[str] | None = None) -> list[Row]:
        """Rows in the user's scope with `columns` bare, for the casebook to compare with and to keep: no answer shows them.

        Only api/dependencies.py may hand this on (tests/api/test_gate_lint.py).
        """
        return self._release.query(*self._gate.select(table, columns=columns, where=where, unmasked=True))

    def counts(self, table: str, by: Sequence[str], *where: Condition) -> list[Row]:
        """How many `rows` in the user's scope there are of each combination of these columns; she must see them in full."""
        return self._release.query(*self._gate.count(table, by, where))

    def one(self, table: str, *where: Filter) -> Row:
        """The one row of a key, NotFound where there is none or it is out of scope."""
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
        """One page. A cursor is good for the same question to the same release; `question` says what was asked where `where`
        also holds what may change between two pages."""
        asked = tuple(where) if question is None else question
        place = PagePosition.of(cursor, self.release_id, (table, asked, tuple(columns or ()), tuple(order)))
        offset, from_row = (place.at, None) if order else (0, place.at)
        query = self._gate.select(
            table, columns=columns, where=where, order=order, limit=limit + 1, offset=offset, from_row=from_row
        )
        return Slice(*place.cut(self._release.query(*query), limit))

    def ask(self, sql: str, tables: Collection[str], seconds: float) -> list[Row]:
        """The rows of a form's SQL over its tables within the user's rights. QueryTimeout, QueryFailed, UnsafeSql."""
        return self._release.query(*scope_sql(self._gate, sql, tables), seconds)

    def covers(self, code: str | None) -> bool:
        """Whether a grid or area is the user's; None is no place."""
        return self._gate.covers(code)

    def grant(self, table: str) -> Grant:
        """What the user may see of a table."""
        return self._gate.grant(table)

    def grants(self) -> list[Grant]:
        """Every table she may see."""
        return self._gate.grants()

    def codes(self, column: Column) -> CodeList | None:
        """The list a coded column takes its values from."""
        return self._code_lists.get(column.codes or "")

    def labels(self, code_list: str) -> Mapping[str, str]:
        """What a code list calls its codes; nothing for a list that is not there."""
        codes = self._code_lists.get(code_list)
        return codes.labels if codes else {}

    def label(self, code_list: str, code: str) -> str | None:
        """What a code list calls a code."""
        return self.labels(code_list).get(code)

    def labelled(self, table: str, rows: Iterable[Row]) -> list[Row]:
        """The rows with `<column>_label` beside every coded column: what the screen says."""
        grant = self._gate.grant(table)
        coded = {name: codes.labels for name, column in grant.columns.items() if (codes := self.codes(column))}
        return [row | _labels(row, coded) for row in rows]


def _labels(row: Row, coded: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    return {f"{name}_label": labels.get(row[name]) for name, labels in coded.items() if name in row}
