"""What stands before a building number, read once per distinct head: areas, then an estate, or the rule that says why not.

Rules are tried from the surest: every word as a table has it; a generic suffix more or less; one slip of the hand. A
written area is a constraint: an estate that does not lie in it is not meant. Whatever is left unread leaves the doubt open.
Not here: whether an estate lies in the written areas (`judge.py`), which building (`parser.py`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

from pipelines.address.gazetteer import Gazetteer
from pipelines.address.judge import MISMATCH, UNSURE, Head, PlaceReading, PlausibilityCheck
from pipelines.address.names import SUFFIXES, canonical, without_suffix
from pipelines.address.written_areas import COMMUNITY, START, Part, Prefix, deepest, describe_prefix, sure_area

NOISE_BEFORE: Final = re.compile(
    r"^(?:.{0,8}?(?:家住|住在|住于|现住|居住在|居住于|地址(?:是|为|在)?|住址(?:是|为)?|位于|坐落于?|现居)|反映|市民|来电|在)+"
)
HAN: Final = re.compile("[一-鿿]")
BEGINNINGS: Final = 4  # readings of the longest beginnings after which a slip is looked for


class PlaceNameReader:
    """Reads heads by one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._g, self._areas, self._judge = gazetteer, gazetteer.areas, PlausibilityCheck(gazetteer)

    def read(self, head: str) -> Head:
        """What the head means: as it is, and without what callers say before an address."""
        whole = canonical(head.rstrip("#-第"))
        for text in dict.fromkeys((whole, NOISE_BEFORE.sub("", whole))):
            found = self._exact(text)
            if found.candidates:
                return found
        if found.rule in (MISMATCH, UNSURE, "ambiguous"):
            return found
        if self._g.outside.holds(text):
            return Head((), "outside", None)
        if found.rule == "no_estate":
            return found
        prefixes = list(self._areas.prefixes(text))
        nearly = self._judge.only_one(self._suffixed(text, prefixes) | self._slipped(text, prefixes), prefixes)
        nearly = nearly or self._judge.only_one(self._area_slips(text, prefixes), prefixes)
        return nearly or self._unknown(text, prefixes)

    def _exact(self, text: str) -> Head:
        prefixes = list(self._areas.prefixes(text))
        named = [(prefix, self._g.names.get(text[prefix.end :], {})) for prefix in prefixes]
        readings = [PlaceReading(prefix, estate, rule) for prefix, meant in named for estate, rule in meant.items()]
        if readings and self._g.courtyards.issuperset(reading.estate for reading in readings):
            # a village's houses bear its name alone; whoever writes a door behind it means one of its other buildings
            readings += self._of_community([prefix for prefix in prefixes if prefix.end == len(text)])
        found = self._judge.judged(readings, prefixes)
        if found.candidates or found.rule:
            return found
        standard = self._g.standard_heads.get(text, ())
        if standard:
            return self._judge.judged([PlaceReading(START, estate, "official") for estate in standard], prefixes)
        whole = [prefix for prefix in prefixes if prefix.end == len(text)]
        return self._areas_only(whole) if whole else Head((), "unknown_estate", sure_area(prefixes))

    def _areas_only(self, whole: list[Prefix]) -> Head:
        """Of a head that ends with an area: the estates of the community, if it is one and only one."""
        last = [prefix for prefix in whole if prefix.level == COMMUNITY]
        if self._g.within:
            readings = [PlaceReading(prefix, e, "within") for prefix in whole for e in range(len(self._g.estates))]
        else:
            if len({code for prefix in last for code in self._judge.communities(prefix)}) > 1:
                return Head((), "ambiguous", sure_area(whole), describe_prefix(deepest(whole)))
            readings = [
                PlaceReading(prefix, estate, "community") for prefix in last for estate in self._in_community(prefix)
            ]
        found = self._judge.judged(readings, whole)
        if found.candidates or found.rule:
            return found
        divided = any(name.rule == "divided" for prefix in last for name in prefix.parts[-1].areas)
        return Head((), UNSURE if divided else "no_estate", sure_area(whole), describe_prefix(deepest(whole)))

    def _of_community(self, prefixes: list[Prefix]) -> list[PlaceReading]:
        return [
            PlaceReading(prefix, estate, "community") for prefix in prefixes for estate in self._in_community(prefix)
        ]

    def _in_community(self, prefix: Prefix) -> list[int]:
        """The estates of the one community that ends the prefix."""
        codes = self._judge.communities(prefix) if prefix.level == COMMUNITY else set()
        return self._g.by_area.get(codes.pop(), []) if len(codes) == 1 else []

    def _suffixed(self, text: str, prefixes: list[Prefix]) -> dict[str, list[PlaceReading]]:
        """Estates whose name is the written one with a generic suffix more or less."""
        found: dict[str, list[PlaceReading]] = defaultdict(list)
        for prefix in prefixes:
            rest = text[prefix.end :]
            more = (rest + suffix for suffix in SUFFIXES) if len(rest) > 1 else ()
            for name in (*without_suffix(rest), *more):
                if name in self._g.names:
                    found[name] += [PlaceReading(prefix, estate, "suffix") for estate in self._g.names[name]]
        return found

    def _slipped(self, text: str, prefixes: list[Prefix]) -> dict[str, list[PlaceReading]]:
        """Estates whose name is nearly the written one."""
        found: dict[str, list[PlaceReading]] = defaultdict(list)
        for prefix in prefixes:
            for name in self._g.near.of(text[prefix.end :]):
                found[name] += [PlaceReading(prefix, estate, "typo") for estate in self._g.names[name]]
        return found

    def _area_slips(self, text: str, prefixes: list[Prefix]) -> dict[str, list[PlaceReading]]:
        """Estates, or all of a community, behind an area whose name is nearly what is written."""
        found: dict[str, list[PlaceReading]] = defaultdict(list)
        ends = self._readable_from(text)
        for before in sorted(prefixes, key=lambda p: -p.end)[:BEGINNINGS]:
            for end in ends:
                for name in self._areas.near.of(text[before.end : end]):
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
        """Positions from which on the text is areas and a known estate, or nothing."""
        good = {len(text)}
        for at in range(len(text) - 2, 0, -1):
            if text[at:] in self._g.names or any(end in good for end in self._areas.ends(text, at)):
                good.add(at)
        return sorted(good)

    def _unknown(self, text: str, prefixes: list[Prefix]) -> Head:
        """Why nothing fits: no Chinese, an unknown piece before a known estate, or an unknown estate."""
        if not HAN.search(text):
            return Head((), "foreign" if text else "no_estate", None)
        known = any(text[at:] in self._g.names for at in range(1, len(text) - 1))
        return Head(
            (), "unknown_area" if known else "unknown_estate", sure_area(prefixes), describe_prefix(deepest(prefixes))
        )
