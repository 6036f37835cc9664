"""Reads the text before a building number (a head): areas, then an estate, or the rule why it cannot be read.

Rules are tried from the most certain: every word as a table has it; a generic suffix more or less; one typing error. A
written area is a constraint: an estate outside it is not a candidate. A head with any unread part has no candidates.
Not here: whether an estate lies in the written areas (`plausibility.py`), which building (`parser.py`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

from pipelines.address.gazetteer import Gazetteer
from pipelines.address.names import SUFFIXES, canonical, without_suffix
from pipelines.address.plausibility import MISMATCH, UNSURE, Head, PlaceReading, Plausibility
from pipelines.address.written_areas import (
    COMMUNITY,
    START,
    Part,
    Prefix,
    certain_area,
    describe_prefix,
    longest_reading,
)

NOISE_BEFORE: Final = re.compile(
    r"^(?:.{0,8}?(?:家住|住在|住于|现住|居住在|居住于|地址(?:是|为|在)?|住址(?:是|为)?|位于|坐落于?|现居)|反映|市民|来电|在)+"
)
HAN: Final = re.compile("[一-鿿]")
BEGINNINGS: Final = 4  # how many of the longest readings are tried before a misspelt area


class PlaceNameReader:
    """Reads heads by one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._g, self._areas, self._plausibility = gazetteer, gazetteer.areas, Plausibility(gazetteer)

    def read(self, head: str) -> Head:
        """The meaning of a head, as it is or without the words callers put before an address."""
        whole = canonical(head.rstrip("#-第"))
        for text in dict.fromkeys((whole, NOISE_BEFORE.sub("", whole))):
            found = self._exact(text)
            if found.candidates:
                return found
        if found.rule in (MISMATCH, UNSURE, "ambiguous"):
            return found
        if self._g.other_cities.contains(text):
            return Head((), "outside", None)
        if found.rule == "no_estate":
            return found
        prefixes = list(self._areas.prefixes(text))
        nearly = self._plausibility.only_one(self._suffixed(text, prefixes) | self._slipped(text, prefixes), prefixes)
        nearly = nearly or self._plausibility.only_one(self._area_slips(text, prefixes), prefixes)
        return nearly or self._unknown(text, prefixes)

    def _exact(self, text: str) -> Head:
        prefixes = list(self._areas.prefixes(text))
        named = [(prefix, self._g.names.get(text[prefix.end :], {})) for prefix in prefixes]
        readings = [PlaceReading(prefix, estate, rule) for prefix, meant in named for estate, rule in meant.items()]
        if readings and self._g.courtyards.issuperset(reading.estate for reading in readings):
            # a village's houses have its name alone; an address with a door means one of its other buildings
            readings += self._of_community([prefix for prefix in prefixes if prefix.end == len(text)])
        found = self._plausibility.assess(readings, prefixes)
        if found.candidates or found.rule:
            return found
        standard = self._g.standard_heads.get(text, ())
        if standard:
            return self._plausibility.assess([PlaceReading(START, estate, "official") for estate in standard], prefixes)
        whole = [prefix for prefix in prefixes if prefix.end == len(text)]
        return self._areas_only(whole) if whole else Head((), "unknown_estate", certain_area(prefixes))

    def _areas_only(self, whole: list[Prefix]) -> Head:
        """The meaning of a head that ends with an area: all estates of its community, if that is one only."""
        last = [prefix for prefix in whole if prefix.level == COMMUNITY]
        if self._g.within:
            readings = [PlaceReading(prefix, e, "within") for prefix in whole for e in range(len(self._g.estates))]
        else:
            if len({code for prefix in last for code in self._plausibility.communities(prefix)}) > 1:
                return Head((), "ambiguous", certain_area(whole), describe_prefix(longest_reading(whole)))
            readings = [
                PlaceReading(prefix, estate, "community") for prefix in last for estate in self._in_community(prefix)
            ]
        found = self._plausibility.assess(readings, whole)
        if found.candidates or found.rule:
            return found
        divided = any(name.rule == "divided" for prefix in last for name in prefix.parts[-1].areas)
        return Head(
            (), UNSURE if divided else "no_estate", certain_area(whole), describe_prefix(longest_reading(whole))
        )

    def _of_community(self, prefixes: list[Prefix]) -> list[PlaceReading]:
        return [
            PlaceReading(prefix, estate, "community") for prefix in prefixes for estate in self._in_community(prefix)
        ]

    def _in_community(self, prefix: Prefix) -> list[int]:
        """The estates of the community at the end of the prefix, if that is one only."""
        codes = self._plausibility.communities(prefix) if prefix.level == COMMUNITY else set()
        return self._g.by_area.get(codes.pop(), []) if len(codes) == 1 else []

    def _suffixed(self, text: str, prefixes: list[Prefix]) -> dict[str, list[PlaceReading]]:
        """Readings of estates whose name is the written one with a generic suffix more or less."""
        found: dict[str, list[PlaceReading]] = defaultdict(list)
        for prefix in prefixes:
            rest = text[prefix.end :]
            more = (rest + suffix for suffix in SUFFIXES) if len(rest) > 1 else ()
            for name in (*without_suffix(rest), *more):
                if name in self._g.names:
                    found[name] += [PlaceReading(prefix, estate, "suffix") for estate in self._g.names[name]]
        return found

    def _slipped(self, text: str, prefixes: list[Prefix]) -> dict[str, list[PlaceReading]]:
        """Readings of estates whose name is one typing error from the written one."""
        found: dict[str, list[PlaceReading]] = defaultdict(list)
        for prefix in prefixes:
            for name in self._g.fuzzy_names.of(text[prefix.end :]):
                found[name] += [PlaceReading(prefix, estate, "typo") for estate in self._g.names[name]]
        return found

    def _area_slips(self, text: str, prefixes: list[Prefix]) -> dict[str, list[PlaceReading]]:
        """Readings of estates, or of all in a community, after an area whose name is one typing error away."""
        found: dict[str, list[PlaceReading]] = defaultdict(list)
        ends = self._readable_from(text)
        for before in sorted(prefixes, key=lambda p: -p.end)[:BEGINNINGS]:
            for end in ends:
                for name in self._areas.fuzzy_names.of(text[before.end : end]):
                    found[name] += self._after_slip(text, before, end, name)
        return found

    def _after_slip(self, text: str, before: Prefix, end: int, name: str) -> list[PlaceReading]:
        slipped = (
            Prefix(end, (*before.parts, Part(level, areas, "typo")))
            for level, areas in self._areas.names[name].items()
            if level > before.level
        )
        prefixes = [prefix for start in slipped for prefix in self._areas.prefixes(text, start)]
        named = [PlaceReading(p, estate, "typo") for p in prefixes for estate in self._g.names.get(text[p.end :], ())]
        whole = [p for p in prefixes if p.end == len(text)]
        return named or [PlaceReading(p, estate, "typo") for p in whole for estate in self._in_community(p)]

    def _readable_from(self, text: str) -> list[int]:
        """The positions from which the rest of the text is areas and a known estate, or empty."""
        good = {len(text)}
        for at in range(len(text) - 2, 0, -1):
            if text[at:] in self._g.names or any(end in good for end in self._areas.ends(text, at)):
                good.add(at)
        return sorted(good)

    def _unknown(self, text: str, prefixes: list[Prefix]) -> Head:
        """The rule why nothing fits: no Chinese, an unknown piece before a known estate, or an unknown estate."""
        if not HAN.search(text):
            return Head((), "foreign" if text else "no_estate", None)
        known = any(text[at:] in self._g.names for at in range(1, len(text) - 1))
        return Head(
            (),
            "unknown_area" if known else "unknown_estate",
            certain_area(prefixes),
            describe_prefix(longest_reading(prefixes)),
        )
