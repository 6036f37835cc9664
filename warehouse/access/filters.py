"""One condition on one column, and how it is written in SQL without its value.

Belongs here: operators and parameters. Does not: whether a user may filter by that column (policy.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

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


def quote_identifier(name: str) -> str:
    """A name quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'
