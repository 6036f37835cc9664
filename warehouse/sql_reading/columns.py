"""Which columns of which published tables a select takes, wherever in it, and which of its own columns are tokens.

Belongs here: one select, nothing but published tables, every column named. Does not: whether a column may serve a purpose
(cross_check/lint.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from contracts.model import Catalog
from warehouse.sql_reading.grammar import (
    VALUES,
    function_name,
    require_allowed,
    require_columns_named,
    rule_grammar,
    unsteady_functions,
)
from warehouse.sql_reading.statement import (
    CITY,
    DIALECT,
    UnsafeSql,
    bounded_depth,
    first_line,
    is_function,
    one_select,
    read_tables,
    relation_name,
)

TELLS_NO_VALUE: Final = (exp.Count, exp.MD5, exp.SHA2, exp.Predicate, exp.Case)


class SqlReads(NamedTuple):
    """`columns`: by relation (`person`, `source.resident`) those that are read, none where only rows are counted.
    `tokens`: the columns returned whose value is a token's."""

    columns: dict[str, frozenset[str]]
    tokens: tuple[str, ...]


def read_sql(sql: str, catalog: Catalog) -> SqlReads:
    """The columns that the select reads, wherever in it. UnsafeSql names a remedy."""
    with bounded_depth():
        return _read(sql, catalog)


def _read(sql: str, catalog: Catalog) -> SqlReads:
    tree = one_select(sql)
    if odd := sorted(set(_functions(tree)) & unsteady_functions()):
        raise UnsafeSql(
            f"calls {odd[0]}(), which answers another time differently",
            remedy="take the day of the data: select max(delivered_on) from delivery",
        )
    require_allowed(tree, rule_grammar())
    known = {table.relation: table for table in catalog.tables.values()}
    schema: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for name in {_published(t, known) for t in read_tables(tree) if not is_function(t)}:
        table = known[name]
        columns = {c.name: c.sql_type for c in table.released_columns}
        schema["source" if table.layer == "source" else CITY][table.name] = columns
    try:
        named = MappingSchema(schema, dialect=DIALECT)
        resolved = qualify(tree, schema=named, dialect=DIALECT, db=CITY, quote_identifiers=False)
        scopes = traverse_scope(resolved)
    except SqlglotError as error:
        raise UnsafeSql(first_line(error), remedy="name every column with its table: p.name") from None
    require_columns_named(resolved)
    found = _columns(resolved, scopes, known)
    return SqlReads({name: frozenset(columns) for name, columns in found.items()}, _tokens(scopes))


def _columns(resolved: exp.Query, scopes: list[Scope], known: Collection[str]) -> dict[str, set[str]]:
    tables = [table for table in read_tables(resolved) if not is_function(table)]
    found: dict[str, set[str]] = {_published(table, known): set() for table in tables}
    for scope in scopes:
        for column in scope.columns:
            source = scope.sources.get(column.table)
            if not column.table:
                raise UnsafeSql(f"column {column.name} may be of any table", remedy="name its table: p.name")
            if isinstance(source, exp.Table) and not is_function(source):
                found[relation_name(source)].add(column.name)
            elif not _has(source, column):
                raise UnsafeSql(
                    f"column {column.table}.{column.name} may be of another query of that name",
                    remedy="give every table and sub-select a name of its own",
                )
    return found


def _has(source: exp.Expr | Scope | None, column: exp.Column) -> bool:
    """True if the sub-select or step that the column is taken from returns it, or if it is an outer query's."""
    query = source.expression if isinstance(source, Scope) else None
    return not isinstance(query, exp.Query) or column.name in query.named_selects


def _published(table: exp.Table, known: Collection[str]) -> str:
    """The relation's name. UnsafeSql for a file, a working table, a catalogue's."""
    name = relation_name(table)
    if name not in known:
        raise UnsafeSql(f"reads {name}, which no contract publishes", remedy="see contracts/city, contracts/sources")
    return name


def _functions(tree: exp.Expr) -> Iterator[str]:
    for node in (node for node in tree.find_all(exp.Func) if type(node) not in VALUES):
        name = function_name(node)
        yield "now" if name == "age" and len(node.expressions) == 1 else name
        if not isinstance(node, exp.Anonymous):
            yield from (name.lower() for name in type(node).sql_names())


def _tokens(scopes: list[Scope]) -> tuple[str, ...]:
    """Columns of the answer that are tokens, or made of nothing else than choosing and listing them."""
    outer = scopes[-1]
    names = outer.expression.named_selects
    return tuple(sorted(name for name in names if _is_token(outer, names.index(name), frozenset())))


def _is_token(scope: Scope, nth: int, above: frozenset[int]) -> bool:
    """True if the scope's column passes a token on; a count, a hash or a comparison of tokens does not."""
    if id(scope) in above:  # a recursive query hands on what it began with
        return False
    above |= {id(scope)}
    if isinstance(scope.expression, exp.SetOperation):
        return any(_is_token(side, nth, above) for side in scope.set_operation_scopes)
    made = scope.expression.selects[nth : nth + 1]
    for column in (column for item in made for column in item.find_all(exp.Column)):
        if column.find_ancestor(*TELLS_NO_VALUE, exp.Select) not in (None, column.parent_select):
            continue
        source = scope.sources.get(column.table)
        if isinstance(source, Scope):
            names = source.expression.named_selects
            if column.name in names and _is_token(source, names.index(column.name), above):
                return True
        elif column.name.endswith("_token"):
            return True
    return False
