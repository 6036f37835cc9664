"""Cleans an office's text and parses it into typed values, column by column as the contract says.

Not here: checking the values (`validate_rows.py`), cells (`cells.py`), text → dates (`dates.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from contracts.code_lists import CodeList
from contracts.identifiers import scrub
from contracts.model import Column, LogicalType, Table
from contracts.named_checks import NAMED_CHECKS
from pipelines.ingest.cells import clean_cells, is_unusual
from pipelines.ingest.dates import parse_moments

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
TRUE, FALSE = ("true", "1", "是", "y", "yes"), ("false", "0", "否", "n", "no")


def clean(
    frame: pl.DataFrame, table: Table, code_lists: Mapping[str, CodeList]
) -> tuple[pl.DataFrame, dict[tuple[str, str], pl.Series]]:
    """The frame with clean cells (`cells.py`), values in their checks' form and labels → codes; and the places of cells that
    were cleaned of more than space, by column and rule.
    """
    found: dict[tuple[str, str], pl.Series] = {}
    columns = []
    unusual = frame.select(is_unusual(column) for column in table.columns)  # all at once, in parallel
    for column in table.columns:
        name = column.name
        cells, places = clean_cells(frame[name], unusual[name], column, _code_texts(column, code_lists))
        columns.append(cells.alias(name))
        found |= {(name, rule): at for rule, at in places.items()}
    values = frame.with_columns(columns)
    return values.with_columns(_in_form(column, code_lists) for column in table.columns), found


def _code_texts(column: Column, code_lists: Mapping[str, CodeList]) -> list[str]:
    """Every text that the column's codes allow: NA may be a country."""
    listed = [value for check in column.checks if check.rule == "code" for value in check.args.get("values", ())]
    return [*listed, *(code_lists[column.codes].spellings if column.codes else ())]


def _in_form(column: Column, code_lists: Mapping[str, CodeList]) -> pl.Expr:
    text = pl.col(column.name)
    for check in column.checks:
        if check.rule == "named":
            text = NAMED_CHECKS[check.reported_rule].normal(text)
    if "scrub" in column.clean:
        text = scrub(text)
    if column.codes:
        text = text.replace(code_lists[column.codes].spellings)
    return text.alias(column.name)


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
