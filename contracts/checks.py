"""Reads the checks of a contract (ODCS quality entries and our own words) as `Check`s, before any is rendered.

A column's checks come from `required`, `primaryKey`/`unique`, `logicalTypeOptions`, our `codes` and `check`, and `quality`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from open_data_contract_standard.model import DataQuality, SchemaObject, SchemaProperty

from contracts.document import Document, Problem
from contracts.model import Check, Severity
from contracts.named_checks import NAMED_CHECKS
from contracts.patterns import portable
from contracts.row_queries import OPERATORS
from contracts.words import ColumnWords

SEVERITIES: dict[str | None, Severity] = {None: "error", "error": "error", "warning": "warning", "info": "warning"}


def column_checks(
    document: Document, prop: SchemaProperty, i: int, words: ColumnWords
) -> tuple[list[Check], list[Problem]]:
    """The checks of the i-th property, cheap ones first, and the problems of those that cannot be read."""
    name, options = str(prop.name), prop.logicalTypeOptions or {}
    checks: list[Check] = []
    if prop.required or prop.primaryKey:
        checks.append(Check("not_null", name))
    if words.codes:
        checks.append(Check("code", name, {"codes": words.codes}))
    for check in words.check:
        about = NAMED_CHECKS[check.name].requirement
        checks.append(Check("named", name, {"name": check.name}, _severity(check.severity), 1.0, about))
    unreadable: list[Problem] = []
    if options.get("pattern"):
        try:
            checks.append(Check("pattern", name, {"pattern": portable(options["pattern"])}))
        except ValueError as error:
            unreadable.append(document.problem(str(error), "schema", 0, "properties", i, "logicalTypeOptions"))
    if {"minLength", "maxLength"} & options.keys():
        checks.append(Check("length", name, {"min": options.get("minLength"), "max": options.get("maxLength")}))
    if {"minimum", "maximum"} & options.keys():
        checks.append(Check("range", name, {"min": options.get("minimum"), "max": options.get("maximum")}))
    if prop.unique:
        checks.append(Check("unique", name, {"columns": [name]}))
    found, problems = _quality(document, prop.quality, name, ("schema", 0, "properties", i, "quality"))
    return checks + found, unreadable + problems


def _severity(word: str | None) -> Severity:
    if word not in SEVERITIES:
        raise ValueError(f"severity {word} is not one of error, warning, info")
    return SEVERITIES[word]


def table_checks(document: Document, schema: SchemaObject) -> tuple[list[Check], list[Problem]]:
    """The checks on the table as a whole, and problems; the uniqueness of the primary key is the first check."""
    key = [str(p.name) for p in schema.properties or [] if p.primaryKey]
    checks = [Check("unique", key[0] if len(key) == 1 else None, {"columns": key})] if key else []
    found, problems = _quality(document, schema.quality, None, ("schema", 0, "quality"))
    return checks + found, problems


def _quality(
    document: Document, entries: list[DataQuality] | None, column: str | None, at: tuple[str | int, ...]
) -> tuple[list[Check], list[Problem]]:
    checks, problems = [], []
    for i, entry in enumerate(entries or []):
        try:
            checks += list(_checks(entry, column))
        except ValueError as error:
            problems.append(document.problem(str(error), *at, i))
    return checks, problems


def _checks(entry: DataQuality, column: str | None) -> Iterator[Check]:
    severity = _severity(entry.severity)
    about = entry.description or entry.name or ""
    if entry.type == "text":
        return
    if entry.type == "sql":
        yield Check("sql", column, {"query": entry.query, **_bound(entry)}, severity, description=about)
    elif entry.type == "custom":
        if entry.engine != "greatExpectations" or not isinstance(entry.implementation, dict):
            raise ValueError("custom quality needs `engine: greatExpectations` and an `implementation` mapping")
        yield Check("expectation", column, dict(entry.implementation), severity, description=about)
    else:
        yield _library_check(entry, column, severity, about)


def _library_check(entry: DataQuality, column: str | None, severity: Severity, about: str) -> Check:
    arguments = entry.arguments or {}
    if entry.metric == "rowCount":
        return Check("row_count", None, _range(entry), severity, description=about)
    mostly = _mostly(entry)
    if entry.metric in ("nullValues", "missingValues") and column:
        return Check("not_null", column, {}, severity, mostly, about)
    if entry.metric == "duplicateValues":
        columns = [column] if column else list(arguments.get("properties", []))
        return Check("unique", column, {"columns": columns}, severity, mostly, about)
    if entry.metric == "invalidValues" and "validValues" in arguments:
        return Check("code", column, {"values": list(arguments["validValues"])}, severity, mostly, about)
    if entry.metric == "invalidValues" and "pattern" in arguments:
        return Check("pattern", column, {"pattern": portable(arguments["pattern"])}, severity, mostly, about)
    raise ValueError(f"quality metric {entry.metric} needs arguments this hub knows: validValues, pattern, properties")


def _bound(entry: DataQuality) -> dict[str, Any]:
    given = {op: getattr(entry, op) for op in OPERATORS if getattr(entry, op) is not None}
    if len(given) != 1:
        raise ValueError(f"quality entry needs exactly one of {', '.join(OPERATORS)}")
    operator, value = next(iter(given.items()))
    return {"operator": operator, "value": value}


def _mostly(entry: DataQuality) -> float:
    """The share of rows that must pass: `mustBe: 0` is all of them, `mustBeLessOrEqualTo: 5` of `unit: percent` 0.95."""
    bound = _bound(entry)
    if bound == {"operator": "mustBe", "value": 0}:
        return 1.0
    if bound["operator"] in ("mustBeLessThan", "mustBeLessOrEqualTo") and entry.unit == "percent":
        return float(1 - float(bound["value"]) / 100)
    raise ValueError("this metric takes `mustBe: 0`, or mustBeLessThan/mustBeLessOrEqualTo with `unit: percent`")


def _range(entry: DataQuality) -> dict[str, Any]:
    bound = _bound(entry)
    operator, value = bound["operator"], bound["value"]
    ranges = {
        "mustBe": lambda: {"min": value, "max": value},
        "mustBeGreaterThan": lambda: {"min": value + 1, "max": None},
        "mustBeGreaterOrEqualTo": lambda: {"min": value, "max": None},
        "mustBeLessThan": lambda: {"min": None, "max": value - 1},
        "mustBeLessOrEqualTo": lambda: {"min": None, "max": value},
        "mustBeBetween": lambda: {"min": value[0], "max": value[1]},
    }
    if operator not in ranges:
        raise ValueError(f"rowCount does not take {operator}")
    return ranges[operator]()
