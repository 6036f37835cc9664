"""A `Check` as a Polars expression that is true where a row breaks it (`suite.py` renders it as an expectation).

Both leave nulls to `not_null`. Uniqueness over several batches is tested by ingest, which remembers keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import reduce
from typing import Any, Final

import polars as pl

from contracts.code_lists import CodeList
from contracts.model import Check, Column
from contracts.named_checks import NAMED_CHECKS

EARLIEST: Final = date(1800, 1, 1)


def violates(check: Check, code_lists: Mapping[str, CodeList]) -> pl.Expr:
    """True where the row breaks `check`, false elsewhere (never null). Columns are typed, codes already mapped."""
    column = pl.col(check.column or "")
    match check.rule:
        case "not_null":
            return column.is_null()
        case "code":
            return (~column.is_in(satisfies(check, code_lists))).fill_null(False)
        case "pattern":
            return (~column.str.contains(f"^(?:{check.args['pattern']})$")).fill_null(False)
        case "named":
            return (~NAMED_CHECKS[check.reported_rule].passes(column, code_lists)).fill_null(
                False
            ) & column.is_not_null()
        case "length":
            return _outside(column.str.len_chars(), check.args)
        case "range":
            return _outside(column, check.args)
    raise ValueError(f"{check.rule} is not a check of one row")


def satisfies(check: Check, code_lists: Mapping[str, CodeList]) -> list[str]:
    """The values a `code` check lets through, sorted."""
    return sorted(check.args["values"] if "values" in check.args else code_lists[check.args["codes"]].labels)


def bounds(args: Mapping[str, Any]) -> tuple[Any, Any]:
    """`min` and `max` of a length or range check; an ISO date given as text becomes a date."""
    low, high = args.get("min"), args.get("max")
    return tuple(date.fromisoformat(v) if isinstance(v, str) else v for v in (low, high))  # type: ignore[return-value]


def day_range(column: Column, day: date) -> Check | None:
    """The range of a date or time where its contract names no limits: from 1800 to the day of the delivery, unless `future`.

    A time may be of the day after, too: an export runs past midnight. None: there is no side left to limit.
    """
    if column.logical_type not in ("date", "timestamp"):
        return None
    given = next((check.args for check in column.checks if check.rule == "range"), {})
    latest = day if column.logical_type == "date" else datetime.combine(day + timedelta(days=1), time.max)
    low = EARLIEST if given.get("min") is None else None
    high = latest if given.get("max") is None and not column.future else None
    return Check("range", column.name, {"min": low, "max": high}) if low or high else None


def _outside(value: pl.Expr, args: Mapping[str, Any]) -> pl.Expr:
    low, high = bounds(args)
    sides = [] if low is None else [value < low]
    sides += [] if high is None else [value > high]
    return reduce(lambda a, b: a | b, sides, pl.lit(False)).fill_null(False)
