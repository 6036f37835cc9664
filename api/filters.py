"""Parses `column__op=value` of a URL into typed conditions. An error names column and expected type, never the value."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from math import isfinite
from typing import Any, get_args
from zoneinfo import ZoneInfo

from api.errors import BadRequest
from contracts.date_formats import iso_day
from contracts.model import Column, LogicalType
from warehouse.access.filters import Condition, Operator
from warehouse.access.grant import Grant

# `token` is not for URLs; `contains` and `suffix` are the search's
OPERATORS = tuple(op for op in get_args(Operator) if op not in ("token", "contains", "suffix"))
VALUE_FORMS: dict[LogicalType, str] = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "date": "a date, 2026-11-22",
    "timestamp": "a moment, 2026-11-22T01:30:00, with +08:00 or Z if it is another zone's",
    "boolean": "true or false",
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def conditions(grant: Grant, params: Iterable[tuple[str, str]], zone: ZoneInfo) -> list[Condition]:
    """One condition per parameter; a timestamp with an offset becomes the wall clock of `zone`.

    BadRequest for an unknown column, an operator the column has not, or a value of the wrong type.
    """
    return [_condition(grant, name, value, zone) for name, value in params]


def _condition(grant: Grant, param: str, value: str, zone: ZoneInfo) -> Condition:
    name, _, op = param.partition("__")
    column = grant.columns.get(name)
    if column is None:
        named = name if _NAME.fullmatch(name) else "of that name"
        raise BadRequest(f"there is no column {named} to filter by", remedy=f"see /v1/catalog/{grant.table.qualified}")
    if (op or "eq") not in OPERATORS:
        raise BadRequest(f"column {name}: no such comparison", remedy=f"{name}__<one of {', '.join(OPERATORS)}>=…")
    if op == "like" and column.logical_type != "string":
        raise BadRequest(f"column {name} is no text: like cannot compare it", remedy=f"{name}__gte and {name}__lt")
    return Condition(name, op or "eq", _value(column, op, value, zone))  # type: ignore[arg-type]  # held against OPERATORS


def _value(column: Column, op: str, text: str, zone: ZoneInfo) -> Any:
    if op == "null":
        return _typed("boolean", text, column, zone)
    if op == "in":
        return tuple(_typed(column.logical_type, part, column, zone) for part in text.split(","))
    return _typed(column.logical_type, text, column, zone)


def _typed(kind: LogicalType, text: str, column: Column, zone: ZoneInfo) -> Any:
    try:
        return _parse(kind, text, zone)
    except (ValueError, OverflowError):
        raise BadRequest(
            f"column {column.name}: {VALUE_FORMS[kind]} was expected", remedy="correct the value"
        ) from None


def _parse(kind: LogicalType, text: str, zone: ZoneInfo) -> Any:
    match kind:
        case "integer":
            number = int(text)
            if abs(number) >= 2**63:
                raise ValueError
            return number
        case "number":
            real = float(text)
            if not isfinite(real):
                raise ValueError
            return real
        case "date":
            return iso_day(text)
        case "timestamp":
            return _wall_clock(text, zone)
        case "boolean":
            if text not in ("true", "false"):
                raise ValueError
            return text == "true"
    return text


def _wall_clock(text: str, zone: ZoneInfo) -> datetime:
    # the plus sign of an offset arrives as a blank where nobody encoded it
    moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment
