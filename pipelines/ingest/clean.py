"""Cleans an office's text and parses it into typed values, column by column as the contract says.

Not here: checking the values (`validate_rows.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import polars as pl

from contracts.code_lists import CodeList
from contracts.identifiers import KINDS, change_where, half_width, scrub
from contracts.model import Column, LogicalType, Table
from contracts.named_checks import NAMED_CHECKS

# text without a match is clean already, and most is: one look is cheaper than cleaning
UNTIDY = r"^$|[^\x21-\x7E\x{3001}\x{3002}\x{4E00}-\x{9FFF}]"
TIDIERS: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "nfkc": half_width,
    "compact": lambda text: text.str.replace_all(r"\s+", ""),
    "controls": lambda text: text.str.replace_all(r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]", ""),
}
# always understood besides the contract's formats: what the hub's readers write for a typed date or time
ISO: Mapping[LogicalType, tuple[str, ...]] = {
    "date": ("%Y-%m-%d",),
    "timestamp": ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S%.f"),
}
# used where a contract names no formats
EVERYDAY: Mapping[LogicalType, tuple[str, ...]] = {
    "date": ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"),
    "timestamp": ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M"),
}
EXCEL = "excel"  # a spreadsheet's day number: days since 1899-12-30, the time of day as a fraction
EXCEL_EPOCH = datetime(1899, 12, 30)
TRUE, FALSE = ("true", "1", "是", "y", "yes"), ("false", "0", "否", "n", "no")


def clean(frame: pl.DataFrame, table: Table, code_lists: Mapping[str, CodeList]) -> pl.DataFrame:
    """The frame with text trimmed and cleaned as contracted, empty → null, identifiers normalised, labels → codes."""
    return frame.with_columns(_cleaned(column, code_lists) for column in table.columns)


def _cleaned(column: Column, code_lists: Mapping[str, CodeList]) -> pl.Expr:
    text = pl.col(column.name)
    text = KINDS[column.token].normal(text) if column.token else change_where(text, UNTIDY, lambda t: _tidy(t, column))
    for check in column.checks:
        if check.rule == "named":
            text = NAMED_CHECKS[check.reported_rule].normal(text)
    if "scrub" in column.clean:
        text = scrub(text)
    if column.codes:
        text = text.replace(code_lists[column.codes].spellings)
    return text.alias(column.name)


def _tidy(text: pl.Expr, column: Column) -> pl.Expr:
    for word in column.clean:
        text = TIDIERS[word](text) if word in TIDIERS else text
    text = text.str.strip_chars()
    return pl.when(text != "").then(text)


def parse_types(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The typed columns of cleaned text; null where a text has not the type. Times are naive, in the office's zone."""
    return frame.with_columns(_cast(frame[c.name], c) for c in table.columns if c.logical_type != "string")


def _cast(text: pl.Series, column: Column) -> pl.Series:
    match column.logical_type:
        case "integer":
            return text.str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)  # DBF, SQL: 2000010001.00
        case "number":
            number = text.cast(pl.Float64, strict=False)
            return number.to_frame().select(pl.when(pl.first().is_finite()).then(pl.first())).to_series()
        case "boolean":
            spellings = dict.fromkeys(TRUE, True) | dict.fromkeys(FALSE, False)
            return text.str.to_lowercase().replace_strict(spellings, default=None, return_dtype=pl.Boolean)
        case "date":
            return _first_format(text, column, pl.Date)
        case "timestamp":
            return _first_format(text, column, pl.Datetime("us"))
    return text


def _first_format(text: pl.Series, column: Column, dtype: type[pl.Date] | pl.Datetime) -> pl.Series:
    """Each value parsed by the first of the contract's formats that fits it."""
    found = pl.Series(text.name, [], dtype=dtype).extend_constant(None, len(text))
    for pattern in dict.fromkeys((*(column.formats or EVERYDAY[column.logical_type]), *ISO[column.logical_type])):
        left = (text.is_not_null() & found.is_null()).arg_true()
        if left.is_empty():
            break
        some = text.gather(left)
        parsed = _serial(some, dtype) if pattern == EXCEL else some.str.strptime(dtype, pattern, strict=False)
        found = parsed if len(parsed) == len(text) else found.scatter(left, parsed)
    return found


def _serial(text: pl.Series, dtype: type[pl.Date] | pl.Datetime) -> pl.Series:
    """Spreadsheet day numbers from 1900-03-01 on; before it spreadsheets count a 29 February 1900."""
    days = text.cast(pl.Float64, strict=False)
    moment = pl.lit(EXCEL_EPOCH) + pl.duration(microseconds=(pl.first() * 86_400_000_000).round())
    return (
        days.to_frame()
        .select(pl.when(pl.first().is_between(61, 2_958_466)).then(moment).cast(dtype).alias(text.name))
        .to_series()
    )
