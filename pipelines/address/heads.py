"""What stands before a building number, read once per distinct head: areas, then an estate, or the rule that says why not.

Rules are tried from the surest: every word as a table has it; a generic suffix more or less; one slip of the hand. A
written area is a constraint: an estate that does not lie in it is not meant. Whatever is left unread leaves the doubt open.
Not here: which building (`decide.py`), what names there are (`gazetteer.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from pipelines.address.area_names import WRITTEN
from pipelines.address.areas import LEVELS
from pipelines.address.gazetteer import AreaName, Gazetteer, canonical

COMMUNITY: Final = LEVELS.index("community")
SUFFIXES: Final = (
    "住宅小区", "小区", "社区", "生活区", "住宅区", "家属院", "家属区", "宿舍区", "宿舍", "家园", "花园", "佳苑", "嘉园",
    "新村", "公寓", "大院",
)  # fmt: skip
NOISE_BEFORE: Final = re.compile(
    r"^(?:.{0,8}?(?:家住|住在|住于|现住|居住在|居住于|地址(?:是|为|在)?|住址(?:是|为)?|位于|坐落于?|现居)|反映|市民|来电|在)+"
)
CONFIDENCE: Final = {
    "official": 1.0, "alias": 0.95, "accepted_alias": 0.95, "suffix": 0.9, "typo": 0.9, "community": 0.9, "within": 0.9,
}  # fmt: skip
HAN: Final = re.compile("[一-鿿]")
MOST_READINGS: Final = 64  # a real head has a handful


class Part(NamedTuple):
    """An area that is written, and how."""

    level: int
    areas: tuple[AreaName, ...]
    rule: str = ""


class Prefix(NamedTuple):
    """One way to read the beginning of a head."""

    end: int
    parts: tuple[Part, ...]

    @property
    def level(self) -> int:
        return self.parts[-1].level if self.parts else -1


START: Final = Prefix(0, ())


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
    reasons: str


class Reader:
    """Reads heads by one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._g = gazetteer

    def read(self, head: str) -> Head:
        text = canonical(head.rstrip("#-第"))
        texts = [text, *([stripped] if (stripped := NOISE_BEFORE.sub("", text)) != text else [])]
        judged = [self._exact(text) for text in texts]
        for found in judged:
            if found.candidates:
                return found
        text, found = texts[-1], judged[-1]
        if found.rule in ("area_mismatch", "area_divided"):
            return found
        if self._g.outside.holds(text):
            return Head((), "outside", None, "")
        if found.rule == "no_estate":
            return found
        prefixes = list(self._prefixes(text))
        nearly = self._suffixed(text, prefixes) or self._slipped(text, prefixes)
        return nearly or self._unknown(text, prefixes)

    def _exact(self, text: str) -> Head:
        prefixes = list(self._prefixes(text))
        named = [(prefix, self._g.names.get(text[prefix.end :], {})) for prefix in prefixes]
        found = self._judged(((p, estate, rule) for p, meant in named for estate, rule in meant.items()), prefixes)
        if found.candidates or found.rule:
            return found
        standard = self._g.standard_heads.get(text)
        if standard:
            return self._judged(((START, estate, "official") for estate in standard), prefixes)
        return self._areas_only(text, prefixes)

    def _areas_only(self, text: str, prefixes: list[Prefix]) -> Head:
        whole = [prefix for prefix in prefixes if prefix.end == len(text)]
        if not whole:
            return Head((), "unknown_estate", self._area(prefixes), "")
        if self._g.within:
            estates = range(len(self._g.estates))
            found = self._judged(((prefix, estate, "within") for prefix in whole for estate in estates), prefixes)
        else:
            found = self._judged(
                ((prefix, estate, "community") for prefix in whole for estate in self._in_community(prefix)), prefixes
            )
        if found.candidates or found.rule:
            return found
        divided = any(a.rule == "divided" for prefix in whole for a in (prefix.parts[-1].areas if prefix.parts else ()))
        only_divided = divided and not any(prefix.level == COMMUNITY and self._in_community(prefix) for prefix in whole)
        return Head((), "area_divided" if only_divided else "no_estate", self._area(prefixes), _told(_deepest(whole)))

    def _in_community(self, prefix: Prefix) -> list[int]:
        """The estates of the community that ends the prefix; what was divided decides nothing."""
        if prefix.level != COMMUNITY:
            return []
        codes = {code for area in prefix.parts[-1].areas if area.rule != "divided" for code in area.codes}
        return [estate for code in sorted(codes) for estate in self._g.by_community.get(code, ())]

    def _suffixed(self, text: str, prefixes: list[Prefix]) -> Head | None:
        """One estate whose name is the written one with a generic suffix more or less."""
        found: dict[str, list[tuple[Prefix, int, str]]] = {}
        for prefix in prefixes:
            rest = text[prefix.end :]
            if len(rest) < 2:
                continue
            ways = [rest + suffix for suffix in SUFFIXES]
            ways += [rest.removesuffix(s) for s in SUFFIXES if rest.endswith(s) and len(rest) > len(s) + 1]
            for name in ways:
                rows = [(prefix, estate, "suffix") for estate in self._g.names.get(name, ())]
                if rows:
                    found.setdefault(name, []).extend(rows)
        return self._only_one(found, prefixes)

    def _slipped(self, text: str, prefixes: list[Prefix]) -> Head | None:
        """One estate, or one area before an estate, whose name is nearly the written one."""
        found: dict[str, list[tuple[Prefix, int, str]]] = {}
        for prefix in prefixes:
            for name in self._g.near_estates.of(text[prefix.end :]):
                found.setdefault(name, []).extend((prefix, estate, "typo") for estate in self._g.names[name])
        return self._only_one(found, prefixes) or self._only_one(self._area_slips(text, prefixes), prefixes)

    def _area_slips(self, text: str, prefixes: list[Prefix]) -> dict[str, list[tuple[Prefix, int, str]]]:
        found: dict[str, list[tuple[Prefix, int, str]]] = {}
        ends = self._readable_from(text)
        for before in sorted(prefixes, key=lambda p: -p.end)[:4]:
            for end in ends:
                piece = text[before.end : end]
                if len(piece) not in self._g.near_areas.lengths:
                    continue
                for name in self._g.near_areas.of(piece):
                    rows = list(self._after_slip(text, before, end, name))
                    if rows:
                        found.setdefault(name, []).extend(rows)
        return found

    def _after_slip(self, text: str, before: Prefix, end: int, name: str) -> Iterator[tuple[Prefix, int, str]]:
        for level, areas in self._g.areas[name].items():
            if level <= before.level:
                continue
            slipped = Prefix(end, (*before.parts, Part(level, areas, "typo")))
            for prefix in self._prefixes(text, slipped):
                rest = text[prefix.end :]
                estates = self._g.names.get(rest, ()) if rest else self._in_community(prefix)
                yield from ((prefix, estate, "typo") for estate in estates)

    def _only_one(self, found: dict[str, list[tuple[Prefix, int, str]]], prefixes: list[Prefix]) -> Head | None:
        """The judgement of one name; ambiguous where several names lead to different estates."""
        heads = [self._judged(rows, prefixes) for _, rows in sorted(found.items())]
        fitting = [head for head in heads if head.candidates]
        meant = {frozenset(candidate.estate for candidate in head.candidates) for head in fitting}
        if len(meant) > 1:
            communities = [self._g.estates[estate].community for estates in meant for estate in estates]
            return Head((), "ambiguous", self._g.tree.common([c for c in communities if c]), "")
        return fitting[0] if fitting else None

    def _unknown(self, text: str, prefixes: list[Prefix]) -> Head:
        """Why nothing fits: an unknown piece before a known estate, or an unknown estate."""
        if not HAN.search(text):
            return Head((), "foreign" if text else "no_estate", None, "")
        ends = [end for end in self._readable_from(text) if end < len(text)]
        return Head((), "unknown_area" if ends else "unknown_estate", self._area(prefixes), _told(_deepest(prefixes)))

    def _readable_from(self, text: str) -> list[int]:
        """Positions from which on the text is areas and a known estate, or nothing."""
        good = {len(text)}
        for at in range(len(text) - 2, 0, -1):
            lengths = self._g.area_lengths.get(text[at : at + 2], ())
            if text[at:] in self._g.names or any(
                at + n in good and text[at : at + n] in self._g.areas for n in lengths
            ):
                good.add(at)
        return sorted(good)

    def _prefixes(self, text: str, start: Prefix = START) -> Iterator[Prefix]:
        """Every way to read areas, each deeper than the one before, from the beginning on."""
        waiting, count = [start], 0
        while waiting and count < MOST_READINGS:
            prefix = waiting.pop()
            yield prefix
            count += 1
            for length in self._g.area_lengths.get(text[prefix.end : prefix.end + 2], ()):
                levels = self._g.areas.get(text[prefix.end : prefix.end + length])
                for level, areas in levels.items() if levels else ():
                    if level > prefix.level:
                        waiting.append(Prefix(prefix.end + length, (*prefix.parts, Part(level, areas))))

    def _judged(self, rows: Iterable[tuple[Prefix, int, str]], prefixes: list[Prefix]) -> Head:
        """The estates that lie where the written areas say; without any, why."""
        best: dict[int, Candidate] = {}
        against: dict[str, set[int]] = {}
        for prefix, estate, rule in rows:
            told = self._fit(prefix.parts, estate)
            if told in ("area_mismatch", "area_divided"):
                against.setdefault(told, set()).add(estate)
                continue
            confidence = min(CONFIDENCE[rule], 0.95 if ":divided" in told else 1.0)
            candidate = Candidate(estate, rule, confidence, f"{told} estate:{rule}".strip())
            if estate not in best or candidate.confidence > best[estate].confidence:
                best[estate] = candidate
        if best:
            return Head(tuple(best.values()), None, self._holding(best), "")
        for rule in ("area_divided", "area_mismatch"):
            if rule in against:
                return Head((), rule, self._holding(against[rule], prefixes), _told(_deepest(prefixes)))
        return Head((), None, self._area(prefixes), "")

    def _fit(self, parts: tuple[Part, ...], estate: int) -> str:
        """How each written area fits the estate, as reasons; or the rule that says that one does not."""
        chain = self._g.chains[estate]
        if not chain:  # the building table does not say where it stands; `decide.py` leaves it open
            return _told(parts)
        told, unsure = [], False
        for part in parts:
            fitting = [area.rule for area in part.areas if area.codes & chain]
            if fitting:
                rule = part.rule or min(fitting, key=("written", "short", "former", "divided").index)
                told.append(f"{LEVELS[part.level]}:{rule}")
                unsure = False
            elif any(area.rule == "divided" and not area.codes for area in part.areas):
                told.append(f"{LEVELS[part.level]}:divided")
                unsure = True  # unless a deeper area says where
            else:
                return "area_mismatch"
        return "area_divided" if unsure else " ".join(told)

    def _holding(self, estates: Iterable[int], prefixes: Iterable[Prefix] = ()) -> str | None:
        codes = {community for estate in estates if (community := self._g.estates[estate].community)}
        codes |= {code for prefix in prefixes for part in prefix.parts[-1:] if (code := _sure(part))}
        return self._g.tree.common(codes)

    def _area(self, prefixes: list[Prefix]) -> str | None:
        """The deepest area of the longest reading that is one."""
        parts = _deepest(prefixes)
        return next((code for part in reversed(parts) if (code := _sure(part))), None)


def _deepest(prefixes: list[Prefix]) -> tuple[Part, ...]:
    return max(prefixes, key=lambda prefix: prefix.end).parts if prefixes else ()


def _sure(part: Part) -> str | None:
    codes = {code for area in part.areas for code in area.codes}
    return next(iter(codes)) if len(codes) == 1 else None


def _told(parts: Iterable[Part]) -> str:
    return " ".join(f"{LEVELS[part.level]}:{part.rule or part.areas[0].rule or WRITTEN}" for part in parts)
