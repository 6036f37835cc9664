"""Reads rows of a release by table and conditions, behind one protocol for the operator and for users of the API.

Belongs here: the protocol `RowReader`, and the operator's reader at the terminal, which reads every row without masks.
Does not: conditions as SQL (access/filters.py), the gate (access/policy.py), through which `api/view.py` implements the
same protocol.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar, Final, Protocol

from contracts.errors import ReleaseError
from contracts.quoting import quote_identifier, quote_relation
from warehouse.access.filters import Condition, Filter, Parameters, render
from warehouse.releases.reader import OpenRelease, Row

AT_ONCE: Final = 1000  # ids in one question


class RowReader(Protocol):
    """Reads the rows of a table (`dwelling`, `source.hotline`) that meet all conditions, with all or some columns."""

    def __call__(self, table: str, /, *where: Filter, columns: Sequence[str] | None = None) -> list[Row]: ...


@dataclass(frozen=True)
class WholeTable:
    """A table with every row, each column of which may be compared."""

    relation: str
    scope: ClassVar[str] = "true"
    params: ClassVar[dict[str, Any]] = {}

    def compare(self, condition: Condition) -> str:
        return self.sortable(f"{condition.column}_token" if condition.op == "token" else condition.column)

    def sortable(self, name: str) -> str:
        return f"t.{quote_identifier(name)}"


def operator_reader(release: OpenRelease) -> RowReader:
    """A reader of all rows without masks, for the operator at the terminal. ReleaseError for a missing table."""

    def find(name: str) -> WholeTable:
        if name not in release.present:
            raise ReleaseError(f"the release has no table {name} yet", remedy="run `hub nightly`")
        return WholeTable(quote_relation(name))

    def rows(name: str, /, *where: Filter, columns: Sequence[str] | None = None) -> list[Row]:
        table, params = find(name), Parameters({})
        items = ", ".join(map(table.sortable, columns or ())) or "*"
        conditions = " and ".join(render(item, table, params, find) for item in where) or table.scope
        return release.query(f"select {items} from {table.relation} as t where {conditions}", params.values)

    return rows


def rows_in(
    rows: RowReader, table: str, column: str, ids: Iterable[Any], columns: Sequence[str] | None = None
) -> Iterator[Row]:
    """The rows whose `column` is one of `ids`, read AT_ONCE ids at a time, since a statement takes a limited number."""
    waiting = iter(sorted(set(ids)))
    while some := list(islice(waiting, AT_ONCE)):
        yield from rows(table, Condition(column, "in", some), columns=columns)
