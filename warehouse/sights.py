"""What standing verdicts saw, by the matter it is about: of each matter that an office owns the newest value.

Not here: what verdicts come to (standing.py), what follows for the office (corrections_night.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any, NamedTuple

from warehouse.casebook import Casebook
from warehouse.office_claims import Fact, OfficeClaims, Seen
from warehouse.standing import CONCLUSIVE, standing
from warehouse.unscoped import Rows, each
from warehouse.verdicts import DoorValue, Verdict, history


class Matter(NamedTuple):
    """What one value is about at a time: a fact, or of an attribute with many values one of them."""

    fact: Fact
    value: str


class Sight(NamedTuple):
    """A value seen at a door, and the verdict that it is part of."""

    verdict: Verdict
    value: DoorValue

    @property
    def seen(self) -> Seen:
        return Seen(self.value.value, self.value.value_token, self.value.value_dwelling_id)


class Matters:
    """Values under their matters; a person whose id was kept or merged since is the same one."""

    def __init__(self, claims: OfficeClaims) -> None:
        self._claims, self._now = claims, claims.later_ids()

    def of(self, entity: str, entity_id: str, attribute: str, seen: Seen) -> Matter:
        fact = Fact(entity, self._now.get(entity_id, entity_id), attribute)
        return Matter(fact, seen.identity if self._claims.has_many(entity, attribute) else "")


def newest_sights(casebook: Casebook, rows: Rows, claims: OfficeClaims, matters: Matters) -> dict[Matter, Sight]:
    """The newest conclusive value about each matter, of verdicts that stand about the evidence a finding has now."""
    by_finding: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in history(casebook):
        by_finding[verdict.finding_id].append(verdict)
    present = _evidence(rows, by_finding)
    sights: list[Sight] = []
    for finding_id, given in by_finding.items():
        # of a finding that no rule finds any more, the newest verdict is about its last evidence
        stands = standing(given, present.get(finding_id) or max(given, key=_when).evidence_hash)
        if stands.status == "closed" and stands.verdict in CONCLUSIVE:
            sights += [Sight(v, value) for v in given if v.key in stands.keys for value in v.values]
    return {
        matters.of(s.value.entity, s.value.entity_id, s.value.attribute, s.seen): s
        for s in sorted(sights, key=lambda sight: _when(sight.verdict))
        if claims.owner(s.value.entity, s.value.attribute)
    }


def _evidence(rows: Rows, finding_ids: Collection[str]) -> dict[str, str]:
    found = each(rows, "finding", "finding_id", finding_ids, ("finding_id", "evidence_hash"))
    return {row["finding_id"]: row["evidence_hash"] for row in found}


def _when(verdict: Verdict) -> tuple[Any, ...]:
    return verdict.seen_on, verdict.given_at, verdict.id
