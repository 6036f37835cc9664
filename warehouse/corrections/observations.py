"""The newest observed value of each attribute that an office owns, from the verdicts that count.

Not here: resolving verdicts (fieldwork/resolution.py), the requests that follow (night.py).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from warehouse.casebook.casebook import Casebook
from warehouse.corrections.office_claims import AttributeRef, ComparableValue, OfficeClaims
from warehouse.fieldwork.resolution import CONCLUSIVE, newest_last, resolve_all
from warehouse.fieldwork.verdicts import ObservedValue, Verdict, history
from warehouse.releases.operator_reader import RowReader, rows_in


class ObservedAttribute(NamedTuple):
    """The attribute that a value is of; `value` tells apart the values of an attribute with many, else it is empty."""

    ref: AttributeRef
    value: str


class Observation(NamedTuple):
    """An observed value with its verdict. `is_present`: the finding still has the evidence that the verdict is about."""

    verdict: Verdict
    value: ObservedValue
    is_present: bool

    @property
    def comparable(self) -> ComparableValue:
        return ComparableValue(self.value.value, self.value.value_token, self.value.value_dwelling_id)


class ObservedAttributes:
    """Names the attribute of a value, with the person's current id if hers was kept or merged since."""

    def __init__(self, claims: OfficeClaims) -> None:
        self._claims, self._current_ids = claims, claims.current_ids()

    def of(self, entity: str, entity_id: str, attribute: str, value: ComparableValue) -> ObservedAttribute:
        ref = AttributeRef(entity, self._current_ids.get(entity_id, entity_id), attribute)
        return ObservedAttribute(ref, value.identity if self._claims.has_many(entity, attribute) else "")


def newest_observations(
    casebook: Casebook, rows: RowReader, claims: OfficeClaims, attributes: ObservedAttributes
) -> dict[ObservedAttribute, Observation]:
    """The newest observation of each attribute, from conclusive verdicts that count.

    An observation stays valid when the finding's evidence changes, which the observed value itself may have done.
    """
    verdicts = history(casebook)
    present = _evidence(rows, {verdict.finding_id for verdict in verdicts})
    counting = {key for r in resolve_all(verdicts).values() if r.verdict in CONCLUSIVE for key in r.keys}
    return {
        attributes.of(value.entity, value.entity_id, value.attribute, ComparableValue(*value[3:])): Observation(
            verdict, value, present.get(verdict.finding_id) == verdict.evidence_hash
        )
        for verdict in sorted(verdicts, key=newest_last)
        if verdict.key in counting
        for value in verdict.values
        if claims.owner(value.entity, value.attribute)
    }


def _evidence(rows: RowReader, finding_ids: Collection[str]) -> dict[str, str]:
    found = rows_in(rows, "finding", "finding_id", finding_ids, ("finding_id", "evidence_hash"))
    return {row["finding_id"]: row["evidence_hash"] for row in found}
