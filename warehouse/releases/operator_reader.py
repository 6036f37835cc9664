"""Reading a release by table and conditions: as whoever checks a decision does, in the API through the caller's gate.

Belongs here: the shape of such reading, and the operator's own at the terminal, which has every row and no mask.
Does not: the gate (access/policy.py), which `api/view.py` puts behind the same shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, Protocol

from contracts.errors import ReleaseError
from warehouse.access.filters import AnyOf, Condition, Filter, InTable, Parameters, quote_identifier
from warehouse.releases.reader import OpenRelease, Row

AT_ONCE: Final = 1000  # ids in one question


class RowReader(Protocol):
    """Rows of a table (`dwelling`, `source.hotline`) that meet every condition, with all its columns or some."""

    def __call__(self, table: str, /, *where: Filter, columns: Sequence[str] | None = None) -> list[Row]: ...


def operator_reader(release: OpenRelease) -> RowReader:
    """Everything in the release, for the operator at the machine it lies on. ReleaseError for a table it has not."""

    def rows(table: str, /, *where: Filter, columns: Sequence[str] | None = None) -> list[Row]:
        if table not in release.present:
            raise ReleaseError(f"the release has no table {table} yet", remedy="run `hub nightly`")
        params = Parameters({})
        relation = ".".join(map(quote_identifier, table.split(".")))
        items = ", ".join(map(quote_identifier, columns or ())) or "*"
        conditions = " and ".join(_render(item, params) for item in where) or "true"
        return release.query(f"select {items} from {relation} where {conditions}", params.values)

    return rows


def rows_in(
    rows: RowReader, table: str, column: str, ids: Iterable[Any], columns: Sequence[str] | None = None
) -> Iterator[Row]:
    """The rows whose column is one of many ids, asked for in parts: one statement takes no hundred thousand values."""
    waiting = iter(sorted(set(ids)))
    while some := list(islice(waiting, AT_ONCE)):
        yield from rows(table, Condition(column, "in", some), columns=columns)


def _render(item: Filter, params: Parameters) -> str:
    if isinstance(item, InTable):
        relation = ".".join(map(quote_identifier, item.table.split(".")))
        conditions = " and ".join(_condition(c, params) for c in item.where) or "true"
        return f"{quote_identifier(item.column)} in (select {quote_identifier(item.key)} from {relation} where {conditions})"
    if isinstance(item, AnyOf):
        return f"({' or '.join(_render(condition, params) for condition in item.conditions) or 'false'})"
    return _condition(item, params)


def _condition(item: Condition, params: Parameters) -> str:
    return item.render(quote_identifier(item.column), params)
