"""The dated tree of areas on one day: which stand, what a former one means today, and what lies in what.

A code means what it meant on the day of whoever wrote it. A former area means its successor, however long the chain. One
that was divided (no successor) means its parts: where its former children went, and what began in its place on the day it
ended; if neither is known it means nothing, and nothing is placed by it.
Not here: how areas are written (`area_names.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

LEVELS: Final = ("province", "city", "county", "subdistrict", "community")


class Area(NamedTuple):
    """One row of the area register."""

    code: str
    name: str
    level: str
    parent_code: str | None
    valid_from: date
    valid_to: date | None
    successor_code: str | None

    def stands(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or self.valid_to > day)


class AreaMeaning(NamedTuple):
    """What a former or standing area means today: codes that stand (any of them), and whether it was `divided`."""

    codes: frozenset[str]
    divided: bool = False


@dataclass
class AreaTree:
    """`rows` are all rows of the register, `on` is the day that is today."""

    rows: list[Area]
    on: date
    standing: dict[str, Area] = field(default_factory=dict)
    _by_code: dict[str, list[Area]] = field(default_factory=lambda: defaultdict(list))
    _children: dict[str, list[Area]] = field(default_factory=lambda: defaultdict(list))
    _meanings: dict[tuple[str, date], AreaMeaning] = field(default_factory=dict)
    _chains: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Area], on: date) -> AreaTree:
        tree = cls(sorted(row for row in rows if row.level in LEVELS and row.valid_from <= on), on)
        for row in tree.rows:
            tree._by_code[row.code].append(row)
            tree._children[row.parent_code or ""].append(row)
            if row.stands(on):
                tree.standing[row.code] = row
        return tree

    def meaning(self, row: Area) -> AreaMeaning:
        """What a row of the register means today."""
        key = row.code, row.valid_from
        if key not in self._meanings:
            self._meanings[key] = AreaMeaning(frozenset())  # a circle of successors means nothing
            self._meanings[key] = self._followed(row)
        return self._meanings[key]

    def present(self, code: str | None, day: date | None = None) -> str | None:
        """The one area that a code, written on that day, means today; None if that is none or several."""
        rows = self._by_code.get(code or "", [])
        if not rows:
            return None
        then = [row for row in rows if day and row.valid_from <= day and (row.valid_to is None or row.valid_to > day)]
        row = then[-1] if then else self.standing.get(code or "", rows[-1])
        codes = self.meaning(row).codes
        return next(iter(codes)) if len(codes) == 1 and not self.meaning(row).divided else None

    def chain(self, code: str | None) -> tuple[str, ...]:
        """The area and all above it, from the province down; empty for what does not stand."""
        if code is None or code not in self.standing:
            return ()
        if code not in self._chains:
            self._chains[code] = (code,)  # a circle of parents ends here
            self._chains[code] = (*self.chain(self._parent(self.standing[code])), code)
        return self._chains[code]

    def _followed(self, row: Area) -> AreaMeaning:
        if row.stands(self.on):
            return AreaMeaning(frozenset({row.code}))
        if not row.successor_code:
            return AreaMeaning(self._parts(row), divided=True)
        assert row.valid_to is not None
        later = [
            r for r in self._by_code.get(row.successor_code, []) if r.valid_to is None or r.valid_to > row.valid_to
        ]
        return self.meaning(later[0]) if later else AreaMeaning(frozenset(), divided=True)

    def _parts(self, row: Area) -> frozenset[str]:
        """Where the children went that it had when it ended, and what began at its level in its place that day."""
        children = [child for child in self._children[row.code] if _overlap(child, row)]
        went = [code for child in children for code in self.meaning(child).codes]
        parent = self.present(row.parent_code, row.valid_from)
        taken = {(r.successor_code, r.valid_to) for r in self.rows if r.successor_code}
        began = [
            r.code
            for r in self.standing.values()
            if r.valid_from == row.valid_to
            and r.level == row.level
            and self._parent(r) == parent
            and (r.code, r.valid_from) not in taken
        ]
        return frozenset((*went, *began))

    def _parent(self, row: Area) -> str | None:
        if row.parent_code in self.standing:
            return row.parent_code
        return self.present(row.parent_code, row.valid_from)

    def above(self, row: Area) -> str | None:
        """The nearest area over this one that stands today."""
        parents = self._by_code.get(row.parent_code or "", [])
        parent = self._parent(row)
        return parent if parent or not parents or parents[-1] == row else self.above(parents[-1])

    def common(self, codes: Iterable[str]) -> str | None:
        """The deepest area that holds all of these."""
        chains = [self.chain(code) for code in codes]
        shared = [level[0] for level in zip(*chains, strict=False) if len(set(level)) == 1] if chains else []
        return shared[-1] if shared else None


def _overlap(child: Area, parent: Area) -> bool:
    return parent.valid_to is None or (
        child.valid_from < parent.valid_to and (child.valid_to is None or child.valid_to > parent.valid_from)
    )
