"""The rules of our lint beyond the standard: layout, names, descriptions, versions, and conflicts with other contracts.

Not here: the values of a single word (`words.py`), the standard's schema (`document.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import duckdb
from open_data_contract_standard.model import SchemaObject

from contracts.document import Document, Path_, Problem
from contracts.layout import GEOMETRY
from contracts.model import LINEAGE, Column, Layer, LogicalType, Table
from contracts.named_checks import NAMED_CHECKS
from contracts.person_problems import person_problems
from contracts.pull import pull_problems
from contracts.words import TableWords

AGREES: Mapping[str, LogicalType] = {"birth_date": "date", "sex": "string", "id_type": "string"}
NAME = re.compile("[a-z][a-z0-9_]*")
OPEN_QUESTION = "?"  # what a draft says where a person must decide
ARTICLES = frozenset(("a", "an", "the"))
CHOICES = {"load": "snapshot: a file replaces the one before; append: it adds; upsert: it adds, and replaces by key"}


def open_question_problems(document: Document) -> Iterator[Problem]:
    """Every `?` of a drafted contract, with its word and column."""
    for path in _open_questions(document.content):
        parent: Any = document.content
        for step in path[:-1]:
            parent = parent[step]
        word = parent.get("property") or path[-1] if isinstance(parent, dict) else path[-2]
        column = ""
        if path[0] == "schema" and "properties" in path:
            prop = document.content["schema"][path[1]]["properties"][path[3]]
            column = f"column {prop.get('name')}: "
        choice = f" ({CHOICES[word]})" if word in CHOICES else ""
        yield document.problem(f"{column}still to be decided: {word}{choice}", *path)


def _open_questions(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    below = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, value in below:
        if value == OPEN_QUESTION:
            yield (*path, step)
        else:
            yield from _open_questions(value, (*path, step))


def scope_problems(words: TableWords, columns: list[Column]) -> Iterator[tuple[Path_, str]]:
    """Words of a table that name columns it does not have, each with its path."""
    scope = (words.row_scope,) if isinstance(words.row_scope, str) else words.row_scope or ()
    for missing in {*scope} - {"public", *(c.name for c in columns)}:
        yield ("rowScope",), f"rowScope names {missing}, which is no column here"
    dates = {c.name for c in columns if c.logical_type in ("date", "timestamp")}
    if words.dated is not None and words.dated not in dates:
        yield ("dated",), f"dated names {words.dated}, which is no date or timestamp here"


def source_problems(words: TableWords, schema: SchemaObject, columns: list[Column]) -> Iterator[tuple[Path_, str]]:
    """Problems of a source table's words, each with the path of the word."""
    has_key, layout = any(c.primary_key for c in columns), words.layout
    if layout is None:
        yield (), "a source needs customProperty `layout` (format, file_pattern, …)"
    elif layout.format == "geojson" and GEOMETRY not in {c.physical_name for c in columns}:
        message = f"a GeoJSON feature's shape comes in a column with `physicalName: {GEOMETRY}`; there is none"
        yield ("layout",), message
    if words.pull:
        for message in pull_problems(str(schema.name), words.pull, words.load, layout, has_key):
            yield ("pull",), f"pull: {message}"
    if words.pull and words.archive == "shred":
        yield ("archive",), "a pull compares with what it fetched last, which shred removes -> leave `archive` out"
    if words.authority:
        yield ("authority",), "authority belongs into a contract of contracts/city"
    for path, message in person_problems(words.persons, str(schema.name), columns):
        yield ("persons", *path), f"persons: {message}"
    corrects = layout is not None and "(?P<correction>" in layout.file_pattern
    if (corrects or words.load == "upsert") and not has_key:
        what = "a correction" if corrects else "load upsert"
        yield (), f"{what} replaces by key: mark a column `primaryKey: true`"


def city_problems(words: TableWords) -> Iterator[tuple[Path_, str]]:
    """Problems of a city table's words, each with the path of the word."""
    if words.persons:
        message = "persons says whom an office's rows name: it belongs into a contract of contracts/sources"
        yield ("persons",), message
    if words.archive == "shred":
        yield ("archive",), "archive is for an office's files: it belongs into a contract of contracts/sources"


def name_problems(document: Document, layer: Layer, table: str, columns: list[Column]) -> Iterator[Problem]:
    """Names that are no plain SQL names, are taken by the hub, or are declared twice, as is an office's header."""
    added = {c.name for c in LINEAGE} if layer == "source" else set()
    if not NAME.fullmatch(table):
        yield document.problem(f"table {table}: a name is lower-case English with _", "schema", 0, "name")
    for kind in ("name", "physical_name"):
        names = [n for c in columns for n in ((c.name,) if kind == "name" else (c.physical_name, *c.aliases))]
        for repeated in sorted({n for n in names if names.count(n) > 1}):
            yield document.problem(f"column {repeated} is declared twice", "schema", 0, "properties")
    for i, column in enumerate(columns):
        at = ("schema", 0, "properties", i, "name")
        if not NAME.fullmatch(column.name) or column.name in reserved_words():
            yield document.problem(f"column {column.name}: a name is lower-case English and no word of SQL", *at)
        elif column.name in added:
            yield document.problem(f"column {column.name}: the hub adds a column of this name", *at)


def description_problems(document: Document, columns: list[Column]) -> Iterator[Problem]:
    """Columns without a description, or with one that only repeats a name or label; `open_question_problems` reports `?`."""
    wanted = "one sentence on what the value is, with its unit, code list, or what null means"
    for i, column in enumerate(columns):
        at = ("schema", 0, "properties", i, "description")
        description = _normalised(column.description)
        if column.description == OPEN_QUESTION:
            continue
        if not description:
            yield document.problem(f"column {column.name}: has no description; add `description`: {wanted}", *at)
        elif description in map(_normalised, (column.name, column.physical_name, column.business_name)):
            message = f"column {column.name}: its description only repeats its name; write {wanted}"
            yield document.problem(message, *at)


def _normalised(text: str) -> str:
    """Letters and digits in lower case, half-width, without articles: `The grid code` is `grid_code`."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
    return "".join(word for word in words if word not in ARTICLES)


def number_problems(document: Document, columns: list[Column]) -> Iterator[Problem]:
    """Columns of ID and telephone numbers without their token, or that `agree` with columns of the wrong type."""
    types = {c.name: c.logical_type for c in columns}
    for i, column in enumerate(columns):
        at = ("schema", 0, "properties", i)
        for name in (check.reported_rule for check in column.checks if check.rule == "named"):
            kind = NAMED_CHECKS[name].token
            # an office's own telephone may stand in a public column; an ID number is always somebody's
            if kind not in (None, column.token) and (kind == "id_no" or column.classification != "public"):
                message = (
                    f"column {column.name}: check {name} is for numbers of persons: add customProperty token: {kind}"
                )
                yield document.problem(message, *at)
        if column.agrees and column.token != "id_no":
            yield document.problem(f"column {column.name}: agrees is for a column with token: id_no", *at)
        for word, name in column.agrees.items():
            if types.get(name) != AGREES[word]:
                known = " or ".join(f"{word}: a {kind} column of this table" for word, kind in AGREES.items())
                yield document.problem(f"column {column.name}: agrees says {known}, not {word}: {name}", *at)


@cache
def reserved_words() -> frozenset[str]:
    """The words that DuckDB does not take as a column's name without quotes."""
    words = duckdb.connect().execute("select keyword_name from duckdb_keywords() where keyword_category = 'reserved'")
    return frozenset(row[0] for row in words.fetchall())


def version_problems(document: Document, table: Table, others: Iterable[Table]) -> list[Problem]:
    """Versions of a source table must differ in `validFrom`, and a column keeps its type: one table holds rows of them all."""
    problems = []
    for other in others:
        if table.layer == "city" or table.valid_from == other.valid_from:
            known = f"table {table.qualified} is already declared in {other.path}"
            problems.append(document.problem(f"{known}; a version of it needs another `validFrom`", "schema", 0))
        types = {c.name: c.logical_type for c in other.columns}
        problems += [
            document.problem(f"column {c.name} is {types[c.name]} in {other.path}; rename it", "schema", 0)
            for c in table.columns
            if types.get(c.name, c.logical_type) != c.logical_type
        ]
    return problems


def pattern_problems(document: Document, table: Table, others: Iterable[Table]) -> list[Problem]:
    """Two tables must not have the same file pattern: a file's name decides its table."""
    return [
        document.problem(f"{other.path} has the same file_pattern; a file could not tell its table", "customProperties")
        for other in others
        if table.layout and other.layout and table.layout.file_pattern == other.layout.file_pattern
    ]
