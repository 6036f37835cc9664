"""Vectorised random sampling: indices by weight, coin flips, and texts looked up by index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Rng: TypeAlias = np.random.Generator


def draw(rng: Rng, weights: Iterable[float], n: int) -> Ints:
    """n indices into `weights`, drawn by weight."""
    edges = np.cumsum(np.fromiter(weights, dtype=np.float64))
    drawn: Ints = np.searchsorted(edges[:-1], rng.random(n) * edges[-1], side="right")
    return drawn


def flip(rng: Rng, share: float, n: int) -> Bools:
    """n booleans, each True with probability `share`."""
    return np.asarray(rng.random(n, dtype=np.float32) < share)


def pick(rng: Rng, pool: Ints, n: int) -> Ints:
    """n members of `pool`, with replacement."""
    return pool[rng.integers(0, len(pool), n)]


def between(rng: Rng, low: Ints | int, high: Ints | int, n: int) -> Ints:
    """n whole numbers, low <= x <= high, with bounds per element or for all; a `high` below `low` counts as `low`."""
    span = np.maximum(np.asarray(high) - np.asarray(low), 0) + 1
    return np.asarray(low + (rng.random(n) * span).astype(np.int64), dtype=np.int64)


def look_up(texts: pl.Series, index: Ints) -> pl.Series:
    """texts[index], null where the index is negative."""
    found = texts.gather(np.maximum(index, 0).astype(np.uint32))
    if not (index < 0).any():
        return found
    return pl.select(pl.when(pl.Series(index >= 0)).then(found).otherwise(None)).to_series()


def draw_label(rng: Rng, labels: Mapping[str, float], n: int) -> pl.Series:
    """n labels, drawn by weight."""
    return look_up(pl.Series(list(labels)), draw(rng, labels.values(), n))


def blank(texts: pl.Series, where: Bools) -> pl.Series:
    """The texts, null at `where`."""
    return pl.select(pl.when(pl.Series(where)).then(None).otherwise(texts)).to_series()


def concat_texts(*parts: pl.Series | str) -> pl.Series:
    """The parts concatenated row by row; null if one part is null."""
    return pl.select(pl.concat_str([pl.lit(part) for part in parts])).to_series()


def null_texts(n: int) -> pl.Series:
    """A text column of n nulls."""
    return pl.Series([None], dtype=pl.String).new_from_index(0, n)


def first_not_null(*columns: pl.Series) -> pl.Series:
    """The first value that is not null, row by row."""
    return pl.select(pl.coalesce(list(columns))).to_series()
