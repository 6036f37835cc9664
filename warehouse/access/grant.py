"""A grant: the columns of one table that a user may read, filter and sort by, and the condition of her rows.

Belongs here: the column half of the gate, as SQL expressions. Does not: making grants, and whole queries (policy.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from contracts.errors import AccessError
from contracts.model import Column, Table
from contracts.quoting import quote_identifier, quote_relation
from warehouse.access.filters import Condition
from warehouse.access.masking import ColumnAccess, mask_sql

NUMBER = "_number"


class ColumnNotAllowed(AccessError):
    """A masked or hidden column was to be read, filtered or sorted by, which would reveal its values."""


@dataclass(frozen=True)
class Grant:
    """One user's access to one table: a treatment for every column, and the SQL condition of her rows, `scope`."""

    table: Table
    columns: dict[str, Column]
    treatments: dict[str, ColumnAccess]
    scope: str
    params: dict[str, str] = field(default_factory=dict)

    @property
    def relation(self) -> str:
        """The table's name in SQL."""
        return quote_relation(self.table.relation)

    @cached_property
    def groups(self) -> frozenset[str]:
        """The classifications of all columns that she sees, `personal masked` for one that she sees masked."""
        return self.groups_of(self.treatments)

    def groups_of(self, names: Iterable[str]) -> frozenset[str]:
        """As `groups`, of some columns; names that the table does not have are left out."""
        visible = ((name, self.treatments.get(name, "hidden")) for name in names)
        return frozenset(
            self.columns[name].classification + (" masked" if treatment == "mask" else "")
            for name, treatment in visible
            if treatment != "hidden"
        )

    def read(self, name: str) -> str:
        """The select item of a column: the column or its mask. ColumnNotAllowed for a hidden one."""
        quoted = quote_identifier(name)
        if self.treatments.get(name, "hidden") == "hidden":
            raise self._refusal(name)
        if self.treatments[name] == "full":
            return f"t.{quoted}"
        return f"{mask_sql(self.columns[name], f't.{quoted}')} as {quoted}"

    def unmasked(self, name: str) -> str:
        """The select item of a column without its mask, for values that are compared or stored, never shown."""
        if name not in self.columns:
            raise self._refusal(name)
        return f"t.{quote_identifier(name)}"

    def compare(self, condition: Condition) -> str:
        """The SQL of the column that a filter compares: only full ones, and tokens if the masked form is shown in full."""
        if condition.op == "token":
            if self.treatments.get(f"{condition.column}_masked") != "full":
                raise self._refusal(condition.column)
            return f"t.{quote_identifier(condition.column + '_token')}"
        return self.sortable(condition.column)

    def sortable(self, name: str) -> str:
        """The SQL of a column for a filter or an order. ColumnNotAllowed for one that is not shown in full."""
        if self.treatments.get(name) != "full":
            raise self._refusal(name)
        return f"t.{quote_identifier(name)}"

    def number(self, name: str) -> str:
        """A select item that numbers the column's distinct values, by its token if it has one.

        Two different values can have the same masked form: the number tells them apart and reveals nothing else.
        """
        value, token = self.sortable(name), f"{name}_token"
        distinct = f"coalesce(t.{quote_identifier(token)}, {value})" if token in self.columns else value
        return f"dense_rank() over (order by {distinct}) as {NUMBER}"

    def _refusal(self, name: str) -> ColumnNotAllowed:
        known = name in self.treatments
        what = f"column {name} is not shown to you in full" if known else "there is no such column"
        if not known and any(column.name == name for column in self.table.released_columns):
            what = f"the served release was made before there was {name}; the next night's has it"
        remedy = "filter, sort and select by the columns the catalogue shows to you"
        return ColumnNotAllowed(
            what, where=self.table.qualified, remedy=f"{remedy}: /v1/catalog/{self.table.qualified}"
        )
