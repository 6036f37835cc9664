"""Building a component up from its strongest links so that no constraint breaks, and saying which links are in doubt.

Links of one weight are looked at together: of those that exclude each other none is taken, for nothing tells which is right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[np.int64]
Link = tuple[int, int, int]  # its two clusters, its place among the links


@dataclass(frozen=True)
class Rules:
    """`apart`: l, r. `anchor`: n, mark: one mark to a cluster. `one_each`: n, mark: a mark once in a cluster."""

    apart: pl.DataFrame
    anchor: pl.DataFrame
    one_each: pl.DataFrame

    def broken(self, component: Numbers) -> Numbers:
        """The components in which some rule does not hold."""
        of = pl.DataFrame({"n": np.arange(len(component)), "component": component})
        anchored = of.join(self.anchor, on="n").group_by("component").agg(pl.col("mark").n_unique().alias("many"))
        doubled = of.join(self.one_each, on="n").group_by("component", "mark").agg(pl.len().alias("many"))
        left, right = component[self.apart["l"].to_numpy()], component[self.apart["r"].to_numpy()]
        many = [part.filter(pl.col("many") > 1).get_column("component").to_numpy() for part in (anchored, doubled)]
        return np.unique(np.concatenate([*many, left[left == right]])).astype(np.int64)


@dataclass
class Cut:
    """Clusters being built: `parent` (union-find), and per cluster the marks and enemies of its rows."""

    rules: Rules
    parent: dict[int, int] = field(default_factory=dict)
    anchors: dict[int, set[str]] = field(default_factory=dict)
    singles: dict[int, set[str]] = field(default_factory=dict)
    enemies: dict[int, set[int]] = field(default_factory=dict)

    def build(self, left: Numbers, right: Numbers, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Which links are kept."""
        self._know({*left.tolist(), *right.tolist()})
        kept = np.ones(len(left), dtype=bool)
        order = np.argsort(-weights, kind="stable")
        sorted_weights = weights[order]
        for batch in np.split(order, np.flatnonzero(sorted_weights[1:] != sorted_weights[:-1]) + 1):
            links = [(self.find(int(left[i])), self.find(int(right[i])), int(i)) for i in batch]
            for component in _connected([link for link in links if link[0] != link[1]]):
                refused = self._in_doubt(component)
                kept[[i for _, _, i in refused]] = False
                for a, b, _ in component - refused:
                    self._join(a, b)
        return kept

    def find(self, row: int) -> int:
        while (above := self.parent.setdefault(row, row)) != row:
            self.parent[row] = self.parent[above]
            row = above
        return row

    def _know(self, rows: set[int]) -> None:
        for store, marked in ((self.anchors, self.rules.anchor), (self.singles, self.rules.one_each)):
            for n, mark in marked.filter(pl.col("n").is_in(sorted(rows))).iter_rows():
                store.setdefault(n, set()).add(mark)
        for a, b in self.rules.apart.iter_rows():
            self.enemies.setdefault(a, set()).add(b)
            self.enemies.setdefault(b, set()).add(a)

    def _join(self, a: int, b: int) -> None:
        a, b = sorted((self.find(a), self.find(b)))
        if a != b:
            self.parent[b] = a
            stores: tuple[dict[int, set[Any]], ...] = (self.anchors, self.singles, self.enemies)
            for store in stores:
                store.setdefault(a, set()).update(store.pop(b, set()))

    def _in_doubt(self, component: set[Link]) -> set[Link]:
        """The links on the ways between clusters that exclude each other; what merely hangs on is not in doubt."""
        excluding = self._excluding({cluster for a, b, _ in component for cluster in (a, b)})
        doubt = set(component) if excluding else set()
        while doubt:
            degree: dict[int, int] = defaultdict(int)
            for a, b in {(min(a, b), max(a, b)) for a, b, _ in doubt}:
                degree[a] += 1
                degree[b] += 1
            ends = {cluster for cluster, links in degree.items() if links == 1} - excluding
            hanging = {link for link in doubt if ends & set(link[:2])}
            if not hanging:
                break
            doubt -= hanging
        return doubt

    def _excluding(self, clusters: set[int]) -> set[int]:
        """Those of the clusters that some other of them must not be joined to."""
        found = set()
        anchored = [c for c in clusters if self.anchors.get(c)]
        if len({mark for c in anchored for mark in self.anchors[c]}) > 1:
            found.update(anchored)
        by_mark = defaultdict(list)
        for c in clusters:
            for mark in self.singles.get(c, ()):
                by_mark[mark].append(c)
        found.update(c for holders in by_mark.values() if len(holders) > 1 for c in holders)
        found.update(c for c in clusters if {self.find(enemy) for enemy in self.enemies.get(c, ())} & (clusters - {c}))
        return found


def _connected(links: list[Link]) -> Iterator[set[Link]]:
    """The links in connected groups."""
    at: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        at[link[0]].append(link)
        at[link[1]].append(link)
    seen: set[int] = set()
    for start in sorted(at):
        group, waiting = set(), [start]
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            group.update(at[node])
            waiting += [end for link in at[node] for end in link[:2]]
        if group:
            yield group
