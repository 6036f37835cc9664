"""Finds the relations and columns that a rule's SQL reads, without running it (sqlglot).

Belongs here: one select, published tables only, every column named. Does not: columns allowed for the rule's purpose
(lint.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from contracts.errors import HubError
from contracts.model import Catalog

CITY: Final = "main"  # the schema of the city tables, left out in SQL
WRITES: Final = (exp.DML, exp.DDL, exp.Command, exp.Attach, exp.Copy, exp.Pragma, exp.Set, exp.Into)
MAKES_ROWS: Final = (exp.GenerateSeries, exp.Unnest, exp.Values)
HIDES_COLUMNS: Final = {
    exp.Columns: "columns(…)",
    exp.PositionalColumn: "a column by its number",
    exp.TableColumn: "a whole row as one value",
    exp.Pivot: "pivot or unpivot",
}
REVEALS_NO_VALUE: Final = (exp.Count, exp.MD5, exp.SHA2, exp.Predicate, exp.Case)
# functions of the clock that DuckDB does not list as such
UNSTEADY: Final = frozenset({"ago", "current_localtime", "current_localtimestamp", "current_timestamp", "getdate"})


class Unreadable(HubError):
    """SQL that is not one select over published tables with every column named."""


class SqlReads(NamedTuple):
    """The reads of a select. `columns`: those read by relation (`person`, `source.resident`), empty if rows are only
    counted. `tokens`: the returned columns whose value is a token."""

    columns: dict[str, frozenset[str]]
    tokens: tuple[str, ...]


def read_sql(sql: str, catalog: Catalog) -> SqlReads:
    """The reads of the whole select, sub-selects included. Unreadable, with a remedy, for SQL that is not allowed."""
    try:
        return _read(sql, catalog)
    except RecursionError:
        raise Unreadable("is nested too deeply", remedy="write it more simply") from None


def _read(sql: str, catalog: Catalog) -> SqlReads:
    tree = _one_select(sql)
    known = {table.relation: table for table in catalog.tables.values()}
    schema: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    own = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    tables = [t for t in tree.find_all(exp.Table) if not isinstance(t.this, MAKES_ROWS)]
    published = {_published(t, known.keys()) for t in tables if _relation(t) not in own - known.keys()}
    for table in (known[name] for name in published):
        columns = {c.name: c.sql_type for c in table.released_columns}
        schema["source" if table.layer == "source" else CITY][table.name] = columns
    named = MappingSchema(schema, dialect="duckdb")
    try:
        plain = qualify(tree, schema=named, dialect="duckdb", db=CITY, quote_identifiers=False)
        scopes = traverse_scope(plain)
    except SqlglotError as error:
        raise Unreadable(_first_line(error), remedy="name every column with its table: p.name") from None
    _require_plain(plain)
    found = _columns(plain, scopes, known.keys())
    return SqlReads({name: frozenset(columns) for name, columns in found.items()}, _tokens(scopes))


def _columns(plain: exp.Expr, scopes: list[Scope], known: Collection[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    in_scopes = set()
    for scope in scopes:
        in_scopes |= {id(table) for table in scope.tables}
        for table in (s for s in scope.sources.values() if isinstance(s, exp.Table)):
            if not isinstance(table.this, MAKES_ROWS):
                found.setdefault(_published(table, known), set())
        for column in scope.columns:
            source = scope.sources.get(column.table)
            if not column.table:
                raise Unreadable(f"column {column.name} may be of any table", remedy="name its table: p.name")
            if isinstance(source, exp.Table) and not isinstance(source.this, MAKES_ROWS):
                found[_relation(source)].add(column.name)
    if any(id(table) not in in_scopes for table in plain.find_all(exp.Table)):
        raise Unreadable("reads a table in a way that cannot be told", remedy="read it in `from` or `join`")
    return found


def _tokens(scopes: list[Scope]) -> tuple[str, ...]:
    """The returned columns that are tokens, or choose and list tokens."""
    outer = scopes[-1]
    names = outer.expression.named_selects
    return tuple(sorted(name for name in names if _is_token(outer, names.index(name), frozenset())))


def _is_token(scope: Scope, nth: int, above: frozenset[int]) -> bool:
    """True if a scope's column passes a token on. A count, a hash or a comparison of tokens does not."""
    if id(scope) in above:  # a recursive query passes on the columns it began with
        return False
    above |= {id(scope)}
    if isinstance(scope.expression, exp.SetOperation):
        return any(_is_token(side, nth, above) for side in scope.set_operation_scopes)
    items = scope.expression.selects[nth : nth + 1]
    for column in (column for item in items for column in item.find_all(exp.Column)):
        if column.find_ancestor(*REVEALS_NO_VALUE, exp.Select) not in (None, column.parent_select):
            continue
        source = scope.sources.get(column.table)
        if isinstance(source, Scope):
            names = source.expression.named_selects
            if column.name in names and _is_token(source, names.index(column.name), above):
                return True
        elif column.name.endswith("_token"):
            return True
    return False


def _one_select(sql: str) -> exp.Query:
    """The parsed select. Unreadable for several statements, one that writes, or one that depends on clock or chance."""
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
    """Raise Unreadable for SQL that reads columns without naming them, or rows at random."""
    for node in tree.find_all(*HIDES_COLUMNS, exp.TableSample, exp.Join):
        if type(node) in HIDES_COLUMNS:
            raise Unreadable(f"takes {HIDES_COLUMNS[type(node)]}", remedy="name the columns, each by itself")
        if isinstance(node, exp.TableSample):
            raise Unreadable("takes a sample", remedy="a finding is found every night, or never")
        if isinstance(node, exp.Join) and node.method.lower() == "natural":
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
    """The functions whose result depends on clock, chance or session, as DuckDB lists them."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct function_name from duckdb_functions() where coalesce(stability, 'CONSISTENT') <> 'CONSISTENT'"
        ).fetchall()
    return UNSTEADY.union(name for (name,) in rows)


def _published(table: exp.Table, known: Collection[str]) -> str:
    """The relation's name. Unreadable for a file, a table function or a working table."""
    if not isinstance(table.this, exp.Identifier):
        raise Unreadable(
            f"calls the table function {_called(table)}", remedy="a rule reads tables of the release, no files"
        )
    name = _relation(table)
    if name not in known:
        raise Unreadable(f"reads {name}, which no contract publishes", remedy="see contracts/city, contracts/sources")
    return name


def _called(table: exp.Table) -> str:
    function = table.this
    return str(function.name if isinstance(function, exp.Anonymous) else type(function).sql_name()).lower()


def _relation(table: exp.Table) -> str:
    schema = ".".join(part for part in (table.catalog, table.db) if part)
    return f"{schema}.{table.name}".lower() if schema not in ("", CITY) else table.name.lower()


def _first_line(error: SqlglotError) -> str:
    return str(error).splitlines()[0].replace("\x1b[4m", "").replace("\x1b[0m", "")
