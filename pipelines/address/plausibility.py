"""Checks that an estate lies in the areas written before it, and sets the confidence of a head.

Belongs here: assessing readings. Does not: finding them (`place_names.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from pipelines.address.areas import LEVELS
from pipelines.address.fuzzy_names import SHORTEST
from pipelines.address.gazetteer import Gazetteer
from pipelines.address.written_areas import AreaName, Part, Prefix, certain_area, describe_prefix, longest_reading

CONFIDENCE: Final = {
    "official": 1.0, "alias": 0.95, "accepted_alias": 0.95, "suffix": 0.9, "typo": 0.9, "community": 0.9, "within": 0.9,
}  # fmt: skip
BY_NAME: Final = frozenset({"official", "alias", "accepted_alias"})
DIVIDED_CONFIDENCE: Final = 0.9  # highest confidence where a written area has been divided since
MISMATCH, UNSURE = "area_mismatch", "area_divided"
_SUREST_FIRST: Final = ("written", "short", "former", "divided")


class PlaceReading(NamedTuple):
    """One way to read a head: areas, then an estate found by `rule` (a key of CONFIDENCE)."""

    prefix: Prefix
    estate: int
    rule: str


class Candidate(NamedTuple):
    """An estate that a head may mean, with the rule that found it."""

    estate: int
    rule: str
    confidence: float
    reasons: str


class Head(NamedTuple):
    """`candidates`, or the `rule` that says why there are none; `area` is the deepest certain area."""

    candidates: tuple[Candidate, ...]
    rule: str | None
    area: str | None
    reasons: str = ""


class Plausibility:
    """Assesses readings against one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._tree, self._estates, self._chains = gazetteer.tree, gazetteer.estates, gazetteer.chains

    def assess(self, readings: Iterable[PlaceReading], prefixes: list[Prefix]) -> Head:
        """The estates that lie in the written areas; without any, `rule` says why, and is None if no estate was read."""
        fitting: dict[str, dict[int, Candidate]] = {"": {}, UNSURE: {}}
        against: set[int] = set()
        for prefix, estate, rule in readings:
            words, doubt = self._fit(prefix.parts, estate)
            if doubt == MISMATCH:
                against.add(estate)
                continue
            confidence = min(CONFIDENCE[rule], DIVIDED_CONFIDENCE if ":divided" in words else 1.0)
            best = fitting[doubt]
            if estate not in best or confidence > best[estate].confidence:
                best[estate] = Candidate(estate, rule, confidence, f"{words} estate:{rule}".strip())
        sure, unsure = fitting[""], fitting[UNSURE]
        if not sure and len(unsure) == 1 and all(c.rule in BY_NAME for c in unsure.values()):
            sure = unsure  # the one estate of that name, wherever its part of what was divided went
        if sure:
            return Head(tuple(sure.values()), None, self._common_area(sure))
        if unsure or against:
            holding = self._common_area(unsure or against, prefixes)
            return Head((), UNSURE if unsure else MISMATCH, holding, describe_prefix(longest_reading(prefixes)))
        return Head((), None, certain_area(prefixes))

    def only_one(self, named: Mapping[str, list[PlaceReading]], prefixes: list[Prefix]) -> Head | None:
        """The result of the one similar name that fits; `ambiguous` where several lead to different estates.

        A name too short for a typing error is never the answer, but it can make another one ambiguous.
        """
        heads = {name: self.assess(readings, prefixes) for name, readings in sorted(named.items()) if readings}
        fitting = [head for head in heads.values() if head.candidates]
        meant = {frozenset(candidate.estate for candidate in head.candidates) for head in fitting}
        if len(meant) > 1:
            return Head((), "ambiguous", self._common_area(estate for estates in meant for estate in estates))
        long_enough = [head for name, head in heads.items() if head.candidates and not _too_short(name, head)]
        return long_enough[0] if long_enough else None

    def communities(self, prefix: Prefix) -> set[str]:
        """The codes the last part of the prefix may be, given the parts before it; divided areas are left out."""
        codes = {code for area in prefix.parts[-1].areas if area.rule != "divided" for code in area.codes}
        above = prefix.parts[:-1]
        return {c for c in codes if all(self._fitting(part, frozenset(self._tree.chain(c)), c) for part in above)}

    def _fit(self, parts: tuple[Part, ...], estate: int) -> tuple[str, str]:
        """How each written area fits the estate, as reasons, and MISMATCH, UNSURE or "" if nothing contradicts it."""
        chain, area = self._chains[estate], self._estates[estate].area
        if area is None:  # its place is unknown; `doors.py` gives it the rule `unplaced`
            return describe_prefix(parts), ""
        words, doubt = [], ""
        for part in parts:
            fitting = self._fitting(part, chain, area)
            if fitting:
                words.append(f"{LEVELS[part.level]}:{part.rule or min(fitting, key=_SUREST_FIRST.index)}")
                doubt = ""
            elif any(name.containing_area in chain for name in part.areas):
                words.append(f"{LEVELS[part.level]}:divided")
                doubt = UNSURE  # unless a deeper area says where
            else:
                return "", MISMATCH
        return " ".join(words), doubt

    def _fitting(self, part: Part, chain: frozenset[str], area: str) -> list[str]:
        """The rules of those areas of the part that contain `area` or, where no more is known, lie in it."""
        return [name.rule for name in part.areas if name.codes & chain or self._lies_in(name, area)]

    def _lies_in(self, name: AreaName, area: str) -> bool:
        return any(area in self._tree.chain(code) for code in name.codes)

    def _common_area(self, estates: Iterable[int], prefixes: Iterable[Prefix] = ()) -> str | None:
        codes = {area for estate in estates if (area := self._estates[estate].area)}
        codes |= {code for prefix in prefixes for part in prefix.parts[-1:] if (code := part.only_code)}
        return self._tree.common_ancestor(codes)


def _too_short(name: str, head: Head) -> bool:
    return len(name) < SHORTEST and head.candidates[0].rule == "typo"
