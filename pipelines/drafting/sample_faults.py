"""Finds faults of a sample for the head of its draft: rows of another width, columns without a value."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from pipelines.drafting.grid import Rows

MOST_NAMED = 5  # rows or columns; the others are only counted


def uneven_rows(rows: Rows, first: int, widths: range, ignored: str) -> list[str]:
    """A remark on the records, from row `first` on, with another number of fields than the header.

    `widths`: from the last named field to the last empty one behind it, which must stay empty. `ignored`: the
    pattern of rows that are not records, "" for none. Row numbers count from 1 in the file.
    """
    uneven = [
        str(number)
        for number, row in enumerate(rows[first:], first + 1)
        if any(row)
        and (len(row) not in widths or any(row[widths.start :]))
        and not (ignored and re.fullmatch(ignored, next(filter(None, row))))
    ]
    if not uneven:
        return []
    return [f"样本中第 {_listed(uneven)} 行的字段数与表头不同，共 {len(uneven)} 行，会被退回；请核对分隔符和引号"]


def empty_columns(frame: pl.DataFrame) -> list[str]:
    """A remark on the columns that are empty in all samples."""
    empty = [column.name for column in frame.get_columns() if column.null_count() == len(column)]
    return [f"全为空的列可删去：{_listed(empty)}（共 {len(empty)} 列）"] if empty else []


def _listed(names: Sequence[str]) -> str:
    return "、".join(names[:MOST_NAMED]) + (" 等" if len(names) > MOST_NAMED else "")
