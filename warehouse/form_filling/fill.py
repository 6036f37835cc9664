"""Fills a form within one user's rights: each cell gets its value, office and date; cells in doubt stay open.

Everything is read through that user's gate. Not here: the workbook (workbook.py), where a value comes from
(provenance.py), which cells are in doubt (doubts.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from contracts.model import Column
from warehouse.access.masking import MASKS
from warehouse.access.policy import NotFound
from warehouse.form_filling.doubts import Doubts
from warehouse.form_filling.expression import Column as Name
from warehouse.form_filling.model import Cell, Form
from warehouse.form_filling.provenance import Provenance
from warehouse.form_filling.query import FormQuery, FormReader, Limits, granted_columns
from warehouse.form_filling.scoped_sql import GRID, GRID_COLUMNS
from warehouse.releases.reader import Row

State = Literal["filled", "open", "withheld"]


class CellAnswer(NamedTuple):
    """One cell of one row. `offices` are labels; `note` is the reason why it is not filled, in Chinese."""

    value: Any
    state: State
    offices: tuple[str, ...]
    dated_on: date | None
    note: str = ""


@dataclass(frozen=True)
class FilledForm:
    """A form with the rows of one user's areas, or of one grid of them, from one release."""

    form: Form
    release_id: str
    known_on: date | None
    grid_code: str | None
    rows: list[list[CellAnswer]]


def is_readable(view: FormReader, form: Form) -> bool:
    """True if the user may read every table that the form reads."""
    try:
        for table in form.tables:
            granted_columns(view, table)
    except NotFound:
        return False
    return True


def fill(
    view: FormReader, form: Form, doubts: Mapping[str, Collection[Name]], limits: Limits, grid_code: str | None = None
) -> FilledForm:
    """Fill the form. `doubts`: rule → the attributes its findings put in doubt.

    NotFound for a form or grid outside the user's rights; ColumnNotAllowed if `where` reads a column that is masked for her;
    TooManyRows; QueryTimeout; FormError naming the cell whose SQL fails on these rows.
    """
    if not is_readable(view, form):
        raise NotFound("there is no such form", remedy="see the list of forms")
    if grid_code is not None and not (grid_code.isdecimal() and view.covers(grid_code)):
        raise NotFound("there is no such grid in your areas", remedy="give one of your grids, or none for all")
    for table, name in form.chosen_by.columns if form.chosen_by else ():
        granted_columns(view, table).sortable(_own(table, name))
    question = FormQuery(view, form, limits, grid_code)
    question.count()
    withheld = {cell.name: reason for cell in form.cells if (reason := _withheld(view, cell))}
    rows = question.rows([cell for cell in form.cells if cell.name not in withheld])
    provenance, findings = Provenance(question), Doubts(question, doubts)
    labels = {cell.name: _labels(view, cell) for cell in form.cells}

    def answer(cell: Cell, row: Row) -> CellAnswer:
        offices, dated_on = provenance.of(cell, row)
        if cell.name in withheld:
            return CellAnswer(None, "withheld", offices, dated_on, withheld[cell.name])
        if reason := findings.reason(cell, row) or provenance.disagreement(cell, row):
            return CellAnswer(None, "open", offices, dated_on, reason)
        value = row[cell.name]
        note = findings.count_note(cell, row)
        return CellAnswer(labels[cell.name].get(value, value), "filled", offices, dated_on, note)

    filled = [[answer(cell, row) for cell in form.cells] for row in rows]
    return FilledForm(form, view.release_id, provenance.known_on, grid_code, filled)


def _own(table: str, name: str) -> str:
    """The name of a column in its own table: a column of `grid` is one of `area`."""
    return GRID_COLUMNS[name] if table == GRID else name


def _withheld(view: FormReader, cell: Cell) -> str:
    """The reason why the user cannot have the cell, in Chinese: a hidden column, or a calculation with a masked one."""
    for table, name in sorted(cell.reads.columns):
        grant = granted_columns(view, table)
        column = grant.columns.get(_own(table, name))
        treatment = grant.treatments.get(_own(table, name), "hidden")
        if column is None or treatment == "hidden":
            return f"{column.business_name if column else name}：本角色不可见"
        if treatment == "mask" and (table, name) in cell.reads.computed_columns:
            return f"{column.business_name}：本角色只见掩码，不能据此计算"
        if treatment == "mask" and column.mask not in MASKS:
            return f"{column.business_name}：本角色不可见"
    return ""


def _labels(view: FormReader, cell: Cell) -> Mapping[Any, str]:
    """The labels for the codes of the column that a cell shows; empty for a column without a code list."""
    if cell.reads.shown_column is None or cell.reads.shown_column[0] == GRID:
        return {}
    table, name = cell.reads.shown_column
    column: Column | None = granted_columns(view, table).columns.get(name)
    return _Labels(view, column.codes) if column and column.codes else {}


class _Labels(dict[Any, str]):
    """Labels by code, looked up at first use; a code without a label gets the default."""

    def __init__(self, view: FormReader, codes: str) -> None:
        self._view, self._codes = view, codes
        super().__init__()

    def get(self, code: Any, default: Any = None) -> Any:
        if code not in self:
            self[code] = (self._view.label(self._codes, code) if code is not None else None) or default
        return self[code]
