"""The cross-check: runs every rule over the candidate and stores the rows as `finding` and `finding_evidence`.

A finding is identified by its rule and subject; the casebook's finding log has its first day. A rule that fails leaves the
others alone. Not here: the declaration of rules (model.py), resolving verdicts (fieldwork/resolution.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb

from contracts.errors import HubError
from contracts.model import PLACE_CODES, Catalog
from contracts.quoting import quote_identifier, quote_text
from warehouse.build.engine import WORKLIST, build_connection, create
from warehouse.build.sql_files import in_order, read_file, read_folder
from warehouse.casebook import finding_log
from warehouse.casebook.casebook import open_casebook
from warehouse.cross_check import decisions
from warehouse.cross_check.limits import DEFAULT, HIT_TABLE, LimitExceeded, Limits, fetch_within, within
from warehouse.cross_check.lint import problems
from warehouse.cross_check.model import PLACES, Rule, load_rule, rule_files
from warehouse.cross_check.precision_table import make_rule_precision
from warehouse.cross_check.resolution_table import load_resolutions
from warehouse.fieldwork.verdicts import history
from warehouse.settings import Settings

FINDING_SQL: Final = Path(__file__).parent / "finding.sql"
FINDING_AREA_SQL: Final = Path(__file__).parent / "finding_area.sql"
FOUND_COLUMNS: Final = {
    **dict.fromkeys(("finding_id", "rule", "title", "severity", "place", "subject_kind", "subject_id"), "varchar"),
    **dict.fromkeys(PLACES, "varchar"), "evidence": "varchar", "evidence_hash": "varchar", "evidence_rows": "varchar[]",
}  # fmt: skip
CITED_COLUMNS: Final = {
    **dict.fromkeys(("finding_id", "source", "record_key", "delivery_id"), "varchar"), "row_no": "bigint",
    "stated_on": "date", "value": "varchar", "place_code": "varchar",
}  # fmt: skip
EVIDENCE_SQL: Final = "select c.*, f.grid_code, f.area_code from cited c join finding f on f.finding_id = c.finding_id"
Progress = Callable[[str], None]


class UnusableRule(HubError):
    """A rule selects something else than an id in a column of ids."""


@dataclass(frozen=True)
class RuleRun:
    """The run of one rule: the number of its findings, or the error why it could not run (the night goes on without it)."""

    rule: str
    findings: int
    error: str | None = None
    seconds: float = 0.0


def cross_check(
    settings: Settings, catalog: Catalog, target: Path, progress: Progress | None = None
) -> dict[str, RuleRun]:
    """Run every rule over the city tables in `target` and add the tables of findings; returns the runs by rule."""
    runs = {}
    with build_connection(target, settings) as connection:
        prepare(connection)
        for path in rule_files():
            started = time.perf_counter()
            run = run_file(connection, catalog, path, Limits.of(settings))
            runs[path.stem] = replace(run, seconds=round(time.perf_counter() - started, 3))
            if progress:
                progress(f"{run.rule} {run.error or run.findings}")
        with open_casebook(settings) as casebook:
            finding_log.load_known(connection, casebook)
            verdicts = history(casebook)
            load_resolutions(connection, verdicts)
            make_rule_precision(connection, catalog, verdicts, decisions.history(casebook), runs.keys())
        place_findings(connection)
        create(connection, catalog.tables["city.finding"], read_file(FINDING_SQL).sql)
        create(connection, catalog.tables["city.finding_evidence"], EVIDENCE_SQL)
        make_worklist(connection, catalog)
    return runs


def make_worklist(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    """Make the city tables that depend on findings. No model reads them: a doubt changes nobody's status."""
    files = read_folder(WORKLIST)
    for name in in_order({name: file.reads for name, file in files.items()}):
        create(connection, catalog.tables[f"city.{name}"], files[name].sql)


def place_findings(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the findings in `found` without a grid their area; with a grid they have none."""
    connection.execute("update found set area_code = null where grid_code is not null")
    areas = read_file(FINDING_AREA_SQL).sql
    connection.execute(
        f"update found set area_code = a.area_code from ({areas}) a where a.finding_id = found.finding_id"
    )


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the working tables that rules write to: `found` and `cited`."""
    for name, columns in (("found", FOUND_COLUMNS), ("cited", CITED_COLUMNS)):
        connection.execute(f"create temp table {name} ({', '.join(f'{c} {kind}' for c, kind in columns.items())})")


def run_file(connection: duckdb.DuckDBPyConnection, catalog: Catalog, path: Path, limits: Limits = DEFAULT) -> RuleRun:
    """Run the rule of a file; a wrong header is an error of the run."""
    try:
        return run_rule(connection, catalog, load_rule(path), limits)
    except HubError as error:
        return RuleRun(path.stem, 0, error.what)


def run_rule(connection: duckdb.DuckDBPyConnection, catalog: Catalog, rule: Rule, limits: Limits = DEFAULT) -> RuleRun:
    """Add the rule's findings to `found`, and the rows it cites to `cited`.

    A rule that the lint refuses, that fails or exceeds its limits adds nothing; its error quotes no rows.
    """
    if wrong := problems(rule, catalog):
        return RuleRun(rule.name, 0, "; ".join(wrong))
    try:
        with within(connection, limits):
            fetch_within(connection, rule, limits)
            connection.execute("begin")
            connection.execute(f"insert into found by name {findings_sql(connection, rule)}")
            require_usable(connection, catalog, rule)
            for source in rule.rows:
                connection.execute(f"insert into cited by name {evidence_sql(catalog, rule, source)}")
            [(count,)] = connection.execute("select count(*) from found where rule = ?", [rule.name]).fetchall()
            connection.execute("commit")
    except duckdb.IOException:
        raise
    except (duckdb.Error, LimitExceeded, UnusableRule) as error:
        with suppress(duckdb.TransactionException):  # there may be no transaction yet
            connection.execute("rollback")
        return RuleRun(rule.name, 0, str(error) if isinstance(error, HubError) else type(error).__name__)
    return RuleRun(rule.name, count)


def require_usable(connection: duckdb.DuckDBPyConnection, catalog: Catalog, rule: Rule) -> None:
    """Raise UnusableRule if a finding has no subject or an id that breaks the contract: the audit would stop the night."""
    promised = [c for c in catalog.tables["city.finding"].columns if c.name in ("subject_id", *PLACES)]
    fits = {c.name: check.args["pattern"] for c in promised for check in c.checks if check.rule == "pattern"}
    odd = ", ".join(
        f"count(*) filter (where not regexp_full_match({c}, {quote_text(pattern)}))" for c, pattern in fits.items()
    )
    counts = f"select count(*) filter (where subject_id is null), {odd} from found where rule = ?"
    [found] = connection.execute(counts, [rule.name]).fetchall()
    for column, count in zip(("subject_id", *fits), found, strict=True):
        if count:
            raise UnusableRule(
                f"finds {count:,} rows whose {column} is no id",
                remedy="select ids of the city tables, for another subject the md5 of what identifies it",
            )


def findings_sql(connection: duckdb.DuckDBPyConnection, rule: Rule) -> str:
    """The SQL that turns the rule's rows in `hit` into rows of `found`, one finding per subject."""
    columns = [row[0] for row in connection.execute(f"describe {HIT_TABLE}").fetchall()]
    places = ", ".join(f"{c} as {c}" if c in columns else f"cast(null as varchar) as {c}" for c in PLACES)
    packed = ", ".join(f"{quote_text(name)}, {quote_identifier(name)}" for name in rule.evidence)
    literal = {word: quote_text(str(getattr(rule, word))) for word in ("name", "title", "severity", "place", "subject")}
    return f"""
        with one_per_subject as (
            select subject_id, {places}, evidence_rows, cast(json_object({packed}) as varchar) as evidence
            from {HIT_TABLE}
            qualify row_number() over (
                partition by subject_id order by json_object({packed}), {", ".join(PLACES)}, evidence_rows) = 1)
        select {rule.finding_id} as finding_id, {literal["name"]} as rule,
               {literal["title"]} as title, {literal["severity"]} as severity, {literal["place"]} as place,
               {literal["subject"]} as subject_kind, subject_id, {", ".join(PLACES)}, evidence,
               md5(evidence) as evidence_hash, evidence_rows
        from one_per_subject"""


def evidence_sql(catalog: Catalog, rule: Rule, source: str) -> str:
    """The SQL of the rows of one source that the rule's findings cite, with their file and the columns of its header."""
    table = catalog.tables[f"source.{source}"]
    values = ", ".join(f"'{name}', s.{name}" for name in rule.rows[source])
    places = [f"s.{c.name}" for c in table.released_columns if c.name in PLACE_CODES]
    stated_on = f"cast(s.{table.dated} as date)" if table.dated else "d.delivered_on"
    return f"""
        with cited_row as (
            select finding_id, unnest(evidence_rows) as office_row from found where rule = {quote_text(rule.name)}
        ), keyed as (
            select distinct finding_id, substr(office_row, {len(source) + 2}) as record_key
            from cited_row where starts_with(office_row, '{source}:')
        )
        select k.finding_id, '{source}' as source, k.record_key, s.delivery_id, s.row_no,
               coalesce({stated_on}, d.delivered_on) as stated_on, cast(json_object({values}) as varchar) as value,
               coalesce({", ".join([*places, "cast(null as varchar)"])}) as place_code
        from keyed k
        join {table.relation} s on s.{table.key[0]} = k.record_key
        join delivery d on d.delivery_id = s.delivery_id and d.source = '{source}'"""
