"""Conditions on the rows of a table, and how they are written in SQL without their values.

Belongs here: operators, parameters, and the one rendering that the gate and the operator's reader share.
Does not: whether a column may be filtered by: the table says so that is handed in (grant.py, releases/operator_reader.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Operator = Literal["eq", "ne", "gt", "gte", "lt", "lte", "like", "contains", "suffix", "in", "null", "token"]

SQL: dict[str, str] = {
    "eq": "{0} = {1}",
    "ne": "{0} <> {1}",
    "gt": "{0} > {1}",
    "gte": "{0} >= {1}",
    "lt": "{0} < {1}",
    "lte": "{0} <= {1}",
    "like": "{0} like {1}",
    "contains": "contains({0}, {1})",
    "suffix": "suffix({0}, {1})",
    "token": "{0} = {1}",
}


class Parameters:
    """Hands out names for values, so that no value is ever written into SQL."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.values: dict[str, Any] = dict(given)

    def add(self, value: Any) -> str:
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}"


@dataclass(frozen=True)
class Condition:
    """`column op value`. `in` takes a sequence, `null` a bool; `token` compares `<column>_token` with a full token."""

    column: str
    op: Operator
    value: Any

    def render(self, left: str, params: Parameters) -> str:
        """SQL with `left` as the column."""
        if self.op == "null":
            return f"{left} is null" if self.value else f"{left} is not null"
        if self.op == "in":
            return f"{left} in ({', '.join(params.add(v) for v in self.value)})" if self.value else "false"
        return SQL[self.op].format(left, params.add(self.value))


@dataclass(frozen=True)
class AnyOf:
    """True where one of the conditions is; nothing where there are none."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class InTable:
    """True where `column` is the `key` of some row of another `table` that meets `where` and the user sees."""

    column: str
    table: str
    key: str
    where: tuple[Condition, ...] = ()


Filter = Condition | AnyOf | InTable


class FilterableTable(Protocol):
    """A table as one reader may filter it. Its columns are of the alias `t`, and refused where she may not compare by them."""

    @property
    def relation(self) -> str:
        """The table's quoted name."""

    @property
    def scope(self) -> str:
        """The condition of the rows that she may see, with the values `params`."""

    @property
    def params(self) -> Mapping[str, Any]: ...

    def compare(self, condition: Condition) -> str:
        """The column that the condition compares, a token's for `token`."""

    def sortable(self, name: str) -> str:
        """The column itself."""


def render(item: Filter, table: FilterableTable, params: Parameters, find: Callable[[str], FilterableTable]) -> str:
    """The condition in SQL. Another table that it names is `find`'s, with that one's scope: no more than reading it tells."""
    if isinstance(item, InTable):
        column, other = table.sortable(item.column), find(item.table)
        params.values.update(other.params)
        where = [other.scope, *(render(condition, other, params, find) for condition in item.where)]
        return f"{column} in (select {other.sortable(item.key)} from {other.relation} as t where {' and '.join(where)})"
    if isinstance(item, AnyOf):
        return f"({' or '.join(render(condition, table, params, find) for condition in item.conditions) or 'false'})"
    return item.render(table.compare(item), params)
