"""Conditions on the rows of a table, rendered as SQL with parameters instead of values.

Belongs here: operators, parameters, and the rendering that the gate and the operator's reader share.
Does not: which columns may be filtered: a FilterableTable decides it (grant.py, releases/operator_reader.py).
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
    """Collects values under parameter names, so that no value is ever written into SQL."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values: dict[str, Any] = dict(values)

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
        """The condition in SQL, with `left` as the column."""
        if self.op == "null":
            return f"{left} is null" if self.value else f"{left} is not null"
        if self.op == "in":
            return f"{left} in ({', '.join(params.add(v) for v in self.value)})" if self.value else "false"
        return SQL[self.op].format(left, params.add(self.value))


@dataclass(frozen=True)
class AnyOf:
    """True for rows that meet at least one of the conditions; false without conditions."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class InTable:
    """True for rows whose `column` is the `key` of a row of another `table` that meets `where` and is in the user's scope."""

    column: str
    table: str
    key: str
    where: tuple[Condition, ...] = ()


Filter = Condition | AnyOf | InTable


class FilterableTable(Protocol):
    """A table as one reader may filter it. Columns are of the alias `t`; AccessError for those she may not compare."""

    @property
    def relation(self) -> str:
        """The table's quoted name."""

    @property
    def scope(self) -> str:
        """The SQL condition of the rows in her scope, with the values `params`."""

    @property
    def params(self) -> Mapping[str, Any]: ...

    def compare(self, condition: Condition) -> str:
        """The SQL of the column that the condition compares; for `token` the token's column."""

    def sortable(self, name: str) -> str:
        """The SQL of the column itself."""


def render(item: Filter, table: FilterableTable, params: Parameters, find: Callable[[str], FilterableTable]) -> str:
    """The condition in SQL. Another table in it is looked up with `find` and limited to its scope, as if it were read."""
    if isinstance(item, InTable):
        column, other = table.sortable(item.column), find(item.table)
        params.values.update(other.params)
        where = [other.scope, *(render(condition, other, params, find) for condition in item.where)]
        return f"{column} in (select {other.sortable(item.key)} from {other.relation} as t where {' and '.join(where)})"
    if isinstance(item, AnyOf):
        return f"({' or '.join(render(condition, table, params, find) for condition in item.conditions) or 'false'})"
    return item.render(table.compare(item), params)
