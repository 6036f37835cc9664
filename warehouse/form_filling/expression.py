"""Checks the SQL of a form before it runs: the tables and columns it reads, and that it can reach nothing else.

Belongs here: one value over a row, and one select that is confined to some tables. Does not: reading SQL and what it may be
made of (warehouse/sql_reading), row scope (scoped_sql.py), forms (model.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from sqlglot import exp

from warehouse.sql_reading.grammar import AGGREGATES, FORM, function_name, require_allowed
from warehouse.sql_reading.statement import DIALECT, UnsafeSql, bounded_depth, one_select, read_tables

LONGEST: Final = 20_000  # characters
ONE: Final = frozenset({"any_value", "first", "min", "max"})
MODIFIERS: Final = (exp.Alias, exp.Paren, exp.Filter, exp.IgnoreNulls, exp.Order)  # around a value that is passed on
Column = tuple[str, str]


class Expression(NamedTuple):
    """A checked expression over one row: the tables, columns, aggregates and literals in it.

    `shown_column` is the column whose value the expression passes on unchanged, if it does; `computed_columns` are those
    it calculates with.
    """

    tables: frozenset[str]
    columns: frozenset[Column]
    shown_column: Column | None
    computed_columns: frozenset[Column]
    aggregates: tuple[str, ...]
    literals: frozenset[str]


def expression(sql: str, row: str, known: Mapping[str, Collection[str]]) -> Expression:
    """Parse one SQL expression over a row of the table `row`. `known`: table → columns. UnsafeSql if it is anything else."""
    if len(sql) > LONGEST:
        raise UnsafeSql(f"has more than {LONGEST} characters", remedy="write it more simply")
    if not sql.strip():
        raise UnsafeSql("is not one SQL expression", remedy="write one value, as it would stand in a select list")
    with bounded_depth():
        select = one_select(f"select (\n{sql}\n) as cell")
        items = select.selects
        if len(items) != 1 or any(value for word, value in select.args.items() if word != "expressions"):
            raise UnsafeSql("is not one SQL expression", remedy="write one value, as it would stand in a select list")
        return _FormSql(select, known, row).describe(items[0])


def confined_sql(sql: str, tables: Collection[str]) -> str:
    """`sql`, written anew from the tree that was checked: so what is checked is what runs, whatever two parsers make of a text.

    UnsafeSql unless it is one select that reads the bare names `tables` and nothing else.
    """
    with bounded_depth():
        select = one_select(sql)
        require_allowed(select, FORM)
        if foreign := sorted({_bare_name(table) for table in read_tables(select)} - {*tables}):
            raise UnsafeSql(f"there is no table {foreign[0]} to read", remedy="read the tables of the city database")
        return str(select.sql(DIALECT, identify=True, comments=False))


class _FormSql:
    """The tables, names, columns, functions and literals of an expression's tree; UnsafeSql for anything not allowed."""

    def __init__(self, select: exp.Query, known: Mapping[str, Collection[str]], row: str) -> None:
        require_allowed(select, FORM)
        self._select, self._known = select, known
        self._tables: set[str] = set()
        self._names = {row: {row}}
        for table in read_tables(select):
            self._tables.add(_bare_name(table))
            self._names.setdefault(table.alias_or_name, set()).add(table.name)
        self._require_aggregates_inside()
        if foreign := sorted(self._tables - known.keys()):
            raise UnsafeSql(
                f"there is no table {foreign[0]}", remedy=f"the city database has {', '.join(sorted(known))}"
            )
        self._require_columns()

    def describe(self, root: exp.Expr) -> Expression:
        """The tables, columns, aggregates and literals that the value `root` of the tree reads."""
        joined = {name.name for join in self._select.find_all(exp.Join) for name in join.args.get("using") or ()}
        by_using = {(table, name) for name in joined for table in self._tables if name in self._known[table]}
        passed_on = _passed_on(root)
        one = self._columns(passed_on) if passed_on else set()
        others = (column for column in self._select.find_all(exp.Column) if column is not passed_on)
        computed = by_using.union(*map(self._columns, others))
        return Expression(
            tables=frozenset(self._tables),
            columns=frozenset(computed | one),
            shown_column=next(iter(one)) if len(one) == 1 else None,
            computed_columns=frozenset(computed if len(one) == 1 else computed | one),
            aggregates=tuple(sorted(map(function_name, self._aggregates()))),
            literals=frozenset(repr(literal) for literal in self._select.find_all(exp.Literal, exp.Boolean, exp.Null)),
        )

    def _aggregates(self) -> list[exp.Func]:
        return [node for node in self._select.find_all(exp.Func) if function_name(node) in AGGREGATES]

    def _require_aggregates_inside(self) -> None:
        outer = [node for node in self._aggregates() if node.find_ancestor(exp.Select) is self._select]
        if outer:
            raise UnsafeSql(
                f"{function_name(outer[0])} stands outside a sub-select and would make one row of all",
                remedy="write (select count(*) from person p where p.household_id = household.household_id)",
            )

    def _require_columns(self) -> None:
        aliases = {alias.alias for alias in self._select.find_all(exp.Alias)}
        for column in self._select.find_all(exp.Column):
            path = [part.name for part in column.parts]
            bare = len(path) == 1  # a table's name means its whole row
            unknown = bare and path[0] not in aliases and not self._columns(column)
            if len(path) > 2 or (bare and path[0] in self._names) or unknown:
                raise UnsafeSql(f"{'.'.join(path)} is no column", remedy="write table.column, or alias.column")

    def _columns(self, column: exp.Column) -> set[Column]:
        """The columns a reference may mean: without a table's name, those of every table in sight that has it."""
        tables = self._names.get(column.table, set()) if column.table else set().union(*self._names.values())
        return {(table, column.name) for table in tables if column.name in self._known[table]}


def _bare_name(table: exp.Table) -> str:
    """The table's name. UnsafeSql where it is read by more than that: a function, a schema, a part of its rows, new columns."""
    if table.db:
        raise UnsafeSql(f"reads {_written(table)}", remedy="read tables of the city database by their bare name")
    alias = table.args.get("alias")
    if (alias and alias.columns) or {word for word, value in table.args.items() if value} - {"this", "alias"}:
        raise UnsafeSql(
            "reads a base table by more than its name", remedy="read the tables of the city database by name"
        )
    return str(table.name)


def _written(table: exp.Table) -> str:
    return ".".join(part.name for part in table.parts)


def _passed_on(root: exp.Expr) -> exp.Column | None:
    """The column reference whose value the expression passes on unchanged: by itself, or from a sub-select."""
    value = _inner(root)
    if isinstance(value, exp.Subquery):
        query = value.unnest()
        value = _inner(query.selects[0]) if isinstance(query, exp.Select) else value
        if isinstance(value, exp.Func) and function_name(value) in ONE:
            value = _inner(value.this)
    return value if isinstance(value, exp.Column) else None


def _inner(node: exp.Expr) -> exp.Expr:
    while isinstance(node, MODIFIERS):
        node = node.this
    return node.expressions[0] if isinstance(node, exp.Distinct) else node
