"""Reading a release by table and conditions: as whoever checks a decision does, in the API through the caller's gate.

Belongs here: the shape of such reading, and the operator's own at the terminal, which has every row and no mask.
Does not: the gate (policy.py), which `api/view.py` puts behind the same shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, Protocol

from contracts.errors import ReleaseError
from warehouse.conditions import Among, AnyOf, Condition, Parameters, Where, identifier
from warehouse.reader import OpenRelease, Row

AT_ONCE: Final = 1000  # ids in one question


class Rows(Protocol):
    """Rows of a table (`dwelling`, `source.hotline`) that meet every condition, with all its columns or some."""

    def __call__(self, table: str, /, *where: Where, columns: Sequence[str] | None = None) -> list[Row]: ...


def unscoped(release: OpenRelease) -> Rows:
    """Everything in the release, for the operator at the machine it lies on. ReleaseError for a table it has not."""

    def rows(table: str, /, *where: Where, columns: Sequence[str] | None = None) -> list[Row]:
        if table not in release.present:
            raise ReleaseError(f"the release has no table {table} yet", remedy="run `hub nightly`")
        params = Parameters({})
        relation = ".".join(map(identifier, table.split(".")))
        items = ", ".join(map(identifier, columns or ())) or "*"
        conditions = " and ".join(_render(item, params) for item in where) or "true"
        return release.query(f"select {items} from {relation} where {conditions}", params.values)

    return rows


def each(
    rows: Rows, table: str, column: str, ids: Iterable[Any], columns: Sequence[str] | None = None
) -> Iterator[Row]:
    """The rows whose column is one of many ids, asked for in parts: one statement takes no hundred thousand values."""
    waiting = iter(sorted(set(ids)))
    while some := list(islice(waiting, AT_ONCE)):
        yield from rows(table, Condition(column, "in", some), columns=columns)


def _render(item: Where, params: Parameters) -> str:
    if isinstance(item, Among):
        relation = ".".join(map(identifier, item.table.split(".")))
        conditions = " and ".join(_condition(c, params) for c in item.where) or "true"
        return f"{identifier(item.column)} in (select {identifier(item.key)} from {relation} where {conditions})"
    if isinstance(item, AnyOf):
        return f"({' or '.join(_render(condition, params) for condition in item.conditions) or 'false'})"
    return _condition(item, params)


def _condition(item: Condition, params: Parameters) -> str:
    return item.render(identifier(item.column), params)
