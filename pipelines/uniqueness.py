"""Rows of a delivery whose key an earlier row of it has: a promise about the whole file, judged when it is read.

Not here: keys across deliveries, which are the load's business (`warehouse/sources.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

AT = "at"


def repeated_rows(parts: list[Path], columns: Sequence[str]) -> pl.Series:
    """Places (row of the parts taken as one) of rows that repeat an earlier row's `columns`; a null repeats nothing.

    64-bit hashes find the candidates, 8 bytes a row; only those are compared by value, so the answer is exact.
    """
    rows = pl.scan_parquet(parts)
    key = pl.struct(columns)
    hashes = rows.select(key.hash().alias("hash")).collect(engine="streaming")["hash"]
    candidates = hashes.is_duplicated().arg_true()
    if candidates.is_empty():
        return candidates
    wanted = rows.with_row_index(AT).filter(pl.col(AT).is_in(candidates.implode()))
    complete = wanted.filter(pl.all_horizontal(pl.col(columns).is_not_null()))
    return complete.select(AT, *columns).filter(~key.is_first_distinct()).select(AT).collect()[AT].sort()
