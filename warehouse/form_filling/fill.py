"""Filling a form: every cell with its value, its office and its date, within what one user may see; doubtful ones stay open.

All it reads it asks through that user's gate. Not here: the workbook (workbook.py), where a value comes from
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
    """One cell of one row. `offices` are labels; `note` says why it is not filled."""

    value: Any
    state: State
    offices: tuple[str, ...]
    dated: date | None
    note: str = ""


@dataclass(frozen=True)
class FilledForm:
    """A form with the rows of one user's areas, or of one grid of them, as one release knows them."""

    form: Form
    release_id: str
    known_on: date | None
    grid_code: str | None
    rows: list[list[CellAnswer]]


def readable(view: FormReader, form: Form) -> bool:
    """Whether the user may read every table that the form reads."""
    try:
        for table in form.tables:
            granted_columns(view, table)
    except NotFound:
        return False
    return True


def fill(
    view: FormReader, form: Form, doubts: Mapping[str, Collection[Name]], limits: Limits, grid_code: str | None = None
) -> FilledForm:
    """The form, filled. `doubts`: rule → the attributes its findings put in doubt.

    NotFound for a form or a grid that is not the user's; ColumnRefused where rows are chosen by what she sees masked only;
    TooManyRows, TooLong; FormError naming the cell whose SQL fails on these rows.
    """
    if not readable(view, form):
        raise NotFound("there is no such form", remedy="see the list of forms")
    if grid_code is not None and not (grid_code.isdecimal() and view.covers(grid_code)):
        raise NotFound("there is no such grid in your areas", remedy="give one of your grids, or none for all")
    for table, name in form.chosen_by.columns if form.chosen_by else ():
        granted_columns(view, table).sortable(_own(table, name))
    question = FormQuery(view, form, limits, grid_code)
    question.count()
    withheld = {cell.name: reason for cell in form.cells if (reason := _withheld(view, cell))}
    rows = question.rows([cell for cell in form.cells if cell.name not in withheld])
    origin, doubted = Provenance(question), Doubts(question, doubts)
    shown = {cell.name: _labels(view, cell) for cell in form.cells}

    def answer(cell: Cell, row: Row) -> CellAnswer:
        offices, dated = origin.of(cell, row)
        if cell.name in withheld:
            return CellAnswer(None, "withheld", offices, dated, withheld[cell.name])
        if reason := doubted.reason(cell, row) or origin.contradicted(cell, row):
            return CellAnswer(None, "open", offices, dated, reason)
        value = row[cell.name]
        return CellAnswer(shown[cell.name].get(value, value), "filled", offices, dated, doubted.told(cell, row))

    filled = [[answer(cell, row) for cell in form.cells] for row in rows]
    return FilledForm(form, view.release_id, origin.known_on, grid_code, filled)


def _own(table: str, name: str) -> str:
    """The column behind one of `grid`."""
    return GRID_COLUMNS[name] if table == GRID else name


def _withheld(view: FormReader, cell: Cell) -> str:
    """Why the user cannot have the cell: a column she does not see, or one she sees masked that would be counted with."""
    for table, name in sorted(cell.reads.columns):
        grant = granted_columns(view, table)
        column = grant.columns.get(_own(table, name))
        treated = grant.treatments.get(_own(table, name), "hidden")
        if column is None or treated == "hidden":
            return f"{column.business_name if column else name}：本角色不可见"
        if treated == "mask" and (table, name) in cell.reads.computed:
            return f"{column.business_name}：本角色只见掩码，不能据此计算"
        if treated == "mask" and column.mask not in MASKS:
            return f"{column.business_name}：本角色不可见"
    return ""


def _labels(view: FormReader, cell: Cell) -> Mapping[Any, str]:
    """What the screen says for the codes of the column that a cell shows."""
    if cell.reads.shown is None or cell.reads.shown[0] == GRID:
        return {}
    table, name = cell.reads.shown
    column: Column | None = granted_columns(view, table).columns.get(name)
    return _Labels(view, column.codes) if column and column.codes else {}


class _Labels(dict[Any, str]):
    """Codes as they are met, with their labels; a code without one stands for itself."""

    def __init__(self, view: FormReader, codes: str) -> None:
        self._view, self._codes = view, codes
        super().__init__()

    def get(self, code: Any, default: Any = None) -> Any:
        if code not in self:
            self[code] = (self._view.label(self._codes, code) if code is not None else None) or default
        return self[code]
