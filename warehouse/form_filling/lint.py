"""Reads a form's YAML, and reports every problem in it with file, line, cell and remedy.

Not here: the SQL that a form may use (expression.py), forms that repeat another (overlap.py).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb

from contracts.document import Document, parse
from contracts.model import Catalog, Table
from warehouse.form_filling.expression import Column, Expression, UnsafeSql, expression
from warehouse.form_filling.model import ROWS, Cell, Form
from warehouse.form_filling.scoped_sql import GRID, GRID_COLUMNS
from warehouse.releases.readonly import SANDBOX_CONFIG

MUST: Final = ("title", "office", "legal_basis", "purpose", "since", "rows", "cells")
WORDS: Final = (*MUST, "where")
CELL_MUST: Final = ("name", "label", "sql", "from")
CELL_WORDS: Final = (*CELL_MUST, "doubts")
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
MOST_CELLS: Final = 60
VALUES: Final = re.compile(
    r"VARCHAR|BOOLEAN|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL.*|DATE|TIMESTAMP.*"
)


class FormProblem(Exception):
    """A problem at a place of the document, `path`."""

    def __init__(self, message: str, *path: str | int) -> None:
        self.message, self.path = message, path
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
        document, unread = parse(path, "a form starts with title and office")
        if document is None:
            return None, [f"{path.name}:{problem.line}: {problem.message}" for problem in unread]
        found: list[FormProblem] = []
        form = self._form(document, path, found)
        problems = [f"{path.name}:{document.line(*wrong.path)}: {wrong.message}" for wrong in found]
        return (None, problems) if problems else (form, [])

    def _form(self, document: Document, path: Path, found: list[FormProblem]) -> Form | None:
        content = document.content
        found += _words(content, MUST, WORDS, "the form")
        if not NAME.fullmatch(path.stem):
            found.append(FormProblem(f"a form's file is named {NAME.pattern}.yaml -> rename it"))
        if str(content.get("rows")) not in ROWS:
            found.append(FormProblem(f"rows is one of {', '.join(ROWS)} -> say what one row is", "rows"))
        try:
            since = date.fromisoformat(str(content.get("since", "")))
        except ValueError:
            found.append(FormProblem("since is the day the form is asked for from, as 2026-11-24 -> write it", "since"))
        cells = content.get("cells")
        if not isinstance(cells, list) or not 0 < len(cells) <= MOST_CELLS:
            found.append(FormProblem(f"cells is a list of 1 to {MOST_CELLS} cells -> write it", "cells"))
        if found:
            return None
        assert isinstance(cells, list)
        read = [self._cell(document, nth, content, found) for nth in range(len(cells))]
        _once(cells, found)
        chosen_by = self._where(content, found)
        return Form(
            name=path.stem,
            since=since,
            cells=tuple(cell for cell in read if cell),
            where=str(content.get("where") or "true").strip(),
            chosen_by=chosen_by,
            path=path.name,
            **{word: str(content[word]).strip() for word in ("title", "office", "legal_basis", "purpose", "rows")},
        )

    def _cell(self, document: Document, nth: int, form: Mapping[str, Any], found: list[FormProblem]) -> Cell | None:
        content, place = form["cells"][nth], ("cells", nth)
        if not isinstance(content, dict):
            found.append(FormProblem(f"cell {nth + 1} is a mapping of {', '.join(CELL_WORDS)} -> write it so", *place))
            return None
        name = f"cell {content.get('name', nth + 1)}"
        if words := _words(content, CELL_MUST, CELL_WORDS, name, place):
            found += words
            return None
        if not NAME.fullmatch(str(content["name"])):
            found.append(FormProblem(f"{name}: a name is {NAME.pattern} -> rename it", *place, "name"))
        sql = str(content["sql"]).strip()
        try:
            reads = self._expression(sql, form, VALUES)
            taken = self._taken_from(content["from"], reads)
            doubts = self._doubts(content.get("doubts", []))
        except FormProblem as wrong:
            found.append(FormProblem(f"{name}: {wrong.message}", *place, *wrong.path))
            return None
        attributes = doubts.union(self._survivorship.get(column, column) for column in taken)
        label = str(content["label"]).strip()
        return Cell(str(content["name"]), label, sql, taken, frozenset(attributes), reads, document.line(*place))

    def _where(self, form: Mapping[str, Any], found: list[FormProblem]) -> Expression | None:
        if "where" not in form:
            return None
        try:
            return self._expression(str(form["where"]).strip(), form, re.compile("BOOLEAN"))
        except FormProblem as wrong:
            found.append(FormProblem(f"where: {wrong.message}", "where"))
            return None

    def _expression(self, sql: str, form: Mapping[str, Any], types: re.Pattern[str]) -> Expression:
        row = str(form["rows"])
        try:
            found = expression(sql, row, self._known)
        except UnsafeSql as error:
            raise FormProblem(f"the SQL {error}", "sql") from None
        self._may_read(found.columns, str(form["purpose"]))
        try:
            with self._empty.cursor() as cursor:
                described = cursor.execute(f"select (\n{sql}\n) as cell from {row} limit 0").description
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

    def _taken_from(self, content: object, reads: Expression) -> tuple[Column, ...]:
        columns = [_pair(item, "from") for item in content] if isinstance(content, list) else []
        if not columns:
            raise FormProblem(
                "from is a list of city columns, [person.birth_date] -> name what it is taken from", "from"
            )
        for table, name in columns:
            if name not in self._known.get(table, ()):
                raise FormProblem(f"from: there is no column {table}.{name} -> see the catalogue", "from")
            if (table, name) not in reads.columns:
                raise FormProblem(f"from: the SQL does not read {table}.{name} -> name columns that it reads", "from")
        return tuple(columns)

    def _doubts(self, content: object) -> set[Column]:
        if not isinstance(content, list):
            raise FormProblem("doubts is a list of attributes, [person.living_address] -> write it so", "doubts")
        attributes = {_pair(item, "doubts") for item in content}
        for entity, attribute in sorted(attributes - {*self._survivorship.values()}):
            if attribute not in self._known.get(entity, ()):
                raise FormProblem(
                    f"doubts: there is no attribute {entity}.{attribute} -> see a rule's doubts", "doubts"
                )
        return attributes


def _words(
    content: Mapping[str, Any], must: Collection[str], known: Collection[str], what: str, place: Any = ()
) -> list[FormProblem]:
    found = [
        FormProblem(f"{what} has an unknown word {word} -> it knows {', '.join(known)}", *place, word)
        for word in content
        if word not in known
    ]
    if missing := [word for word in must if content.get(word) in (None, "", [])]:
        found.append(FormProblem(f"{what} lacks {', '.join(missing)} -> write it", *place))
    return found


def _once(cells: list[Any], found: list[FormProblem]) -> None:
    for word in ("name", "label"):
        seen: set[str] = set()
        for nth, cell in enumerate(cells):
            value = str(cell.get(word, "")).strip() if isinstance(cell, dict) else ""
            if value and value in seen:
                found.append(
                    FormProblem(
                        f"cell {cell.get('name')}: its {word} {value} is another cell's, too -> give it its own",
                        "cells",
                        nth,
                        word,
                    )
                )
            seen.add(value)


def _pair(item: object, word: str) -> Column:
    table, _, name = str(item).partition(".")
    if not (NAME.fullmatch(table) and NAME.fullmatch(name)):
        raise FormProblem(f"{word}: names look like person.birth_date -> correct it", word)
    return table, name


def _empty(tables: list[Table]) -> duckdb.DuckDBPyConnection:
    """A database with the city's tables and no rows."""
    connection = duckdb.connect(config=SANDBOX_CONFIG | {"threads": 1})
    for table in tables:
        connection.execute(f"create table {table.definition}")
    columns = ", ".join(f"{column} varchar" for column in GRID_COLUMNS)
    connection.execute(f"create table {GRID} ({columns})")
    return connection
