"""Reads a form's YAML, and reports every problem in it with file, line, cell and remedy.

Not here: the SQL that a form may use (expression.py), forms that repeat another (overlap.py).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import duckdb
from pydantic import AfterValidator, BeforeValidator, Field

from contracts.declaration import Day, Declaration, Items, Text, read_declaration
from contracts.document import Document, Problem, parse
from contracts.model import Catalog, Table
from warehouse.form_filling.expression import Column, Expression, confined_sql, expression
from warehouse.form_filling.model import Cell, Form
from warehouse.form_filling.scoped_sql import GRID, GRID_COLUMNS
from warehouse.releases.readonly import SANDBOX_CONFIG
from warehouse.sql_reading.statement import UnsafeSql

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
MOST_CELLS: Final = 60
VALUES: Final = re.compile(
    r"VARCHAR|BOOLEAN|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL.*|DATE|TIMESTAMP.*"
)


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError(f"should be a name ({NAME.pattern}), not {text!r}")
    return text


def _pair(text: Any) -> Any:
    table, _, name = str(text).partition(".")
    if not (NAME.fullmatch(table) and NAME.fullmatch(name)):
        raise ValueError(f"names look like person.birth_date, not {text!r}")
    return table, name


Columns = Items[Annotated[Column, BeforeValidator(_pair)]]


class CellWords(Declaration):
    """One column of a form, as its file declares it."""

    name: Annotated[str, AfterValidator(_name)]
    label: Text
    sql: Text
    taken_from: Columns = Field(alias="from", min_length=1, description="what it is taken from: [person.birth_date]")
    doubts: Columns = Field((), description="a list of attributes: [person.living_address]")


class FormWords(Declaration):
    """A form as its file declares it; each of `cells` is read as `CellWords`."""

    title: Text
    office: Text
    legal_basis: Text
    purpose: Text
    since: Day = Field(description="the day the form is asked for from, as 2026-11-24")
    rows: Literal["grid", "household", "dwelling", "person"] = Field(description="say what one row is")
    cells: list[Any] = Field(min_length=1, max_length=MOST_CELLS, description=f"a list of 1 to {MOST_CELLS} cells")
    where: Text = "true"


class FormProblem(Exception):
    """A problem of the value of one word of a form, with its remedy."""

    def __init__(self, message: str, word: str) -> None:
        self.message, self.word = message, word
        super().__init__(message)


class Linter:
    """Reads forms against the city's contracts; their SQL is bound to empty tables, so DuckDB itself reports errors."""

    def __init__(self, catalog: Catalog) -> None:
        self._tables = {t.name: t for t in catalog.city()}
        self._known = {t.name: frozenset(c.name for c in t.released_columns) for t in catalog.city()}
        self._known[GRID] = frozenset(GRID_COLUMNS)
        self._survivorship = {
            (t.name, c.name): (c.survivorship.entity, c.survivorship.attribute)
            for t in catalog.city()
            for c in t.released_columns
            if c.survivorship
        }
        self._empty = _empty(catalog.city())

    def read(self, path: Path) -> tuple[Form | None, list[str]]:
        """The form, or None and every problem as `file:line: problem -> remedy`."""
        document, problems = parse(path, "a form starts with title and office")
        form = None
        if document is not None:
            form, problems = self._form(document, path)
        return (None if problems else form), [f"{path.name}:{p.line}: {p.message}" for p in problems]

    def _form(self, document: Document, path: Path) -> tuple[Form | None, list[Problem]]:
        words, problems = read_declaration(FormWords, document.content, document)
        if not NAME.fullmatch(path.stem):
            problems.append(document.problem(f"a form's file is named {NAME.pattern}.yaml -> rename it"))
        if words is None:
            return None, problems
        cells = []
        for nth, content in enumerate(words.cells):
            cell, found = self._cell(document, nth, content, words)
            cells += [cell] if cell else []
            problems += found
        problems += _repeated(document, cells)
        chosen_by = None
        if "where" in words.model_fields_set:
            try:
                chosen_by = self._expression(words.where, words, re.compile("BOOLEAN"))
            except FormProblem as wrong:
                problems.append(document.problem(f"where: {wrong.message}", "where"))
        fields = dict(words) | {"cells": tuple(cells)}
        return Form(name=path.stem, chosen_by=chosen_by, path=path.name, **fields), problems

    def _cell(self, document: Document, nth: int, content: Any, form: FormWords) -> tuple[Cell | None, list[Problem]]:
        place = ("cells", nth)
        name = content.get("name", nth + 1) if isinstance(content, dict) else nth + 1
        words, problems = read_declaration(CellWords, content, document, place, about=f"cell {name}: ")
        if words is None:
            return None, problems
        try:
            reads = self._expression(words.sql, form, VALUES)
            self._require_taken(words.taken_from, reads)
            self._require_attributes(words.doubts)
        except FormProblem as wrong:
            return None, [document.problem(f"cell {name}: {wrong.message}", *place, wrong.word)]
        taken = words.taken_from
        attributes = frozenset({*words.doubts, *(self._survivorship.get(column, column) for column in taken)})
        return Cell(words.name, words.label, words.sql, taken, attributes, reads, document.line(*place)), []

    def _expression(self, sql: str, form: FormWords, types: re.Pattern[str]) -> Expression:
        try:
            found = expression(sql, form.rows, self._known)
        except UnsafeSql as error:
            raise FormProblem(f"the SQL {error}", "sql") from None
        self._may_read(found.columns, form.purpose)
        try:
            with self._empty.cursor() as cursor:
                checked = confined_sql(f"select (\n{sql}\n) as cell from {form.rows} limit 0", self._known)
                described = cursor.execute(checked).description
        except duckdb.Error as error:
            raise FormProblem(f"the SQL does not fit: {str(error).splitlines()[0]} -> correct it", "sql") from None
        value_type = str(described[0][1])
        if not types.fullmatch(value_type) and value_type not in ('"NULL"', "NULL"):
            raise FormProblem(f"the SQL gives {value_type.lower()} -> give one value ({types.pattern.lower()})", "sql")
        return found

    def _may_read(self, columns: Collection[Column], purpose: str) -> None:
        for table, name in sorted(columns):
            column = self._tables[table].column(name) if table in self._tables else None
            if column and column.classification == "sensitive":
                raise FormProblem(f"reads {table}.{name}, which is shown to nobody -> take another column", "sql")
            if column and not self._tables[table].allows(name, purpose):
                raise FormProblem(
                    f"reads {table}.{name}, whose contract does not allow the purpose {purpose} (it has "
                    f"{', '.join([str(column.purpose), *column.uses])}) -> leave it out, or have its contract say so",
                    "sql",
                )

    def _require_taken(self, columns: Collection[Column], reads: Expression) -> None:
        for table, name in columns:
            if name not in self._known.get(table, ()):
                raise FormProblem(f"from: there is no column {table}.{name} -> see the catalogue", "from")
            if (table, name) not in reads.columns:
                raise FormProblem(f"from: the SQL does not read {table}.{name} -> name columns that it reads", "from")

    def _require_attributes(self, attributes: Collection[Column]) -> None:
        for entity, attribute in sorted({*attributes} - {*self._survivorship.values()}):
            if attribute not in self._known.get(entity, ()):
                raise FormProblem(
                    f"doubts: there is no attribute {entity}.{attribute} -> see a rule's doubts", "doubts"
                )


def _repeated(document: Document, cells: Sequence[Cell]) -> Iterator[Problem]:
    for word in ("name", "label"):
        values = [getattr(cell, word) for cell in cells]
        for nth, (cell, value) in enumerate(zip(cells, values, strict=True)):
            if value in values[:nth]:
                message = f"cell {cell.name}: its {word} {value} is another cell's, too -> give it its own"
                yield Problem(document.path, cell.line, message)


def _empty(tables: list[Table]) -> duckdb.DuckDBPyConnection:
    """A database with the city's tables and no rows."""
    connection = duckdb.connect(config=SANDBOX_CONFIG | {"threads": 1})
    for table in tables:
        connection.execute(f"create table {table.definition}")
    columns = ", ".join(f"{column} varchar" for column in GRID_COLUMNS)
    connection.execute(f"create table {GRID} ({columns})")
    return connection
