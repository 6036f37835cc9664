"""Computes precision, recall and F1 with intervals, and the pairwise agreement of clusters with the truth.

Belongs here: numbers from counts and frames. Does not: reading the rows (`address_score.py`, `person_score.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from warehouse.cross_check.wilson import wilson


@dataclass(frozen=True)
class Score:
    """Counts of `n` rows: `wanted` have a true answer, `given` got an answer, `right` got the true one."""

    n: int
    wanted: int
    given: int
    right: int

    @property
    def precision(self) -> float | None:
        """The share of answers that are right; None without answers."""
        return self.right / self.given if self.given else None

    @property
    def recall(self) -> float | None:
        """The share of true answers that were found; None if there are none."""
        return self.right / self.wanted if self.wanted else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None without answers and true answers."""
        return 2 * self.right / (self.given + self.wanted) if self.given + self.wanted else None

    def figures(self) -> dict[str, Any]:
        """Counts, shares and their 95 % intervals.

        F1 is not a share, but it rises with right / (right + wrong + missed), which is one; so its bounds follow from that.
        """
        either = self.given + self.wanted - self.right
        return {
            **vars(self),
            "precision": self.precision,
            "precision_95": wilson(self.right, self.given),
            "recall": self.recall,
            "recall_95": wilson(self.right, self.wanted),
            "f1": self.f1,
            "f1_95": tuple(2 * bound / (1 + bound) for bound in wilson(self.right, either)),
        }


def scores(rows: pl.DataFrame, by: str | None = None) -> dict[str, Score]:
    """The scores of rows with the flags `wanted`, `given`, `right`: per value of column `by`, or of all rows as `all`."""
    counts = [pl.len().alias("n"), *(pl.col(flag).sum() for flag in ("wanted", "given", "right"))]
    if by is None:
        return {"all": Score(*rows.select(counts).row(0))}
    grouped = rows.filter(pl.col(by).is_not_null()).group_by(by).agg(counts).sort(by)
    return {str(name): Score(*numbers) for name, *numbers in grouped.rows()}


def pairwise(rows: pl.DataFrame, cluster: str, true: str) -> Score:
    """The score of pairs of rows: wanted if they share the `true` value, given if they share `cluster`; nulls never match."""

    def pairs(*columns: str) -> int:
        sizes = rows.drop_nulls(columns).group_by(columns).len()["len"].cast(pl.Int64)
        return int((sizes * (sizes - 1) // 2).sum())

    return Score(rows.height * (rows.height - 1) // 2, pairs(true), pairs(cluster), pairs(cluster, true))


def table(title: str, named: dict[str, Score]) -> Iterable[str]:
    """Yield lines to print: n, then each measure with its interval, in per cent."""
    yield f"{title:<40} {'n':>8} {'precision':>24} {'recall':>24} {'F1':>24}"
    for name, score in named.items():
        figures = score.figures()
        cells = (_cell(figures[m], figures[f"{m}_95"]) for m in ("precision", "recall", "f1"))
        yield f"  {name:<38} {score.n:>8,} " + " ".join(f"{cell:>24}" for cell in cells)


def _cell(share: float | None, interval: tuple[float, float]) -> str:
    if share is None:
        return "-"
    return f"{100 * share:.2f} ({100 * interval[0]:.2f} to {100 * interval[1]:.2f})"
