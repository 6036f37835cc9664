"""Rows of an office as file and truth, and the breaking of some rows that ingest must reject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from demo.shares import distributions as shares
from demo.shares.sampling import Ints, Rng, look_up

_BAD_DATES: Final = ("2026-02-30", "2025-13-01", "0000-00-00", "不详")
REJECT_KINDS: Final = tuple(shares.BROKEN_ROWS)


@dataclass(frozen=True)
class Rows:
    """An office's rows of one block; both frames have the same height and order.

    `file`: the office's headers, every value text or null. `truth`: record_key, person, dwelling (index, -1 unknown),
    household_no, other columns the checks need, and after `break_rows` also reject_kind (null for a good row).
    """

    file: pl.DataFrame
    truth: pl.DataFrame


@dataclass(frozen=True)
class Offices:
    """The offices' rows of one block, by source."""

    resident: Rows
    property: Rows
    hotline: Rows
    elderly_file: Rows


@dataclass(frozen=True)
class Breakable:
    """The ways an office's rows can break: required columns, required dates, and an unknown label for a column."""

    required: tuple[str, ...]
    dates: tuple[str, ...]
    labels: Mapping[str, str]


def _rows_to_break(rng: Rng, n: int) -> list[Ints]:
    """The rows to break, by REJECT_KINDS; no row breaks twice, and a fraction of a row is the chance of one."""
    counts = [int(share * n + rng.random()) for share in shares.BROKEN_ROWS.values()]
    chosen = rng.permutation(n)[: sum(counts)]
    return list(np.split(chosen, np.cumsum(counts)[:-1]))


def _overwrite(file: pl.DataFrame, column: str, rows: Ints, values: Sequence[str | None]) -> pl.DataFrame:
    """The file with these rows of one column replaced by the values in turn."""
    if not len(rows):
        return file
    return file.with_columns(file[column].scatter(rows, [values[i % len(values)] for i in range(len(rows))]))


def break_rows(rng: Rng, rows: Rows, where: Breakable) -> Rows:
    """The rows with about 0.3 % of them broken, and reject_kind in the truth; rows that repeat a key come last."""
    file, n = rows.file, rows.file.height
    missing, dates, labels, repeated = _rows_to_break(rng, n)
    for i, column in enumerate(where.required):
        file = _overwrite(file, column, missing[i :: len(where.required)], [None])
    for i, column in enumerate(where.dates):
        file = _overwrite(file, column, dates[i :: len(where.dates)], _BAD_DATES)
    for i, (column, label) in enumerate(where.labels.items()):
        file = _overwrite(file, column, labels[i :: len(where.labels)], [label])
    kind = np.full(n + len(repeated), -1, dtype=np.int64)
    for number, broken_rows in enumerate((missing, dates, labels, n + np.arange(len(repeated)))):
        kind[broken_rows] = number
    truth = pl.concat([rows.truth, rows.truth[repeated]]).with_columns(
        reject_kind=look_up(pl.Series(REJECT_KINDS), kind)
    )
    return Rows(pl.concat([file, file[repeated]]), truth)
