"""Reads the areas written at the beginning of a text: every reading, and the current areas each may mean.

Belongs here: reading names of areas from the highest level down. Does not: estates (`place_names.py`), the spellings of one
area (`area_names.py`), successors of former areas (`areas.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final, NamedTuple

from pipelines.address import area_names
from pipelines.address.areas import LEVELS, AreaTree
from pipelines.address.fuzzy_names import FuzzyNames
from pipelines.address.names import clean_names

COMMUNITY: Final = LEVELS.index("community")
MOST_READINGS: Final = 64  # a real head has a handful


class AreaName(NamedTuple):
    """One area that a written name may mean: its codes today and how it is written."""

    codes: frozenset[str]
    rule: str  # written, short, former, divided
    containing_area: str | None = (
        None  # for an area divided into unknown parts: the current area that contains them all
    )


class Part(NamedTuple):
    """A written area and all areas of its level it may mean; `rule` is `typo` if the name is misspelt."""

    level: int
    areas: tuple[AreaName, ...]
    rule: str = ""

    @property
    def only_code(self) -> str | None:
        """Its code today, if there is only one."""
        codes = {code for area in self.areas for code in area.codes}
        return next(iter(codes)) if len(codes) == 1 else None


class Prefix(NamedTuple):
    """One way to read the beginning of a text."""

    end: int
    parts: tuple[Part, ...]

    @property
    def level(self) -> int:
        return self.parts[-1].level if self.parts else -1


START: Final = Prefix(0, ())


class WrittenAreas:
    """The names of all current and former areas."""

    def __init__(self, tree: AreaTree) -> None:
        above = tuple(area_names.stem_of(a.name, a.level) for a in tree.rows if a.level in LEVELS[:2])
        found: dict[str, dict[int, dict[AreaName, None]]] = defaultdict(lambda: defaultdict(dict))
        for area, name in zip(tree.rows, clean_names(area.name for area in tree.rows), strict=True):
            codes, divided = tree.current_areas(area)
            former = "divided" if divided else "former"
            inside = tree.nearest_ancestor(area) if divided and not codes else None
            for written, rule in area_names.names(name, area.level, above).items():
                rule_today = rule if area.is_valid(tree.on) else former
                found[written][LEVELS.index(area.level)][AreaName(codes, rule_today, inside)] = None
        self.names = {name: {level: tuple(a) for level, a in levels.items()} for name, levels in found.items()}
        lengths: dict[str, set[int]] = defaultdict(set)
        for name in self.names:
            lengths[name[:2]].add(len(name))
        self._lengths = {start: sorted(each) for start, each in lengths.items()}

    @cached_property
    def fuzzy_names(self) -> FuzzyNames:
        """The index of names with their kind; short names are left out, because too much is one error away from them."""
        full = (n for n, levels in self.names.items() if any(a.rule != "short" for v in levels.values() for a in v))
        return FuzzyNames(full, least=2)

    def ends(self, text: str, at: int) -> Iterator[int]:
        """The positions where an area's name that begins at `at` ends."""
        return (at + n for n in self._lengths.get(text[at : at + 2], ()) if text[at : at + n] in self.names)

    def prefixes(self, text: str, start: Prefix = START) -> Iterator[Prefix]:
        """Every way to read areas from `start` on, each of a lower level than the one before."""
        waiting, count = [start], 0
        while waiting and count < MOST_READINGS:
            prefix = waiting.pop()
            yield prefix
            count += 1
            for end in self.ends(text, prefix.end):
                for level, areas in self.names[text[prefix.end : end]].items():
                    if level > prefix.level:
                        waiting.append(Prefix(end, (*prefix.parts, Part(level, areas))))

    def area(self, text: str) -> str | None:
        """The deepest area that the text certainly begins with, or None."""
        return certain_area(self.prefixes(text))


def longest_reading(prefixes: Iterable[Prefix]) -> tuple[Part, ...]:
    """The parts of the reading that ends last."""
    return max(prefixes, key=lambda prefix: prefix.end, default=START).parts


def certain_area(prefixes: Iterable[Prefix]) -> str | None:
    """The code of the deepest unambiguous area of the longest reading."""
    return next((code for part in reversed(longest_reading(prefixes)) if (code := part.only_code)), None)


def describe_prefix(parts: Iterable[Part]) -> str:
    """The parts as reasons: `county:written subdistrict:short`."""
    return " ".join(f"{LEVELS[part.level]}:{part.rule or part.areas[0].rule}" for part in parts)
