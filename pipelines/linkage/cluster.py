"""Clusters of rows from pairs that link by themselves, under what must and what must not be together.

Where a component keeps all constraints it is a cluster. Where it does not, `cutting.py` builds it up again from its strongest
links. Deterministic, whatever the order of the rows. Weights come from `score.py`; what is done with clusters is the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipelines.linkage.cutting import Cut, Rules

DECIDED = float("inf")  # a human said so: before every weight
PAIR = {"left": pl.String, "right": pl.String}
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Constraints:
    """What clusters must keep; each a table of text columns, empty if there is nothing to keep.

    `apart`, `together`: left, right: pairs a human decided. `anchor`: row, mark: rows known by a valid ID; a cluster has one
    ID. `one_each`: row, mark: of the rows with one mark a cluster has one (of a source in which a person stands once).
    """

    apart: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PAIR))
    together: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PAIR))
    anchor: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"row": pl.String, "mark": pl.String}))
    one_each: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"row": pl.String, "mark": pl.String}))


@dataclass(frozen=True)
class Clusters:
    """`members`: row, cluster (its smallest row). `refused`: left, right, weight of the links that became grey."""

    members: pl.DataFrame
    refused: pl.DataFrame


def cluster(pairs: pl.DataFrame, constraints: Constraints | None = None) -> Clusters:
    """`pairs`: left, right, weight. Rows that are in no pair are in no cluster and not in `members`."""
    given = constraints or Constraints()
    decided = given.together.select("left", "right", pl.lit(DECIDED).alias("weight"))
    links = pl.concat([decided, pairs.select("left", "right", pl.col("weight").cast(pl.Float64))])
    rows = pl.concat([links.get_column("left"), links.get_column("right")]).unique().sort()
    number = pl.DataFrame({"row": rows, "n": pl.arange(len(rows), eager=True)})
    left, right = (_numbers(links, end, number) for end in ("left", "right"))
    rules = _rules(given, number)
    component = _components(len(rows), left, right)
    broken = rules.broken(component)
    doubtful = np.isin(component[left], broken) if len(left) else np.zeros(0, dtype=bool)
    cut = Cut(rules)
    weights = links.get_column("weight").to_numpy()
    kept = ~doubtful
    kept[doubtful] = cut.build(left[doubtful], right[doubtful], weights[doubtful])
    label = _components(len(rows), left[kept], right[kept])
    members = pl.DataFrame({"row": rows, "label": label}).select(
        "row", pl.col("row").min().over("label").alias("cluster")
    )
    return Clusters(members, links.filter(pl.Series(~kept)).sort("left", "right"))


def _numbers(table: pl.DataFrame, column: str, number: pl.DataFrame) -> Numbers:
    return (
        table.select(pl.col(column).alias("row"))
        .join(number, on="row", how="left", maintain_order="left")["n"]
        .to_numpy()
    )


def _rules(given: Constraints, number: pl.DataFrame) -> Rules:
    """The constraints by row numbers, of rows that are in some pair."""
    apart = given.apart.join(number.rename({"row": "left", "n": "l"}), on="left").join(
        number.rename({"row": "right", "n": "r"}), on="right"
    )
    anchor, one_each = (marked.join(number, on="row").select("n", "mark") for marked in (given.anchor, given.one_each))
    return Rules(apart.select("l", "r"), anchor, one_each)


def _components(rows: int, left: Numbers, right: Numbers) -> Numbers:
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(rows, rows))
    return (
        np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
        if rows
        else np.zeros(0, dtype=np.int64)
    )
