"""Cross-check rules: one SQL file that returns the rows which contradict each other, and how they become findings.

A rule selects `subject_id` and, where it knows them, dwelling_id, household_id, person_id, grid_code; every other
column is evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from contracts.errors import HubError
from contracts.model import Catalog
from warehouse.sql import SqlFile, read_folder

RULES = Path(__file__).parent / "rules"
HEADER = ("title", "meaning", "severity", "subject", "purpose", "legal_basis", "owner", "given", "expected")
PLACES = ("dwelling_id", "household_id", "person_id", "grid_code")


@dataclass(frozen=True)
class Rule:
    """A rule file with its header: what it means at the door, why it may be asked, and rows that show it."""

    name: str
    title: str
    meaning: str
    severity: str
    subject: str
    purpose: str
    legal_basis: str
    owner: str
    given: Mapping[str, list[dict[str, Any]]]
    expected: tuple[str, ...]
    sql: str
    path: Path


@dataclass(frozen=True)
class RuleRun:
    """How a rule did tonight: its findings, or why it could not run (the night goes on without it)."""

    rule: str
    findings: int
    error: str | None = None


def load_rules(folder: Path = RULES) -> list[Rule]:
    """Every rule by name. HubError naming file and missing word: a rule without purpose or legal basis is refused."""
    return [_rule(file) for file in read_folder(folder).values()]


def _rule(file: SqlFile) -> Rule:
    given = _header(file)
    missing = [word for word in HEADER if not given.get(word)]
    if missing:
        raise HubError(
            f"rule header lacks {', '.join(missing)}",
            where=str(file.path),
            remedy="a rule says its title, meaning, severity, subject, purpose, legal_basis, owner and an example",
        )
    if unknown := set(given) - set(HEADER):
        raise HubError(f"rule header has unknown words {', '.join(sorted(unknown))}", where=str(file.path))
    given["expected"] = tuple(given["expected"])
    return Rule(name=file.name, sql=file.sql, path=file.path, **given)


def _header(file: SqlFile) -> dict[str, Any]:
    try:
        header = yaml.safe_load(file.comment)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise HubError(f"rule header is not YAML: {error.problem}", where=f"{file.path}:{line}") from None
    return header if isinstance(header, dict) else {}


def findings_sql(rule: Rule, columns: list[str]) -> str:
    """The rule's rows in the shape of `finding`; `columns` are what its SQL returns. One finding per subject."""
    places = ", ".join(f"{c} as {c}" if c in columns else f"cast(null as varchar) as {c}" for c in PLACES)
    evidence = [c for c in columns if c not in (*PLACES, "subject_id")]
    packed = ", ".join(f"'{c}', {c}" for c in evidence)
    literal = {word: str(getattr(rule, word)).replace("'", "''") for word in ("name", "title", "severity", "subject")}
    return f"""
        with hit as ({rule.sql}),
        seen as (
            select subject_id, {places}, cast(json_object({packed}) as varchar) as evidence,
                   row_number() over (partition by subject_id order by json_object({packed}), {", ".join(PLACES)}) as nth
            from hit)
        select md5('{literal["name"]}|' || subject_id) as finding_id, '{literal["name"]}' as rule,
               '{literal["title"]}' as title, '{literal["severity"]}' as severity, '{literal["subject"]}' as subject_kind,
               subject_id, dwelling_id, household_id, person_id, evidence, md5(evidence) as evidence_hash,
               'open' as status, grid_code
        from seen where nth = 1"""


def run_rule(connection: duckdb.DuckDBPyConnection, rule: Rule, into: str) -> RuleRun:
    """Add the rule's findings to the table `into`. A rule that fails is reported, without quoting rows."""
    try:
        columns = [d[0] for d in connection.execute(f"select * from ({rule.sql}) as hit limit 0").description or ()]
        if "subject_id" not in columns:
            return RuleRun(rule.name, 0, "selects no subject_id")
        connection.execute(f"insert into {into} by name {findings_sql(rule, columns)}")
    except duckdb.IOException:
        raise
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
        return RuleRun(rule.name, 0, str(error).splitlines()[0])
    except duckdb.Error as error:
        return RuleRun(rule.name, 0, type(error).__name__)
    found = connection.execute(f"select count(*) from {into} where rule = ?", [rule.name]).fetchall()
    return RuleRun(rule.name, found[0][0])


def run_example(rule: Rule, catalog: Catalog) -> tuple[list[str], list[str]]:
    """The header's example: the subjects the rule finds in its given rows, and those it should, both sorted."""
    connection = duckdb.connect()
    connection.execute("create schema source")
    for table in catalog.tables.values():
        columns = ", ".join(f"{c.name} {c.sql_type}" for c in table.released_columns)
        connection.execute(f"create table {table.relation} ({columns})")
        for row in rule.given.get(table.relation, ()):
            marks = ", ".join("?" * len(row))
            connection.execute(f"insert into {table.relation} ({', '.join(row)}) values ({marks})", list(row.values()))
    found = connection.execute(f"select distinct subject_id from ({rule.sql}) as hit order by 1").fetchall()
    return [row[0] for row in found], sorted(rule.expected)
