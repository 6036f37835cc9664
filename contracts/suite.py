"""Contracts as Great Expectations suites, run inside DuckDB: what is promised to readers is held before publishing.

The one module that imports great_expectations, and late: that takes 3 to 9 s (`suite_process.py` lets it overlap with ingest).
The same `Check` is a row predicate in `predicates.py`; a test holds that both agree. Results carry counts, no values.
"""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.check_result import CheckResult, summary
from contracts.code_lists import CodeList
from contracts.errors import ContractError
from contracts.late_import import import_late
from contracts.model import Check, Severity, Table
from contracts.predicates import bounds, satisfies
from contracts.row_queries import named_sql, number_sql, pattern_sql

# The types a column may have in DuckDB, in SQLAlchemy's words; a width is the engine's own business.
TYPES = {
    "string": ["VARCHAR", "String"],
    "integer": ["BIGINT", "INTEGER", "SMALLINT", "HugeInteger"],
    "number": ["DOUBLE", "REAL", "Numeric"],
    "date": ["DATE"],
    "timestamp": ["TIMESTAMP"],
    "boolean": ["BOOLEAN"],
}
NO_VALUES = {"result_format": "SUMMARY", "partial_unexpected_count": 0}


def warm_up() -> None:
    """Import Great Expectations now, deferring its imports for expectations that few contracts need."""
    import_late("scipy.stats", "altair")
    importlib.import_module("great_expectations")


@dataclass(frozen=True)
class SuiteCheck:
    """One line of a suite. Every table is checked for its `columns` and their `type`; the rest are the contract's checks."""

    rule: str
    column: str | None
    expectation: Any
    severity: Severity = "error"
    description: str = ""


def suite_checks(table: Table, code_lists: Mapping[str, CodeList]) -> Iterator[SuiteCheck]:
    """The suite of one table. ContractError if Great Expectations does not know an expectation of the contract."""
    import great_expectations.expectations as gxe

    columns = table.released_columns
    order = gxe.ExpectTableColumnsToMatchOrderedList(column_list=[c.name for c in columns])
    yield SuiteCheck("columns", None, order)
    for column in columns:
        types = gxe.ExpectColumnValuesToBeInTypeList(column=column.name, type_list=TYPES[column.logical_type])
        yield SuiteCheck("type", column.name, types)
    for check in _checks(table):
        expectation = _expectation(table, check, code_lists)
        yield SuiteCheck(check.reported_rule, check.column, expectation, check.severity, check.description)


def validate(
    path: Path,
    tables: Iterable[Table],
    code_lists: Mapping[str, CodeList],
    progress: Callable[[str], None] | None = None,
) -> list[CheckResult]:
    """Validate every table of the DuckDB file at `path` (opened read-only) with its suite. ContractError as `suite_checks`."""
    results: list[CheckResult] = []
    for table, found in validation_results(path, tables, code_lists):
        results += found
        if progress:
            progress(summary(table, found))
    return results


def validation_results(
    path: Path, tables: Iterable[Table], code_lists: Mapping[str, CodeList]
) -> Iterator[tuple[Table, list[CheckResult]]]:
    """As `validate`, yielding the results table by table."""
    with _quiet(), _source(path) as source:
        for table in tables:
            yield table, _validate(source, table, code_lists)


def _validate(source: Any, table: Table, code_lists: Mapping[str, CodeList]) -> list[CheckResult]:
    import great_expectations as gx
    from great_expectations.datasource.fluent import TestConnectionError

    lines = list(suite_checks(table, code_lists))
    for i, line in enumerate(lines):
        line.expectation.meta = {"line": i}
    count = gx.expectations.ExpectTableRowCountToBeBetween(min_value=0, meta={"line": -1})
    suite = gx.ExpectationSuite(name=table.qualified, expectations=[count, *(line.expectation for line in lines)])
    *schema, name = table.relation.split(".")
    place = {"schema_name": schema[0]} if schema else {}
    try:
        asset = source.add_table_asset(table.qualified, table_name=name, **place)
    except TestConnectionError:
        return [CheckResult(table.qualified, None, "exists", "error", False, 0, None, "the table is missing")]
    run = asset.add_batch_definition_whole_table("all").get_batch().validate(suite, result_format=NO_VALUES)
    outcomes = {int(r.expectation_config.meta["line"]): r for r in run.results}
    rows = int(outcomes[-1].result["observed_value"])
    return [_result(table, line, outcomes[i], rows) for i, line in enumerate(lines)]


def _result(table: Table, line: SuiteCheck, outcome: Any, rows: int) -> CheckResult:
    found, about = outcome.result or {}, line.description
    broken = found.get("unexpected_count")
    if broken is None and outcome.expectation_config.type == "unexpected_rows_expectation":
        broken = found.get("observed_value")
    if not outcome.success and not found:  # GX says why in the engine's words, which may quote a value
        about = "; ".join(filter(None, [about, "could not be evaluated: a column is missing or the SQL is wrong"]))
    passed = bool(outcome.success)
    return CheckResult(table.qualified, line.column, line.rule, line.severity, passed, rows, broken, about)


def _checks(table: Table) -> Iterator[Check]:
    """The contract's checks on what the release holds. Of a tokenised value that is its presence and uniqueness:
    the value itself was checked at ingest and is not stored. A row check that an earlier version lacks is left out, as rows
    delivered under that version need not pass it: ingest checks each row by its own version."""
    earlier = [[check for column in version.columns for check in column.checks] for version in table.earlier]
    for column in table.columns:
        for check in column.checks:
            if check.rejects_rows and not all(check in checks for checks in earlier):
                continue
            if column.token is None or check.rule in ("unique", "sql", "expectation"):
                yield check
            elif check.rule == "not_null" and "birth_date" not in column.agrees:  # a newborn has no number
                yield Check("not_null", f"{column.name}_masked", {}, check.severity, check.mostly, check.description)
    yield from table.checks


def _expectation(table: Table, check: Check, code_lists: Mapping[str, CodeList]) -> Any:
    import great_expectations.expectations as gxe

    column, share = check.column, {"mostly": check.mostly}
    match check.rule:
        case "not_null":
            return gxe.ExpectColumnValuesToNotBeNull(column=column, **share)
        case "unique":
            return _unique(table, check)
        case "code":
            return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=satisfies(check, code_lists), **share)
        case "pattern":
            return gxe.UnexpectedRowsExpectation(unexpected_rows_query=pattern_sql(check))
        case "named":
            return gxe.UnexpectedRowsExpectation(unexpected_rows_query=named_sql(check, code_lists))
        case "length":
            low, high = bounds(check.args)
            return gxe.ExpectColumnValueLengthsToBeBetween(column=column, min_value=low, max_value=high, **share)
        case "range":
            low, high = bounds(check.args)
            return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high, **share)
        case "row_count":
            return gxe.ExpectTableRowCountToBeBetween(min_value=check.args["min"], max_value=check.args["max"])
        case "sql":
            return gxe.UnexpectedRowsExpectation(unexpected_rows_query=number_sql(check))
        case "expectation":
            return _contract_expectation(table, check)


def _unique(table: Table, check: Check) -> Any:
    import great_expectations.expectations as gxe

    tokenised = {c.name: f"{c.name}_token" for c in table.columns if c.token}
    columns = [tokenised.get(name, name) for name in check.args["columns"]]
    if len(columns) == 1:
        return gxe.ExpectColumnValuesToBeUnique(column=columns[0], mostly=check.mostly)
    return gxe.ExpectCompoundColumnsToBeUnique(column_list=columns, mostly=check.mostly)


def _contract_expectation(table: Table, check: Check) -> Any:
    from great_expectations.exceptions import GreatExpectationsError
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    kind = check.args.get("type") or check.args.get("expectation_type", "")
    kwargs = dict(check.args.get("kwargs", {}))
    if check.column:
        kwargs.setdefault("column", check.column)
    try:
        return ExpectationConfiguration(type=kind, kwargs=kwargs).to_domain_obj()
    except (GreatExpectationsError, ValueError, TypeError) as error:
        raise ContractError(
            f"Great Expectations does not know `{kind}` with {', '.join(sorted(kwargs)) or 'no arguments'}",
            where=table.path,
            remedy="write the expectation's type and kwargs as its documentation does",
        ) from error


@contextmanager
def _source(path: Path) -> Iterator[Any]:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    from contracts import duckdb_dialect

    duckdb_dialect.register()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.enable_analytics(False)
    source = context.data_sources.add_sql(
        "candidate",
        connection_string=f"{duckdb_dialect.NAME}:///{path}",
        create_temp_table=False,
        kwargs={"connect_args": {"read_only": True}},
    )
    try:
        yield source
    finally:
        source.get_engine().dispose()
        source.get_execution_engine().close()


@contextmanager
def _quiet() -> Iterator[None]:
    """GX logs failing SQL with its values, and warns of a dialect it does not know and of its own old arguments."""
    logger = logging.getLogger("great_expectations")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
