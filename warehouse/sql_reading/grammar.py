"""The allow-lists for SQL that others wrote: kinds of nodes, and functions. Everything else is refused.

Belongs here: the lists, and the one check against them. Does not: which tables may be read, which form_filling/expression.py
and columns.py say.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import duckdb
from sqlglot import exp

from warehouse.sql_reading.statement import DIALECT, UnsafeSql, is_function

AGGREGATES: Final = frozenset({
    "count", "count_star", "count_if", "countif", "sum", "avg", "min", "max", "median", "any_value", "first", "arg_min",
    "arg_max", "string_agg", "bool_and", "bool_or",
})  # fmt: skip
FUNCTIONS: Final = AGGREGATES | {
    "abs", "round", "trunc", "floor", "ceil", "ceiling", "least", "greatest", "lower", "upper", "trim", "ltrim", "rtrim",
    "left", "right", "substr", "substring", "length", "replace", "concat", "concat_ws", "contains", "starts_with", "prefix",
    "suffix", "nullif", "regexp_matches", "regexp_replace", "regexp_extract", "date_diff", "datediff", "date_trunc",
    "date_part", "year", "month", "day", "strftime", "make_date", "to_years", "to_months", "to_days",
}  # fmt: skip
WRITTEN_AS: Final = {"listagg": "string_agg"}  # sqlglot's name of a function → ours
CLAUSES: Final = frozenset({
    exp.Select, exp.Subquery, exp.Union, exp.Intersect, exp.Except, exp.From, exp.Join, exp.Table, exp.TableAlias,
    exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit, exp.Offset, exp.Distinct, exp.Alias, exp.Identifier,
})  # fmt: skip
VALUES: Final = frozenset({
    exp.Column, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Cast, exp.TryCast, exp.DataType, exp.DataTypeParam,
    exp.Case, exp.If, exp.Coalesce, exp.Exists, exp.Any, exp.All, exp.Not, exp.Neg, exp.And, exp.Or, exp.EQ, exp.NEQ, exp.GT,
    exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.In, exp.Between, exp.Like, exp.ILike, exp.Escape,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.DPipe, exp.Interval, exp.Extract, exp.Var, exp.Filter,
    exp.IgnoreNulls,
})  # fmt: skip
# a rule may also build lists, number rows and name its steps
STEPS: Final = frozenset({
    exp.With, exp.CTE, exp.Star, exp.Window, exp.WindowSpec, exp.Qualify, exp.Lambda, exp.Array, exp.Struct, exp.PropertyEQ,
    exp.Bracket, exp.Slice, exp.Dot, exp.Tuple, exp.Values, exp.Unnest, exp.Explode, exp.GenerateSeries, exp.Lateral,
    exp.Rollup, exp.Cube, exp.GroupingSets, exp.WithinGroup, exp.Collate, exp.SimilarTo, exp.Glob, exp.JSONExtract,
    exp.JSONExtractScalar, exp.RecursiveWithSearch, exp.Xor, exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseXor, exp.BitwiseNot,
    exp.BitwiseLeftShift, exp.BitwiseRightShift, exp.Pow,
})  # fmt: skip
WRITES: Final = (exp.DML, exp.DDL, exp.Command, exp.Attach, exp.Copy, exp.Pragma, exp.Set, exp.Into)
HIDES_COLUMNS: Final = {
    exp.Columns: "columns(…)",
    exp.PositionalColumn: "a column by its number",
    exp.TableColumn: "a whole row as one value",
    exp.Pivot: "pivot or unpivot",
}
NODE_NAMES: Final = {exp.With: "`with`", exp.Placeholder: "parameter", exp.Tuple: "row"}
# of the clock too, though DuckDB does not list them as such
UNSTEADY: Final = frozenset({"ago", "current_localtime", "current_localtimestamp", "current_timestamp", "getdate"})


class Grammar(NamedTuple):
    """The nodes and functions that a `kind` of SQL may use; `functions` by DuckDB's names, `remedy`: where to find one."""

    kind: str
    nodes: frozenset[type[exp.Expr]]
    functions: frozenset[str]
    remedy: str


FORM: Final = Grammar("form", CLAUSES | VALUES, FUNCTIONS, "docs/adding.md lists the functions")


@cache
def rule_grammar() -> Grammar:
    """The grammar of rules: every DuckDB function that gives the same answer at another time."""
    steady = _functions(True) - unsteady_functions()
    return Grammar("rule", CLAUSES | VALUES | STEPS, steady, "take another function of DuckDB")


@cache
def unsteady_functions() -> frozenset[str]:
    """Functions whose answer hangs on clock, chance or session, as DuckDB lists them."""
    return UNSTEADY | _functions(False)


def _functions(steady: bool) -> frozenset[str]:
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct function_name from duckdb_functions() where function_type not in ('table', 'table_macro', 'pragma')"
            " and (coalesce(stability, 'CONSISTENT') = 'CONSISTENT') = ?",
            [steady],
        ).fetchall()
    return frozenset(name for (name,) in rows)


def require_allowed(tree: exp.Expr, grammar: Grammar) -> None:
    """UnsafeSql, with what to write instead, as soon as there is something in the tree that the grammar does not list."""
    for node in tree.walk():
        _require_plain(node)
        if isinstance(node, exp.Table) and is_function(node) and type(node.this) not in grammar.nodes:
            raise UnsafeSql(
                f"calls the table function {_called(node.this)}",
                remedy="read tables of the release by name: no file, no setting, no SQL in a text",
            )
        if not _is_listed(node, grammar):
            raise _refusal(node, grammar)


def _is_listed(node: exp.Expr, grammar: Grammar) -> bool:
    if isinstance(node, exp.Star) and isinstance(node.parent, exp.Count):
        return True
    return type(node) in grammar.nodes or (isinstance(node, exp.Func) and function_name(node) in grammar.functions)


def require_columns_named(tree: exp.Expr) -> None:
    """UnsafeSql for a whole row as one value, which is told from a column only where names are resolved."""
    for node in tree.walk():
        _require_plain(node)


def _require_plain(node: exp.Expr) -> None:
    """UnsafeSql for what takes columns without naming them, or rows by chance."""
    if type(node) in HIDES_COLUMNS:
        raise UnsafeSql(f"takes {HIDES_COLUMNS[type(node)]}", remedy="name the columns, each by itself")
    if isinstance(node, exp.TableSample):
        raise UnsafeSql("takes a sample", remedy="ask for rows that are the same every time")
    if isinstance(node, exp.Join) and node.method:
        why = ", which joins by whatever columns are called alike" if node.method.lower() == "natural" else ""
        raise UnsafeSql(f"holds a {node.method.lower()} join{why}", remedy="say by which: using (person_id), or on")


def function_name(node: exp.Func) -> str:
    """The function as DuckDB is asked for it, under the name that FUNCTIONS has."""
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Star):
        return "count_star"
    name: str = node.name if isinstance(node, exp.Anonymous) else node.sql(DIALECT).partition("(")[0]
    return WRITTEN_AS.get(name.lower(), name.lower())


def _refusal(node: exp.Expr, grammar: Grammar) -> UnsafeSql:
    if isinstance(node, WRITES):
        return UnsafeSql("is not one select", remedy="ask one question, which writes, attaches and sets nothing")
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):  # schema.function()
        node = node.expression
    if isinstance(node, exp.Func | exp.Tuple):
        return UnsafeSql(f"calls {_called(node)}, which no {grammar.kind} may", remedy=grammar.remedy)
    return UnsafeSql(f"holds a {_called(node)}", remedy="name columns, values and functions only")


def _called(node: exp.Expr) -> str:
    return function_name(node) if isinstance(node, exp.Func) else NODE_NAMES.get(type(node), type(node).key)
