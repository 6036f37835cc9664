"""What a rule's SQL really reads, told without running it: relations, and of each the columns it takes (sqlglot).

Belongs here: one select, nothing but published tables, every column named. Does not: whether a column may serve the
rule's purpose (rule_lint.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope
from sqlglot.schema import MappingSchema

from contracts.errors import HubError
from contracts.model import Catalog, Table

CITY: Final = "main"  # the schema of the city tables, which SQL does not write
WRITES: Final = (exp.DML, exp.DDL, exp.Command, exp.Attach, exp.Copy, exp.Pragma, exp.Set, exp.Into)
MAKES_ROWS: Final = (exp.GenerateSeries, exp.Unnest, exp.Values)
HIDES_COLUMNS: Final = {
    exp.Columns: "columns(…)",
    exp.PositionalColumn: "a column by its number",
    exp.TableColumn: "a whole row as one value",
    exp.Pivot: "pivot or unpivot",
}
# of the clock too, though DuckDB does not list them as such
UNSTEADY: Final = frozenset({"ago", "current_localtime", "current_localtimestamp", "current_timestamp", "getdate"})


class Unreadable(HubError):
    """SQL that is not one select over published tables whose every column can be told."""


def columns_read(sql: str, catalog: Catalog) -> dict[str, frozenset[str]]:
    """By relation (`person`, `source.resident`) the columns that the select reads, wherever in it; count(*) reads none.

    A relation of which only rows are counted is there with no column. Unreadable says what to write instead.
    """
    tree = _one_select(sql)
    tables = {_relation(t): t for t in tree.find_all(exp.Table) if _relation(t) not in _own(tree)}
    known = _published(tables, catalog)
    schema: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for table in known:
        columns = {c.name: c.sql_type for c in table.released_columns}
        schema["source" if table.layer == "source" else CITY][table.name] = columns
    found = {table.relation: set[str]() for table in known}
    try:
        plain = qualify(
            tree, schema=MappingSchema(schema, dialect="duckdb"), dialect="duckdb", db=CITY, quote_identifiers=False
        )
        scopes = traverse_scope(plain)
    except SqlglotError as error:
        raise Unreadable(_first_line(error), remedy="name every column with its table: p.name") from None
    _require_plain(plain)
    for scope in scopes:
        for column in scope.columns:
            source = scope.sources.get(column.table)
            if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
                found[_relation(source)].add(column.name)
    return {name: frozenset(columns) for name, columns in found.items()}


def _one_select(sql: str) -> exp.Query:
    """The statement. Unreadable where there are several, where one writes, or where an answer hangs on clock or chance."""
    try:
        [tree, *more] = [t for t in sqlglot.parse(sql, read="duckdb") if t is not None] or [exp.Null()]
    except SqlglotError as error:
        raise Unreadable(
            f"is not valid SQL ({_first_line(error)}, counted after the header)", remedy="correct it"
        ) from None
    if more or not isinstance(tree, exp.Select | exp.SetOperation) or tree.find(*WRITES):
        raise Unreadable("is not one select", remedy="a rule is one select that writes, attaches and sets nothing")
    _require_plain(tree)
    if odd := sorted(set(_functions(tree)) & _unsteady()):
        raise Unreadable(
            f"calls {odd[0]}(), which answers another time differently",
            remedy="take the day of the data: select max(delivered_on) from delivery",
        )
    return tree


def _require_plain(tree: exp.Expr) -> None:
    """Unreadable for what takes columns without naming them, or rows by chance."""
    for kind, told in HIDES_COLUMNS.items():
        if tree.find(kind):
            raise Unreadable(f"takes {told}", remedy="name the columns, each by itself")
    if tree.find(exp.TableSample):
        raise Unreadable("takes a sample", remedy="a finding is found every night, or never")
    if any(join.method.lower() == "natural" for join in tree.find_all(exp.Join)):
        raise Unreadable("joins by whatever columns are called alike", remedy="say by which: using (person_id)")


def _functions(tree: exp.Expr) -> Iterator[str]:
    for node in tree.find_all(exp.Func):
        if isinstance(node, exp.Anonymous):
            one = node.name.lower()
            yield "now" if one == "age" and len(node.expressions) == 1 else one
        else:
            yield from (name.lower() for name in type(node).sql_names())


@lru_cache(maxsize=1)
def _unsteady() -> frozenset[str]:
    """Functions that give another answer another time, as DuckDB lists them: clock, chance, session."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct function_name from duckdb_functions() where coalesce(stability, 'CONSISTENT') <> 'CONSISTENT'"
        ).fetchall()
    return UNSTEADY.union(name for (name,) in rows)


def _published(tables: dict[str, exp.Table], catalog: Catalog) -> list[Table]:
    """The contracts of all relations named. Unreadable for a file, a table function, a working table."""
    known = {table.relation: table for table in catalog.tables.values()}
    found = []
    for name, table in tables.items():
        if isinstance(table.this, MAKES_ROWS):
            continue
        if not isinstance(table.this, exp.Identifier):
            raise Unreadable(
                f"calls the table function {_called(table)}", remedy="a rule reads tables of the release, no files"
            )
        if name not in known:
            raise Unreadable(
                f"reads {name}, which no contract publishes", remedy="see contracts/city, contracts/sources"
            )
        found.append(known[name])
    return found


def _called(table: exp.Table) -> str:
    function = table.this
    return str(function.name if isinstance(function, exp.Anonymous) else type(function).sql_name()).lower()


def _relation(table: exp.Table) -> str:
    schema = ".".join(part for part in (table.catalog, table.db) if part)
    return f"{schema}.{table.name}" if schema not in ("", CITY) else table.name


def _own(tree: exp.Expr) -> set[str]:
    return {cte.alias for cte in tree.find_all(exp.CTE)}


def _first_line(error: SqlglotError) -> str:
    return str(error).splitlines()[0].replace("\x1b[4m", "").replace("\x1b[0m", "")
