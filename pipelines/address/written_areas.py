"""Areas as they are written at the beginning of a text: every way to read them, and which they may be today.

Belongs here: reading names of areas, one deeper than the other. Does not: estates (`place_names.py`), how one area is written
(`area_names.py`), what a former one means (`areas.py`).
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
    """One area that a written name may be: the codes it means today and how it is written."""

    codes: frozenset[str]
    rule: str  # written, short, former, divided
    inside: str | None = None  # of what was divided nobody knows how: the area in which all of it lies


class Part(NamedTuple):
    """An area that is written, all areas of its level it may be, and `typo` as the rule if it is only nearly one."""

    level: int
    areas: tuple[AreaName, ...]
    rule: str = ""

    @property
    def sure(self) -> str | None:
        """Its code today, if it can be only one."""
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
    """The names of all areas that stand or ever stood."""

    def __init__(self, tree: AreaTree) -> None:
        above = tuple(area_names.bare(a.name, a.level) for a in tree.rows if a.level in LEVELS[:2])
        found: dict[str, dict[int, dict[AreaName, None]]] = defaultdict(lambda: defaultdict(dict))
        for area, name in zip(tree.rows, clean_names(area.name for area in tree.rows), strict=True):
            codes, divided = tree.meaning(area)
            former = "divided" if divided else "former"
            inside = tree.above(area) if divided and not codes else None
            for written, rule in area_names.names(name, area.level, above).items():
                told = rule if area.stands(tree.on) else former
                found[written][LEVELS.index(area.level)][AreaName(codes, told, inside)] = None
        self.names = {name: {level: tuple(a) for level, a in levels.items()} for name, levels in found.items()}
        lengths: dict[str, set[int]] = defaultdict(set)
        for name in self.names:
            lengths[name[:2]].add(len(name))
        self._lengths = {start: sorted(each) for start, each in lengths.items()}

    @cached_property
    def near(self) -> FuzzyNames:
        """Of names with the word that tells their kind: without it, a slip away is too near to everything."""
        full = (n for n, levels in self.names.items() if any(a.rule != "short" for v in levels.values() for a in v))
        return FuzzyNames(full, least=2)

    def ends(self, text: str, at: int) -> Iterator[int]:
        """Where a name of an area ends that begins there."""
        return (at + n for n in self._lengths.get(text[at : at + 2], ()) if text[at : at + n] in self.names)

    def prefixes(self, text: str, start: Prefix = START) -> Iterator[Prefix]:
        """Every way to read areas, each deeper than the one before, from there on."""
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
        """The deepest area that the text surely begins with."""
        return sure_area(self.prefixes(text))


def deepest(prefixes: Iterable[Prefix]) -> tuple[Part, ...]:
    """The parts of the reading that goes farthest."""
    return max(prefixes, key=lambda prefix: prefix.end, default=START).parts


def sure_area(prefixes: Iterable[Prefix]) -> str | None:
    """The deepest area of the longest reading that can be only one."""
    return next((code for part in reversed(deepest(prefixes)) if (code := part.sure)), None)


def describe_prefix(parts: Iterable[Part]) -> str:
    """The parts as reasons: `county:written subdistrict:short`."""
    return " ".join(f"{LEVELS[part.level]}:{part.rule or part.areas[0].rule}" for part in parts)
