"""What standing verdicts saw, by the matter it is about: of each matter that an office owns the newest value.

Not here: what verdicts come to (fieldwork/resolution.py), what follows for the office (night.py).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from warehouse.casebook.casebook import Casebook
from warehouse.corrections.office_claims import AttributeRef, ComparableValue, OfficeClaims
from warehouse.fieldwork.resolution import CONCLUSIVE, newest_last, resolve_all
from warehouse.fieldwork.verdicts import ObservedValue, Verdict, history
from warehouse.releases.operator_reader import RowReader, rows_in


class AttributeObservation(NamedTuple):
    """What one value is about at a time: a fact, or of an attribute with many values one of them."""

    fact: AttributeRef
    value: str


class Observation(NamedTuple):
    """A value seen at a door, and the verdict that it is part of. `is_present`: the finding has that evidence still."""

    verdict: Verdict
    value: ObservedValue
    is_present: bool

    @property
    def seen(self) -> ComparableValue:
        return ComparableValue(self.value.value, self.value.value_token, self.value.value_dwelling_id)


class ObservedAttributes:
    """Values under their matters; a person whose id was kept or merged since is the same one."""

    def __init__(self, claims: OfficeClaims) -> None:
        self._claims, self._now = claims, claims.current_ids()

    def of(self, entity: str, entity_id: str, attribute: str, seen: ComparableValue) -> AttributeObservation:
        fact = AttributeRef(entity, self._now.get(entity_id, entity_id), attribute)
        return AttributeObservation(fact, seen.identity if self._claims.has_many(entity, attribute) else "")


def newest_observations(
    casebook: Casebook, rows: RowReader, claims: OfficeClaims, matters: ObservedAttributes
) -> dict[AttributeObservation, Observation]:
    """The newest conclusive value about each matter, of verdicts that stand.

    What was seen was seen: it stays when the finding's evidence changes, as it does where the value itself changed it.
    """
    given = history(casebook)
    present = _evidence(rows, {verdict.finding_id for verdict in given})
    stands = {key for s in resolve_all(given).values() if s.verdict in CONCLUSIVE for key in s.keys}
    return {
        matters.of(value.entity, value.entity_id, value.attribute, ComparableValue(*value[3:])): Observation(
            verdict, value, present.get(verdict.finding_id) == verdict.evidence_hash
        )
        for verdict in sorted(given, key=newest_last)
        if verdict.key in stands
        for value in verdict.values
        if claims.owner(value.entity, value.attribute)
    }


def _evidence(rows: RowReader, finding_ids: Collection[str]) -> dict[str, str]:
    found = rows_in(rows, "finding", "finding_id", finding_ids, ("finding_id", "evidence_hash"))
    return {row["finding_id"]: row["evidence_hash"] for row in found}
