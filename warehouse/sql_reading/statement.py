"""One select statement as a syntax tree, and the relations that it takes rows from.

A name is a CTE's where the CTE is in sight, and a table's everywhere else: a CTE hides no table of its own name from who
stands outside of it, nor from itself. Not here: which nodes and functions are allowed (grammar.py), columns (columns.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.scope import Scope, traverse_scope

from contracts.errors import AccessError

DIALECT: Final = "duckdb"
CITY: Final = "main"  # the schema of the city tables, which SQL does not write


class UnsafeSql(AccessError):
    """SQL that is not one select of allowed parts, or of which it cannot be said what it reads; `line` is the SQL's own."""

    def __init__(self, what: str, *, remedy: str, line: int = 1) -> None:
        super().__init__(what, remedy=remedy)
        self.line = line


@contextmanager
def bounded_depth() -> Iterator[None]:
    """Refuse as UnsafeSql what is nested deeper than the interpreter can follow."""
    try:
        yield
    except RecursionError:
        raise UnsafeSql("is nested too deeply", remedy="write it more simply") from None


def one_select(sql: str) -> exp.Query:
    """The tree of the one select in `sql`, names in lower case: DuckDB tells none apart by case. UnsafeSql for anything else."""
    try:
        trees = [tree for tree in sqlglot.parse(sql, read=DIALECT) if tree is not None]
    except SqlglotError as error:
        found: Mapping[str, Any] = next(iter(getattr(error, "errors", ())), {})
        near = f" near {found['highlight']}" if found.get("highlight") else ""
        line = found.get("line", 1)
        raise UnsafeSql(f"is not valid SQL: syntax error{near}", remedy="correct it", line=line) from None
    if len(trees) != 1 or not isinstance(trees[0], exp.Select | exp.SetOperation):
        raise UnsafeSql("is not one select", remedy="ask one question, which writes, attaches and sets nothing")
    return normalize_identifiers(trees[0], dialect=DIALECT)


def read_tables(tree: exp.Query) -> list[exp.Table]:
    """The tables and table functions that a select takes rows from, wherever in it; references to its CTEs are none.

    UnsafeSql where a table stands out of reach of sqlglot's scopes, so that it cannot be told which of the two it is.
    """
    try:
        scopes = traverse_scope(tree)
    except SqlglotError as error:
        raise UnsafeSql(first_line(error), remedy="give every table in a `from` a name of its own") from None
    resolved = {id(table): _resolved(table, scope) for scope in scopes for table in scope.tables}
    if not all(resolved.get(id(table)) for table in tree.find_all(exp.Table)):
        raise UnsafeSql("reads a table in a way that cannot be told", remedy="read it in `from` or `join`")
    return [table for table in tree.find_all(exp.Table) if resolved[id(table)] == "table"]


def _resolved(table: exp.Table, scope: Scope) -> Literal["table", "cte"] | None:
    """`table` or `cte` by its scope; None if sqlglot takes the name for something else than DuckDB does."""
    if is_function(table) or any(source is table for source in scope.sources.values()):
        return "table"
    source = None if table.db else scope.sources.get(table.alias_or_name)
    return "cte" if source is not None and source is scope.cte_sources.get(table.name) else None


def is_function(table: exp.Table) -> bool:
    """True if rows come from a function (read_csv, range, unnest) instead of a table."""
    return not isinstance(table.this, exp.Identifier)


def relation_name(table: exp.Table) -> str:
    """`person`, `source.resident`: the name as contracts have it."""
    schema = ".".join(part for part in (table.catalog, table.db) if part)
    return f"{schema}.{table.name}" if schema not in ("", CITY) else table.name


@lru_cache(maxsize=1000)  # parsing costs 20 ms a file, and lineage, plan and build all ask
def relations(sql: str) -> frozenset[str]:
    """The relations that a select takes rows from. UnsafeSql if it is none."""
    with bounded_depth():
        return frozenset(relation_name(table) for table in read_tables(one_select(sql)) if not is_function(table))


def first_line(error: SqlglotError) -> str:
    """The first line of the error, without sqlglot's terminal marks."""
    return str(error).splitlines()[0].replace("\x1b[4m", "").replace("\x1b[0m", "")
