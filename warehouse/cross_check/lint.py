"""Checks a rule before it runs and reports every problem with its remedy.

Belongs here: columns whose contract allows the rule's purpose, tables no rule may read, agreement of header and SQL.
Does not: the header's fields (model.py), the columns that SQL reads (sql_reading/columns.py), running rules (run.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

import duckdb

from contracts.model import Catalog
from warehouse.build.engine import DELIVERY, ENGINE_TABLES, WORKLIST
from warehouse.build.sql_files import read_folder
from warehouse.build.survivorship import policies
from warehouse.cross_check.model import PLACES, Rule, read_rule, run_example
from warehouse.sql_reading.columns import read_sql
from warehouse.sql_reading.statement import UnsafeSql

# tables made from rules, verdicts and releases: a rule that reads them would depend on its own findings
RESULTS: Final = frozenset({*ENGINE_TABLES, *read_folder(WORKLIST)} - {DELIVERY})
_KNOWN: Final = WeakKeyDictionary[Catalog, dict[str, list[str]]]()
MOST_NAMED: Final = 5  # unexpected subjects that are named
ALWAYS: Final = frozenset({"subject_id", "evidence_rows"})
OTHERWISE: Final = "add it to the column's `uses` where its office and the law allow that, or do without the column"


def file_problems(path: Path, catalog: Catalog) -> list[str]:
    """The problems of a rule file: in its header, in the rule, and an example that the rule does not find."""
    rule, unread = read_rule(path)
    if rule is None:
        return [f"line {problem.line}: {problem.message}" for problem in unread]
    return problems(rule, catalog) or _example(rule, catalog)


def _example(rule: Rule, catalog: Catalog) -> list[str]:
    try:
        found, expected = run_example(rule, catalog)
    except (duckdb.Error, AttributeError, TypeError) as error:  # example rows may be any YAML
        return [f"its example does not run ({type(error).__name__}) -> given: {{table: [{{column: value}}]}}"]
    if found != expected:
        subjects = found if len(found) <= len(expected) + MOST_NAMED else f"{len(found):,} subjects"
        return [f"its example finds {subjects}, expected {expected} -> correct the rule or the example"]
    return []


def problems(rule: Rule, catalog: Catalog) -> list[str]:
    """The problems of a rule, each with its remedy; empty for a rule that may run. Reads no data of the city.

    A process looks at the same rule under the same contracts once.
    """
    known, text = _KNOWN.setdefault(catalog, {}), repr(rule)
    if text not in known:
        known[text] = _problems(rule, catalog)
    return known[text]


def _problems(rule: Rule, catalog: Catalog) -> list[str]:
    try:
        read, tokens = read_sql(rule.sql, catalog)
    except UnsafeSql as error:
        return [str(error), *_header(rule, catalog)]
    tokens_shown = [
        f"shows {name}, a token, which nobody is shown -> show the masked form"
        for name in tokens
        if name in rule.evidence
    ]
    return [*_may_read(rule, read, catalog), *_header(rule, catalog), *tokens_shown, *_columns(rule, read, catalog)]


def _may_read(rule: Rule, read: dict[str, frozenset[str]], catalog: Catalog) -> Iterator[str]:
    tables = {table.relation: table for table in catalog.tables.values()}
    for relation, columns in sorted(read.items()):
        if relation in RESULTS:
            yield f"reads {relation}, which comes of rules -> read what the offices say"
            continue
        table = tables[relation]
        for name in sorted(columns):
            if not table.allows(name, rule.purpose):
                yield f"reads {relation}.{name}, whose contract does not allow {rule.purpose} -> {OTHERWISE}"


def _header(rule: Rule, catalog: Catalog) -> Iterator[str]:
    """Problems of `rows`, which must be released columns allowed for the purpose, and `doubts`, attributes of `claim`."""
    for source, columns in rule.rows.items():
        table = catalog.tables.get(f"source.{source}")
        if table is None:
            yield f"rows: no office delivers {source} -> name a contract of contracts/sources"
            continue
        released = {column.name for column in table.released_columns}
        for name in columns:
            if name not in released:
                yield f"rows: source.{source} has no column {name} -> see its contract"
            elif name.endswith("_token"):
                yield f"rows: {name} is a token, which nobody is shown -> show {name.removesuffix('token')}masked"
            elif not table.allows(name, rule.purpose):
                yield f"rows: shows source.{source}.{name}, whose contract does not allow {rule.purpose} -> {OTHERWISE}"
    known = {f"{policy.entity}.{policy.attribute}" for policy in policies(catalog)}
    for name in sorted({*rule.doubts} - known):
        yield f"doubts: no claim is about {name} -> one of {', '.join(sorted(known))}"


def _columns(rule: Rule, read: dict[str, frozenset[str]], catalog: Catalog) -> Iterator[str]:
    """Problems of the columns the rule returns, bound by DuckDB over empty tables: they must be those of its header."""
    with duckdb.connect(config={"enable_external_access": False, "threads": 1}) as connection:
        connection.execute("create schema source")
        for table in catalog.tables.values():
            if table.relation in read:
                connection.execute(f"create table {table.definition}")
        try:
            described = connection.execute(f"describe select * from ({rule.sql}) as hit").fetchall()
        except duckdb.Error as error:
            yield f"does not run: {str(error).splitlines()[0]} -> correct the statement"
            return
    kinds = {row[0]: row[1] for row in described}
    if missing := sorted({*ALWAYS, *rule.evidence} - kinds.keys()):
        yield f"selects no {', '.join(missing)} -> select them, or take them out of `evidence`"
    if odd := sorted(kinds.keys() - {*ALWAYS, *PLACES, *rule.evidence}):
        yield f"selects {', '.join(odd)}, which its header does not name -> add them to `evidence`, or select them not"
    if kinds.get("subject_id", "VARCHAR") != "VARCHAR":
        yield "subject_id is no text -> use an id of the city tables, or md5 of what identifies the subject"
    if kinds.get("evidence_rows", "VARCHAR[]") != "VARCHAR[]":
        yield "evidence_rows is no list of texts -> ['resident:' || record_key, …], sorted"
