"""What is out of order in a sample, said at the head of its draft: rows of another width, columns without a value."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from pipelines.drafting.cells import Rows

NAMED = 5  # so many are named, the others counted


def uneven_rows(rows: Rows, first: int, widths: range, ignored: str) -> list[str]:
    """A remark on the records, from row `first` on, that a reader will not cut as the header is cut.

    `widths`: from the last named field to the last empty one behind it, where nothing may stand. `ignored`: the
    pattern of rows that are no records, "" for none. A row's number is that of the file, from 1.
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
    """A remark on the columns that no row of the samples fills."""
    empty = [column.name for column in frame.get_columns() if column.null_count() == len(column)]
    return [f"全为空的列可删去：{_listed(empty)}（共 {len(empty)} 列）"] if empty else []


def _listed(names: Sequence[str]) -> str:
    return "、".join(names[:NAMED]) + (" 等" if len(names) > NAMED else "")
