"""Queries a form's rows through the gate of the user who fills it, with limits on rows and seconds.

Not here: filling cells from the rows (fill.py), the gate itself (scoped_sql.py).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple, Protocol

from contracts.errors import HubError
from warehouse.access.filters import Filter
from warehouse.access.grant import Grant
from warehouse.form_filling.model import Cell, Form, FormError
from warehouse.form_filling.scoped_sql import GRID
from warehouse.releases.reader import QueryFailed, Row

DOOR: Final = ("estate", "building_no", "entrance_no", "floor_no", "room_no")  # the order of a walk


class TooManyRows(HubError):
    """The form would have more rows than the limit."""


class FormReader(Protocol):
    """Reads one release within one user's rights."""

    release_id: str

    def ask(self, sql: str, tables: Collection[str], seconds: float) -> list[Row]: ...
    def rows(self, table: str, *where: Filter, columns: Sequence[str] | None = None) -> list[Row]: ...
    def grant(self, table: str) -> Grant: ...
    def covers(self, code: str | None) -> bool: ...
    def label(self, code_list: str, code: str) -> str | None: ...


class Limits(NamedTuple):
    """The most rows of a form, and the seconds that each of its queries may take."""

    rows: int
    seconds: float


class FormQuery:
    """Queries one form's rows within the user's rights. Ids of a row are in its columns `_person`, `_dwelling`, …"""

    def __init__(self, view: FormReader, form: Form, limits: Limits, grid_code: str | None) -> None:
        self.view, self.form, self._limits = view, form, limits
        place = f"and {form.rows}.grid_code = '{grid_code}'" if grid_code else ""  # decimal digits only, see `fill`
        self.source = f"from {form.rows} where (\n{form.where}\n) {place}"
        self._chosen_from = {form.rows, *(form.chosen_by.tables if form.chosen_by else ())}

    def ask(self, sql: str, more: Collection[str] = ()) -> list[Row]:
        """The rows of SQL that may read the form's own tables and `more`."""
        return self.view.ask(sql, {*self._chosen_from, *more}, self._limits.seconds)

    def keys(self, column: str) -> str:
        """SQL of a sub-select with one column of the form's rows."""
        return f"select {self.form.rows}.{column} {self.source}"

    def count(self) -> None:
        """Raise TooManyRows if the form has more rows than the limit, before any of them is read."""
        try:
            found = self.ask(f"select count(*) as found {self.source}")[0]["found"]
        except QueryFailed as error:
            raise FormError(f"where: the SQL fails on these rows ({error.what})", where=self.form.path) from None
        if found > self._limits.rows:
            raise TooManyRows(
                f"the form would have {found} rows, one may have {self._limits.rows}",
                where=self.form.name,
                remedy="fill it grid by grid (grid_code)",
            )

    def rows(self, cells: Sequence[Cell]) -> list[Row]:
        """The form's rows, each with its ids and its cells by name. FormError naming the cell whose SQL fails."""
        try:
            return self._rows(cells)
        except QueryFailed:
            for cell in cells:
                self._try(cell)
            raise

    def _try(self, cell: Cell) -> None:
        try:
            self._rows([cell])
        except QueryFailed as error:
            raise FormError(
                f"cell {cell.name}: the SQL fails on these rows ({error.what})",
                where=f"{self.form.path}:{cell.line}",
                remedy="correct the cell's sql; the other forms go on",
            ) from None

    def _rows(self, cells: Sequence[Cell]) -> list[Row]:
        name, row = self.form.rows, self.form.row
        keys = [f"{name}.{row.key} as _key"]
        keys += [
            f"{name}.{column} as _{word}"
            for word, column in row._asdict().items()
            if word not in ("label", "key") and column
        ]
        items = [f"(\n{cell.sql}\n) as {cell.name}" for cell in cells]
        tables = {GRID} if name == GRID else {"dwelling"}
        order = ", ".join([*_walk(name), f"{name}.{row.key}"])
        sql = f"select {', '.join([*keys, *items])} {self.source} order by {order}"
        return self.ask(sql, tables.union(*(cell.reads.tables for cell in cells)))


def granted_columns(view: FormReader, table: str) -> Grant:
    """The user's grant on a table that a form reads."""
    return view.grant("area" if table == GRID else table)


def _walk(row: str) -> list[str]:
    if row == GRID:
        return []
    if row == "dwelling":
        return [f"dwelling.{column} nulls last" for column in DOOR]
    return [
        f"(select door.{column} from dwelling door where door.dwelling_id = {row}.dwelling_id) nulls last"
        for column in DOOR
    ]
