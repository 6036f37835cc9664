"""Cleans an office's text and parses it into typed values, column by column as the contract says.

Not here: checking the values (`validate_rows.py`), text → dates (`dates.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from contracts.code_lists import CodeList
from contracts.identifiers import KINDS, change_where, half_width, scrub
from contracts.model import Column, LogicalType, Table
from contracts.named_checks import NAMED_CHECKS
from pipelines.ingest.dates import parse_moments

# text without a match is clean already, and most is: one look is cheaper than cleaning
UNTIDY = r"^$|[^\x21-\x7E\x{3001}\x{3002}\x{4E00}-\x{9FFF}]"
TIDIERS: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "nfkc": half_width,
    "compact": lambda text: text.str.replace_all(r"\s+", ""),
    "controls": lambda text: text.str.replace_all(r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]", ""),
}
# always understood besides the contract's formats: what the hub's XLSX reader writes for a date cell
ISO: Mapping[LogicalType, tuple[str, ...]] = {
    "date": ("%Y-%m-%d",),
    "timestamp": ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d"),
}
# used where a contract names no formats
EVERYDAY: Mapping[LogicalType, tuple[str, ...]] = {
    "date": ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"),
    "timestamp": ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M"),
}
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
            return _moments(text, column, pl.Date)
        case "timestamp":
            return _moments(text, column, pl.Datetime("us"))
    return text


def _moments(text: pl.Series, column: Column, dtype: type[pl.Date] | pl.Datetime) -> pl.Series:
    patterns = (*(column.formats or EVERYDAY[column.logical_type]), *ISO[column.logical_type])
    return parse_moments(text, dict.fromkeys(patterns), dtype)
