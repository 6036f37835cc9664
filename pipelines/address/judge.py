"""Whether an estate lies where the written areas say, and how sure a head is of it.

Belongs here: judging readings that somebody found. Does not: finding them (`place_names.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from pipelines.address.areas import LEVELS
from pipelines.address.fuzzy_names import SHORTEST
from pipelines.address.gazetteer import Gazetteer
from pipelines.address.written_areas import AreaName, Part, Prefix, deepest, describe_prefix, sure_area

CONFIDENCE: Final = {
    "official": 1.0, "alias": 0.95, "accepted_alias": 0.95, "suffix": 0.9, "typo": 0.9, "community": 0.9, "within": 0.9,
}  # fmt: skip
NAMED: Final = frozenset({"official", "alias", "accepted_alias"})
DIVIDED: Final = 0.9  # the most that is sure where one written area was divided since
MISMATCH, UNSURE = "area_mismatch", "area_divided"
_SUREST_FIRST: Final = ("written", "short", "former", "divided")


class PlaceReading(NamedTuple):
    """Areas, then an estate named by a rule."""

    prefix: Prefix
    estate: int
    rule: str


class Candidate(NamedTuple):
    """An estate that the head may mean."""

    estate: int
    rule: str
    confidence: float
    reasons: str


class Head(NamedTuple):
    """`candidates`, or the `rule` that says why there are none; `area` is the deepest area that is sure."""

    candidates: tuple[Candidate, ...]
    rule: str | None
    area: str | None
    reasons: str = ""


class PlausibilityCheck:
    """Judges by one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._tree, self._estates, self._chains = gazetteer.tree, gazetteer.estates, gazetteer.chains

    def judged(self, readings: Iterable[PlaceReading], prefixes: list[Prefix]) -> Head:
        """The estates that lie where the written areas say; without any, the rule is why, or None if none was named."""
        fitting: dict[str, dict[int, Candidate]] = {"": {}, UNSURE: {}}
        against: set[int] = set()
        for prefix, estate, rule in readings:
            words, doubt = self._fit(prefix.parts, estate)
            if doubt == MISMATCH:
                against.add(estate)
                continue
            confidence = min(CONFIDENCE[rule], DIVIDED if ":divided" in words else 1.0)
            best = fitting[doubt]
            if estate not in best or confidence > best[estate].confidence:
                best[estate] = Candidate(estate, rule, confidence, f"{words} estate:{rule}".strip())
        sure, unsure = fitting[""], fitting[UNSURE]
        if not sure and len(unsure) == 1 and all(c.rule in NAMED for c in unsure.values()):
            sure = unsure  # the one estate of that name, wherever its part of what was divided went
        if sure:
            return Head(tuple(sure.values()), None, self._holding(sure))
        if unsure or against:
            holding = self._holding(unsure or against, prefixes)
            return Head((), UNSURE if unsure else MISMATCH, holding, describe_prefix(deepest(prefixes)))
        return Head((), None, sure_area(prefixes))

    def only_one(self, named: Mapping[str, list[PlaceReading]], prefixes: list[Prefix]) -> Head | None:
        """The judgement of the one name that fits; ambiguous where several lead to different estates.

        A name so short that a slip is half of it is never meant by a slip, but may be what makes another doubtful.
        """
        heads = {name: self.judged(readings, prefixes) for name, readings in sorted(named.items()) if readings}
        fitting = [head for head in heads.values() if head.candidates]
        meant = {frozenset(candidate.estate for candidate in head.candidates) for head in fitting}
        if len(meant) > 1:
            return Head((), "ambiguous", self._holding(estate for estates in meant for estate in estates))
        told = [head for name, head in heads.items() if head.candidates and not _too_short(name, head)]
        return told[0] if told else None

    def communities(self, prefix: Prefix) -> set[str]:
        """Which communities the last part of the prefix may be, given the parts before; what was divided is none."""
        codes = {code for area in prefix.parts[-1].areas if area.rule != "divided" for code in area.codes}
        above = prefix.parts[:-1]
        return {c for c in codes if all(self._fitting(part, frozenset(self._tree.chain(c)), c) for part in above)}

    def _fit(self, parts: tuple[Part, ...], estate: int) -> tuple[str, str]:
        """How each written area fits the estate, as reasons; and MISMATCH, UNSURE, or nothing against it."""
        chain, area = self._chains[estate], self._estates[estate].area
        if area is None:  # nothing says where it stands; `doors.py` leaves it open
            return describe_prefix(parts), ""
        words, doubt = [], ""
        for part in parts:
            fitting = self._fitting(part, chain, area)
            if fitting:
                words.append(f"{LEVELS[part.level]}:{part.rule or min(fitting, key=_SUREST_FIRST.index)}")
                doubt = ""
            elif any(name.inside in chain for name in part.areas):
                words.append(f"{LEVELS[part.level]}:divided")
                doubt = UNSURE  # unless a deeper area says where
            else:
                return "", MISMATCH
        return " ".join(words), doubt

    def _fitting(self, part: Part, chain: frozenset[str], area: str) -> list[str]:
        """How the part is written, by each area it may be that holds `area` or, where no more is known, lies in it."""
        return [name.rule for name in part.areas if name.codes & chain or self._lies_in(name, area)]

    def _lies_in(self, name: AreaName, area: str) -> bool:
        return any(area in self._tree.chain(code) for code in name.codes)

    def _holding(self, estates: Iterable[int], prefixes: Iterable[Prefix] = ()) -> str | None:
        codes = {area for estate in estates if (area := self._estates[estate].area)}
        codes |= {code for prefix in prefixes for part in prefix.parts[-1:] if (code := part.sure)}
        return self._tree.common(codes)


def _too_short(name: str, head: Head) -> bool:
    return len(name) < SHORTEST and head.candidates[0].rule == "typo"
