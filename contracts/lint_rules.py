"""What our own lint asks beyond the standard: layout, names, descriptions, and what another contract has taken.

Not here: one column's words (`load.py`), the standard's schema (`document.py`).
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, get_args

import duckdb

from contracts.code_lists import load_code_lists
from contracts.document import Document, Problem
from contracts.model import FORMATS, GEOMETRY, LINEAGE, Column, Drift, Layer, Layout, Load, LogicalType, Table
from contracts.named_checks import NAMED_CHECKS
from contracts.persons import person_problems
from contracts.pull import pull_problems

AGREES: Mapping[str, LogicalType] = {"birth_date": "date", "sex": "string"}
NAME = re.compile("[a-z][a-z0-9_]*")
ARTICLES = frozenset(("a", "an", "the"))
UNDECIDED = "?"  # what a draft says where a person must decide
CHOICES = {"load": "snapshot: a file replaces the one before; append: it adds; upsert: it adds, and replaces by key"}


def undecided_problems(document: Document) -> Iterator[Problem]:
    """Every `?` of a drafted contract, with the word it stands for and the column."""
    for path in _undecided(document.content):
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


def _undecided(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    below = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, value in below:
        if value == UNDECIDED:
            yield (*path, step)
        else:
            yield from _undecided(value, (*path, step))


def source_problems(document: Document, words: dict[str, Any], columns: list[Column]) -> list[Problem]:
    problems = []
    if "layout" not in words:
        problems.append(document.problem("a source needs customProperty `layout` (format, file_pattern, …)", "schema"))
    else:
        problems += [
            document.problem(f"layout: {p}", "customProperties") for p in _layout_problems(words["layout"], columns)
        ]
    if "pull" in words:
        found = pull_problems(
            str(document.content["schema"][0].get("name")), words, any(c.primary_key for c in columns)
        )
        problems += [document.problem(f"pull: {p}", "customProperties") for p in found]
    if "authority" in words:
        problems.append(document.problem("authority belongs into a contract of contracts/city", "customProperties"))
    if "persons" in words:
        problems += person_problems(document, words["persons"], columns)
    if words.get("load", "snapshot") not in (*get_args(Load), UNDECIDED):
        problems.append(document.problem(f"load must be one of {', '.join(get_args(Load))}", "customProperties"))
    for word, default in (("minShare", Table.min_share), ("maxRejected", Table.max_rejected)):
        share = words.get(word, default)
        if not isinstance(share, int | float) or not 0 <= share <= 1:
            problems.append(document.problem(f"{word} is a share of rows from 0 to 1", "customProperties"))
    try:
        date.fromisoformat(str(words.get("validFrom", date.min)))
    except ValueError:
        problems.append(document.problem("validFrom is a date: 2024-03-01", "customProperties"))
    corrects = "(?P<correction>" in str(words.get("layout"))
    if (corrects or words.get("load") == "upsert") and not any(c.primary_key for c in columns):
        what = "a correction" if corrects else "load upsert"
        problems.append(document.problem(f"{what} replaces by key: mark a column `primaryKey: true`", "schema", 0))
    return problems


def city_problems(document: Document, words: dict[str, Any]) -> Iterator[Problem]:
    if "persons" in words:
        message = "persons says whom an office's rows name: it belongs into a contract of contracts/sources"
        yield document.problem(message, "customProperties")
    known = load_code_lists()["claim_source"].labels
    if "authority" in words and words["authority"] not in known:
        message = (
            f"authority is the source whose register the table is: one of {', '.join(known)} (codes/claim_source.csv)"
        )
        yield document.problem(message, "customProperties")


def _layout_problems(given: Any, columns: list[Column]) -> Iterator[str]:
    try:
        layout = Layout(**given)
    except TypeError as error:
        yield str(error).split("() ")[-1]
    else:
        for word in ("file_pattern", "ignore_rows", "sheets"):
            pattern = getattr(layout, word)
            try:
                re.compile("" if pattern == "*" else pattern)
            except re.error as error:
                yield f"{word} is no regular expression: {error}"
        if layout.format not in FORMATS:
            yield f"format must be one of {', '.join(FORMATS)}"
        if not isinstance(layout.header_row, int) or layout.header_row < 1:
            yield "header_row is the row's number as a spreadsheet shows it, from 1"
        if not isinstance(layout.header_rows, int) or not 1 <= layout.header_rows <= 4:
            yield "header_rows says how many rows the header has, 1 to 4"
        if layout.encoding and not _is_codec(layout.encoding):
            yield f"encoding {layout.encoding} is not one Python knows: utf-8, gb18030, utf-16-le, …"
        if len(layout.delimiter) != 1:
            yield "delimiter is one character"
        if layout.format == "geojson" and GEOMETRY not in {c.physical_name for c in columns}:
            yield f"a GeoJSON feature's shape comes in a column with `physicalName: {GEOMETRY}`; there is none"


def _is_codec(name: str) -> bool:
    try:
        return bool(codecs.lookup(name))
    except LookupError:
        return False


def drift_problems(given: Any) -> Iterator[str]:
    """`drift: {nulls: 0.1, shift: 0.2, then: hold}`."""
    try:
        drift = Drift(**given)
    except TypeError:
        yield "drift knows nulls, shift (each a number) and then (warn, hold)"
        return
    if drift.then not in ("warn", "hold"):
        yield "drift: then is warn or hold"
    if any(not isinstance(bound, int | float) for bound in (drift.nulls, drift.shift) if bound is not None):
        yield "drift: nulls and shift are numbers"


def name_problems(document: Document, layer: Layer, table: str, columns: list[Column]) -> Iterator[Problem]:
    """Our names go into SQL as they are; an office's header names one column."""
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
    """Each column says what its value is, in more words than its name and label. A `?` is `undecided_problems`' matter."""
    wanted = "one sentence on what the value is, with its unit, code list, or what null means"
    for i, column in enumerate(columns):
        at = ("schema", 0, "properties", i, "description")
        description = _normalised(column.description)
        if column.description == UNDECIDED:
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
    """What ID and telephone numbers ask for: a token, and columns of the right type to agree with."""
    types = {c.name: c.logical_type for c in columns}
    for i, column in enumerate(columns):
        at = ("schema", 0, "properties", i)
        for name in (check.told for check in column.checks if check.rule == "named"):
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
            if word not in AGREES or types.get(name) != AGREES[word]:
                known = " or ".join(f"{word}: a {kind} column of this table" for word, kind in AGREES.items())
                yield document.problem(f"column {column.name}: agrees says {known}, not {word}: {name}", *at)


@cache
def reserved_words() -> frozenset[str]:
    """What DuckDB does not take for a column's name without quotes."""
    words = duckdb.connect().execute("select keyword_name from duckdb_keywords() where keyword_category = 'reserved'")
    return frozenset(row[0] for row in words.fetchall())


def version_problems(document: Document, table: Table, others: Iterable[Table]) -> list[Problem]:
    """Versions of a source table differ in `validFrom`, and a column of one name keeps its type: one table holds both."""
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
    """A file's name decides its table, so two tables cannot wait for the same name."""
    return [
        document.problem(f"{other.path} has the same file_pattern; a file could not tell its table", "customProperties")
        for other in others
        if table.layout and other.layout and table.layout.file_pattern == other.layout.file_pattern
    ]
