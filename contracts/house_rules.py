"""What our own lint asks of a contract beyond the standard: its layout, its names, and what another contract has taken.

Not here: one column's words (`load.py`), the standard's schema (`document.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, get_args

import duckdb

from contracts.document import Document, Problem
from contracts.model import FORMATS, LINEAGE, Column, Layer, Layout, Load, Table

NAME = re.compile("[a-z][a-z0-9_]*")


def source_problems(document: Document, words: dict[str, Any], columns: list[Column]) -> list[Problem]:
    problems = []
    if "layout" not in words:
        problems.append(document.problem("a source needs customProperty `layout` (format, file_pattern, …)", "schema"))
    else:
        problems += [document.problem(f"layout: {p}", "customProperties") for p in _layout_problems(words["layout"])]
    if words.get("load", "snapshot") not in get_args(Load):
        problems.append(document.problem(f"load must be one of {', '.join(get_args(Load))}", "customProperties"))
    share = words.get("minShare", Table.min_share)
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        problems.append(document.problem("minShare is a share of rows from 0 to 1", "customProperties"))
    if words.get("load") == "upsert" and not any(c.primary_key for c in columns):
        problems.append(document.problem("load upsert replaces by key: mark a column `primaryKey: true`", "schema", 0))
    return problems


def _layout_problems(given: Any) -> Iterator[str]:
    try:
        layout = Layout(**given)
        re.compile(layout.file_pattern)
    except TypeError as error:
        yield str(error).split("() ")[-1]
    except re.error as error:
        yield f"file_pattern is no regular expression: {error}"
    else:
        if layout.format not in FORMATS:
            yield f"format must be one of {', '.join(FORMATS)}"
        if not isinstance(layout.header_row, int) or layout.header_row < 1:
            yield "header_row is the row's number as a spreadsheet shows it, from 1"
        if len(layout.delimiter) != 1:
            yield "delimiter is one character"


def name_problems(document: Document, layer: Layer, table: str, columns: list[Column]) -> Iterator[Problem]:
    """Our names go into SQL as they are; an office's header names one column."""
    added = {c.name for c in LINEAGE} if layer == "source" else set()
    if not NAME.fullmatch(table):
        yield document.problem(f"table {table}: a name is lower-case English with _", "schema", 0, "name")
    for kind in ("name", "physical_name"):
        names = [getattr(c, kind) for c in columns]
        for repeated in sorted({n for n in names if names.count(n) > 1}):
            yield document.problem(f"column {repeated} is declared twice", "schema", 0, "properties")
    for i, column in enumerate(columns):
        at = ("schema", 0, "properties", i, "name")
        if not NAME.fullmatch(column.name) or column.name in reserved_words():
            yield document.problem(f"column {column.name}: a name is lower-case English and no word of SQL", *at)
        elif column.name in added:
            yield document.problem(f"column {column.name}: the hub adds a column of this name", *at)


@cache
def reserved_words() -> frozenset[str]:
    """What DuckDB does not take for a column's name without quotes."""
    words = duckdb.connect().execute("select keyword_name from duckdb_keywords() where keyword_category = 'reserved'")
    return frozenset(row[0] for row in words.fetchall())


def pattern_problems(document: Document, table: Table, others: Iterable[Table]) -> list[Problem]:
    """A file's name decides its table, so two tables cannot wait for the same name."""
    return [
        document.problem(f"{other.path} has the same file_pattern; a file could not tell its table", "customProperties")
        for other in others
        if table.layout and other.layout and table.layout.file_pattern == other.layout.file_pattern
    ]
