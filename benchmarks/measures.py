"""Precision, recall and F1 with their intervals, and how well clusters agree with the truth. Pure computation.

Belongs here: numbers from counts and frames. Does not: where the rows come from (`address_score.py`, `person_score.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from warehouse.cross_check.wilson import wilson


@dataclass(frozen=True)
class Score:
    """`n` rows, `wanted` of them have a true answer, `given` got one, `right` got the true one."""

    n: int
    wanted: int
    given: int
    right: int

    @property
    def precision(self) -> float | None:
        """Of the answers given, the share that is right; None where none was given."""
        return self.right / self.given if self.given else None

    @property
    def recall(self) -> float | None:
        """Of the true answers, the share that was found; None where there is none."""
        return self.right / self.wanted if self.wanted else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both."""
        return 2 * self.right / (self.given + self.wanted) if self.given + self.wanted else None

    def figures(self) -> dict[str, Any]:
        """Counts, shares and their 95 % intervals.

        F1 is no share of anything; it rises with right / (right + wrong + missed), which is one, and so do its bounds.
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
    """Scores of rows with the flags `wanted`, `given`, `right`: per value of column `by`, or of all as `all`."""
    counts = [pl.len().alias("n"), *(pl.col(flag).sum() for flag in ("wanted", "given", "right"))]
    if by is None:
        return {"all": Score(*rows.select(counts).row(0))}
    grouped = rows.filter(pl.col(by).is_not_null()).group_by(by).agg(counts).sort(by)
    return {str(name): Score(*numbers) for name, *numbers in grouped.rows()}


def pairwise(rows: pl.DataFrame, cluster: str, true: str) -> Score:
    """Pairs of rows: wanted where both have one `true` value, given where both have one `cluster`; null is like nothing."""

    def pairs(*columns: str) -> int:
        sizes = rows.drop_nulls(columns).group_by(columns).len()["len"].cast(pl.Int64)
        return int((sizes * (sizes - 1) // 2).sum())

    return Score(rows.height * (rows.height - 1) // 2, pairs(true), pairs(cluster), pairs(cluster, true))


def table(title: str, named: dict[str, Score]) -> Iterable[str]:
    """Lines to print: n, then each measure with its interval, in per cent."""
    yield f"{title:<40} {'n':>8} {'precision':>24} {'recall':>24} {'F1':>24}"
    for name, score in named.items():
        figures = score.figures()
        cells = (_cell(figures[m], figures[f"{m}_95"]) for m in ("precision", "recall", "f1"))
        yield f"  {name:<38} {score.n:>8,} " + " ".join(f"{cell:>24}" for cell in cells)


def _cell(share: float | None, interval: tuple[float, float]) -> str:
    if share is None:
        return "-"
    return f"{100 * share:.2f} ({100 * interval[0]:.2f} to {100 * interval[1]:.2f})"
