"""The dated tree of areas on one day: the areas in force, the successors of former ones, and their parents.

A code is read as of the day it was written. A former area maps to its successor, however long the chain. An area that was
divided (it has no successor) maps to its parts: the successors of its children, and the areas of its level that began under
its parent on the day it ended. If neither is known, it maps to no area.
Not here: the spellings of area names (`area_names.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

LEVELS: Final = ("province", "city", "county", "subdistrict", "community")


class Area(NamedTuple):
    """One row of the area register; `valid_to` is the first day on which it is no longer in force."""

    code: str
    name: str
    level: str
    parent_code: str | None
    valid_from: date
    valid_to: date | None
    successor_code: str | None

    def is_valid(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or self.valid_to > day)


class CurrentAreas(NamedTuple):
    """The codes in force today for a current or former area; `was_divided` if nobody knows which of them."""

    codes: frozenset[str]
    was_divided: bool = False


@dataclass
class AreaTree:
    """All `rows` of the area register and those in force on the day `on` (`current`, by code)."""

    rows: list[Area]
    on: date
    current: dict[str, Area] = field(default_factory=dict)
    _by_code: dict[str, list[Area]] = field(default_factory=lambda: defaultdict(list))
    _children: dict[str, list[Area]] = field(default_factory=lambda: defaultdict(list))
    _successor_cache: dict[tuple[str, date], CurrentAreas] = field(default_factory=dict)
    _chains: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Area], on: date) -> AreaTree:
        tree = cls(sorted(row for row in rows if row.level in LEVELS and row.valid_from <= on), on)
        for row in tree.rows:
            tree._by_code[row.code].append(row)
            tree._children[row.parent_code or ""].append(row)
            if row.is_valid(on):
                tree.current[row.code] = row
        return tree

    def current_areas(self, row: Area) -> CurrentAreas:
        """The areas in force today that a row of the register maps to."""
        key = row.code, row.valid_from
        if key not in self._successor_cache:
            self._successor_cache[key] = CurrentAreas(frozenset())  # a circle of successors maps to no area
            self._successor_cache[key] = self._successors(row)
        return self._successor_cache[key]

    def current_code(self, code: str | None, day: date | None = None) -> str | None:
        """The one code in force today for a code written on `day`; None if there is none or several."""
        rows = self._by_code.get(code or "", [])
        if not rows:
            return None
        then = [row for row in rows if day and row.is_valid(day)]
        row = then[-1] if then else self.current.get(code or "", rows[-1])
        codes, was_divided = self.current_areas(row)
        return next(iter(codes)) if len(codes) == 1 and not was_divided else None

    def chain(self, code: str | None) -> tuple[str, ...]:
        """The codes from the province down to this area; empty for an area that is not in force."""
        if code is None or code not in self.current:
            return ()
        if code not in self._chains:
            self._chains[code] = (code,)  # a circle of parents ends here
            self._chains[code] = (*self.chain(self._parent(self.current[code])), code)
        return self._chains[code]

    def _successors(self, row: Area) -> CurrentAreas:
        if row.is_valid(self.on):
            return CurrentAreas(frozenset({row.code}))
        if not row.successor_code:
            return CurrentAreas(self._parts(row), was_divided=True)
        assert row.valid_to is not None
        later = [
            r for r in self._by_code.get(row.successor_code, []) if r.valid_to is None or r.valid_to > row.valid_to
        ]
        return self.current_areas(later[0]) if later else CurrentAreas(frozenset(), was_divided=True)

    def _parts(self, row: Area) -> frozenset[str]:
        """The successors of the children it had when it ended, and the areas that began in its place that day."""
        children = [child for child in self._children[row.code] if _overlap(child, row)]
        successors = [code for child in children for code in self.current_areas(child).codes]
        parent = self.current_code(row.parent_code, row.valid_from)
        succeeding = {(r.successor_code, r.valid_to) for r in self.rows if r.successor_code}
        began = [
            r.code
            for r in self.current.values()
            if r.valid_from == row.valid_to
            and r.level == row.level
            and self._parent(r) == parent
            and (r.code, r.valid_from) not in succeeding
        ]
        return frozenset((*successors, *began))

    def _parent(self, row: Area) -> str | None:
        if row.parent_code in self.current:
            return row.parent_code
        return self.current_code(row.parent_code, row.valid_from)

    def nearest_ancestor(self, row: Area) -> str | None:
        """The code of the nearest area above this one that is in force today."""
        parents = self._by_code.get(row.parent_code or "", [])
        parent = self._parent(row)
        return parent if parent or not parents or parents[-1] == row else self.nearest_ancestor(parents[-1])

    def common_ancestor(self, codes: Iterable[str]) -> str | None:
        """The deepest area that contains all of these, or None."""
        chains = [self.chain(code) for code in codes]
        shared = [level[0] for level in zip(*chains, strict=False) if len(set(level)) == 1] if chains else []
        return shared[-1] if shared else None


def _overlap(child: Area, parent: Area) -> bool:
    return parent.valid_to is None or (
        child.valid_from < parent.valid_to and (child.valid_to is None or child.valid_to > parent.valid_from)
    )
