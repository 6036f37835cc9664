"""Checks the SQL of a form before it runs: the tables and columns it reads, and that it can reach nothing else.

DuckDB's own parser reads it, so the SQL that is checked is the SQL that runs. Classes of expressions, functions and kinds of
tables that are not on a list of harmless ones are refused. Not here: row scope (scoped_sql.py), forms (model.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple

import duckdb

from contracts.errors import AccessError
from warehouse.releases.readonly import SANDBOX_CONFIG

AGGREGATES: Final = frozenset(
    re.findall(
        r"\w+",
        "count count_star count_if countif sum avg min max median any_value first arg_min arg_max string_agg bool_and bool_or",
    )
)
FUNCTIONS: Final = AGGREGATES | frozenset(
    re.findall(
        r"\w+",
        "abs round trunc floor ceil ceiling least greatest lower upper trim ltrim rtrim left right substr substring length "
        "replace concat concat_ws contains starts_with prefix suffix nullif regexp_matches regexp_replace regexp_extract "
        "date_diff datediff date_trunc date_part year month day strftime make_date to_years to_months to_days in",
    )
)
CLASSES: Final = frozenset(
    re.findall(r"\w+", "FUNCTION COLUMN_REF CONSTANT OPERATOR CONJUNCTION COMPARISON CASE CAST TYPE SUBQUERY BETWEEN")
)
NODES: Final = frozenset({"SELECT_NODE", "SET_OPERATION_NODE"})
MODIFIERS: Final = frozenset({"ORDER_MODIFIER", "LIMIT_MODIFIER", "DISTINCT_MODIFIER"})
PLACES: Final = frozenset({"BASE_TABLE", "JOIN", "SUBQUERY", "EMPTY"})
LONGEST: Final = 20_000  # characters
ONE: Final = frozenset({"any_value", "first", "min", "max"})
Column = tuple[str, str]
Tree = dict[str, Any]


class UnsafeSql(AccessError):
    """SQL that is not a single select from the tables it may read."""


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
    try:
        return _expression(sql, row, known)
    except RecursionError:
        raise UnsafeSql("is nested too deeply", remedy="write it more simply") from None


def _expression(sql: str, row: str, known: Mapping[str, Collection[str]]) -> Expression:
    if len(sql) > LONGEST:
        raise UnsafeSql(f"has more than {LONGEST} characters", remedy="write it more simply")
    [select] = _statements(f"select (\n{sql}\n) as cell") if sql.strip() else [{}]
    items = select.get("select_list", ())
    plain = select.get("type") == "SELECT_NODE" and select["from_table"]["type"] == "EMPTY" and len(items) == 1
    clauses = ("where_clause", "group_expressions", "having", "qualify", "sample", "modifiers")
    if not plain or any(select[word] for word in clauses):
        raise UnsafeSql("is not one SQL expression", remedy="write one value, as it would stand in a select list")
    content = _SqlContent()
    content.walk(select)
    if content.outer_aggregates:
        raise UnsafeSql(
            f"{content.outer_aggregates[0]} stands outside a sub-select and would make one row of all",
            remedy="write (select count(*) from person p where p.household_id = household.household_id)",
        )
    content.names.setdefault(row, set()).add(row)
    _only_known(content, known)
    return _describe(content, items[0], known)


def require_confined(sql: str, tables: Collection[str]) -> None:
    """Raise UnsafeSql unless `sql` is one select that reads the bare names `tables` and nothing else."""
    found = _statements(sql)
    if len(found) != 1:
        raise UnsafeSql("is not one statement", remedy="ask one question")
    content = _SqlContent()
    content.walk(found[0])
    if foreign := sorted(content.tables - {*tables}):
        raise UnsafeSql(f"there is no table {foreign[0]} to read", remedy="read the tables of the city database")


@dataclass
class _SqlContent:
    """Collects the tables, names, columns, functions and literals of a syntax tree; UnsafeSql for anything not allowed."""

    tables: set[str] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=dict)
    references: list[Tree] = field(default_factory=list)
    using_columns: set[str] = field(default_factory=set)
    aggregates: list[str] = field(default_factory=list)
    outer_aggregates: list[str] = field(default_factory=list)
    literals: set[str] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)

    def walk(self, node: Any, depth: int = 0) -> None:
        if isinstance(node, list):
            for item in node:
                self.walk(item, depth)
        elif isinstance(node, dict):
            deeper = depth + (node.get("class") == "SUBQUERY")
            self._check_node(node, depth)
            for item in node.values():
                self.walk(item, deeper)

    def _check_node(self, node: Tree, depth: int) -> None:
        if "class" in node:
            self.aliases.add(str(node.get("alias", "")).lower())
            if node["class"] not in CLASSES:
                raise UnsafeSql(f"holds a {node['class'].lower()}", remedy="name columns, values and functions only")
            if node["class"] == "FUNCTION":
                self._function(node, depth)
            elif node["class"] == "COLUMN_REF":
                self.references.append(node)
            elif node["class"] == "CONSTANT":
                self.literals.add(json.dumps(node.get("literal", node.get("value")), sort_keys=True))
        elif "select_list" in node or "cte_map" in node:
            if node["type"] not in NODES or node["cte_map"]["map"]:
                raise UnsafeSql("holds a `with`", remedy="write a sub-select instead")
        elif "orders" in node or str(node.get("type", "")).endswith("_MODIFIER"):
            if node["type"] not in MODIFIERS:
                raise UnsafeSql(f"holds a {node['type'].lower()}", remedy="leave it out")
        elif "sample" in node and "type" in node:
            self._place(node)

    def _function(self, node: Tree, depth: int) -> None:
        name = node["function_name"].lower()
        if len(node["qualified_name"]["path"]) > 1 or not (node["is_operator"] or name in FUNCTIONS):
            raise UnsafeSql(f"calls {name}, which no form may", remedy="docs/adding.md lists the functions")
        if name in AGGREGATES:
            self.aggregates.append(name)
            if not depth:
                self.outer_aggregates.append(name)

    def _place(self, node: Tree) -> None:
        if node["type"] not in PLACES or node["sample"] or node.get("at_clause") or node.get("column_name_alias"):
            raise UnsafeSql(
                f"reads a {node['type'].lower().replace('_', ' ')}",
                remedy="read the tables of the city database by name",
            )
        if node["type"] == "BASE_TABLE":
            path = [part.lower() for part in node["qualified_name"]["path"] if part]
            if len(path) != 1:
                raise UnsafeSql(f"reads {'.'.join(path)}", remedy="read tables of the city database by their bare name")
            self.tables.add(path[0])
            self.names.setdefault((node["alias"] or path[0]).lower(), set()).add(path[0])
        elif node["type"] == "JOIN":
            if node["ref_type"] not in ("REGULAR", "CROSS"):
                raise UnsafeSql(f"holds a {node['ref_type'].lower()} join", remedy="join by `on`")
            self.using_columns |= {name.lower() for name in node["using_columns"]}


def _only_known(content: _SqlContent, known: Mapping[str, Collection[str]]) -> None:
    if foreign := sorted(content.tables - known.keys()):
        raise UnsafeSql(f"there is no table {foreign[0]}", remedy=f"the city database has {', '.join(sorted(known))}")
    for reference in content.references:
        path = [part.lower() for part in reference["column_names"]]
        bare = len(path) == 1  # current_user looks like a column, and a table's name means its whole row
        unknown = bare and path[0] not in content.aliases and not _columns(reference, content, known)
        if len(path) > 2 or (bare and path[0] in content.names) or unknown:
            raise UnsafeSql(f"{'.'.join(path)} is no column", remedy="write table.column, or alias.column")


def _describe(content: _SqlContent, root: Tree, known: Mapping[str, Collection[str]]) -> Expression:
    reads = {id(r): _columns(r, content, known) for r in content.references}
    joined = {(table, name) for name in content.using_columns for table in content.tables if name in known[table]}
    passed_on = _passed_on(root)
    computed = joined.union(*(c for r, c in reads.items() if passed_on is None or r != id(passed_on)))
    one = reads[id(passed_on)] if passed_on else set()
    return Expression(
        tables=frozenset(content.tables),
        columns=frozenset(computed | one),
        shown_column=next(iter(one)) if len(one) == 1 else None,
        computed_columns=frozenset(computed if len(one) == 1 else computed | one),
        aggregates=tuple(sorted(content.aggregates)),
        literals=frozenset(content.literals),
    )


def _columns(reference: Tree, content: _SqlContent, known: Mapping[str, Collection[str]]) -> set[Column]:
    """The columns a reference may mean: without a table's name, those of every table in sight that has it."""
    *table, name = [part.lower() for part in reference["column_names"]]
    tables = content.names.get(table[0], set()) if table else set().union(*content.names.values())
    return {(t, name) for t in tables if name in known[t]}


def _passed_on(root: Tree) -> Tree | None:
    """The column reference whose value the expression passes on unchanged: by itself, or from a sub-select."""
    if root["class"] == "SUBQUERY" and root["subquery_type"] == "SCALAR":
        node = root["subquery"]["node"]
        item: Tree = node["select_list"][0] if node["type"] == "SELECT_NODE" else {"class": ""}
        if item["class"] == "FUNCTION" and item["function_name"] in ONE:
            item = next((argument["expression"] for argument in item["arguments"]), item)
        return item if item["class"] == "COLUMN_REF" else None
    return root if root["class"] == "COLUMN_REF" else None


def _statements(sql: str) -> list[Tree]:
    return [statement["node"] for statement in _parsed(sql)]


def _parsed(sql: str) -> Iterator[Tree]:
    with _parser().cursor() as cursor:
        [(text,)] = cursor.execute("select json_serialize_sql($sql)", {"sql": sql}).fetchall()
    answer = json.loads(text)
    if answer["error"]:
        raise UnsafeSql(f"is not SQL that asks: {answer['error_message']}", remedy="correct it")
    yield from answer["statements"]


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """An empty database, for its parser."""
    return duckdb.connect(config=SANDBOX_CONFIG | {"threads": 1})
