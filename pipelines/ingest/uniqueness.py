"""Finds rows of a delivery that repeat the key of an earlier row, once the whole file is read.

Not here: keys across deliveries (`warehouse/build/sources.py`).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

AT = "at"


class RowKeys:
    """The keys of a delivery's accepted rows, as 64-bit hashes: 8 bytes a row, so that millions fit in memory."""

    def __init__(self, columns: list[str]) -> None:
        self.columns = columns
        self._hashes: list[pl.Series] = []

    def add(self, rows: pl.DataFrame) -> None:
        self._hashes.append(rows.select(pl.struct(self.columns).hash()).to_series())

    def duplicates(self, accepted: Path) -> pl.Series:
        """The places in the file of accepted rows that repeat the key of an earlier row; null keys never do.

        Rows with equal hashes are compared by value, so the answer is exact.
        """
        hashes = pl.concat(self._hashes)
        in_order = hashes.sort()  # a hash table would take several times the memory
        twice = in_order.filter(in_order == in_order.shift()).unique()
        candidates = hashes.is_in(twice.implode()).arg_true() if len(twice) else pl.Series(AT, [], dtype=pl.UInt32)
        if candidates.is_empty():
            return candidates
        rows = pl.scan_parquet(accepted).with_row_index(AT).filter(pl.col(AT).is_in(candidates.implode()))
        complete = rows.filter(pl.all_horizontal(pl.col(self.columns).is_not_null())).select(AT, *self.columns)
        return complete.collect().filter(~pl.struct(self.columns).is_first_distinct())[AT]
