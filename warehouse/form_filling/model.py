"""The model of a form (报表) that an office asks grid workers to fill.

Not here: reading and checking one (lint.py), the library of all forms (library.py), filling one (fill.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from contracts.errors import HubError
from warehouse.form_filling.expression import Column, Expression


class FormError(HubError):
    """A form is wrong; `where` is `file:line`, and the sentence names the cell."""


class Rows(NamedTuple):
    """A kind of row that a form can have: its Chinese label, and the columns with the row's ids and date.

    `key` identifies the row; `person` is the person whose values the row shows; `dated_on` is the date of the values.
    """

    label: str
    key: str
    person: str | None = None
    household: str | None = None
    dwelling: str | None = None
    dated_on: str | None = None


ROWS: Final[Mapping[str, Rows]] = {
    "grid": Rows("网格", "grid_code"),
    "household": Rows("户", "household_id", "head_person_id", "household_id", "dwelling_id"),
    "dwelling": Rows("房屋", "dwelling_id", dwelling="dwelling_id"),
    "person": Rows("人员", "person_id", "person_id", "household_id", "dwelling_id", "updated_on"),
}


@dataclass(frozen=True)
class Cell:
    """One column of a form. `taken_from`: the city columns that decide source and date; `attributes`: their names in
    `claim` and in the rules' `doubts`, with the other attributes that put the cell in doubt.
    """

    name: str
    label: str
    sql: str
    taken_from: tuple[Column, ...]
    attributes: frozenset[Column]
    reads: Expression
    line: int

    @property
    def is_aggregate(self) -> bool:
        return bool(self.reads.aggregates)


@dataclass(frozen=True)
class Form:
    """A form: since the day `since`, `office` asks on `legal_basis` for one row per `rows` that meets `where`."""

    name: str
    title: str
    office: str
    legal_basis: str
    purpose: str
    since: date
    rows: str
    cells: tuple[Cell, ...]
    where: str
    chosen_by: Expression | None
    path: str

    @property
    def row(self) -> Rows:
        return ROWS[self.rows]

    @property
    def tables(self) -> frozenset[str]:
        """The tables that the form's SQL reads."""
        parts = [cell.reads for cell in self.cells] + ([self.chosen_by] if self.chosen_by else [])
        return frozenset({self.rows}).union(*(part.tables for part in parts))
