"""Verdicts and visits as an answer shows them: with labels, and free text only to whoever sees a finding's evidence in full.

Not here: giving them (routes), what they must be like (warehouse/fieldwork/submit.py).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.view import View
from warehouse.fieldwork.observed_values import ValueInput
from warehouse.fieldwork.resolution import Resolution
from warehouse.fieldwork.submit import VerdictSubmission
from warehouse.fieldwork.verdicts import Verdict
from warehouse.fieldwork.visits import Visit

Key = Annotated[str, Field(max_length=64, description="yours, 8 to 64 of 0-9 A-Z a-z _ -: a UUID, kept for retries")]
Id = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
ReleaseSeen = Annotated[
    str, Field(pattern="^[0-9A-Za-z._-]{1,64}$", description="the `release` of the answer you looked at")
]
Code = Annotated[str, Field(max_length=32)]
Note = Annotated[str, StringConstraints(strip_whitespace=True)]  # which also holds it to be Unicode
LABELS = {"verdict": "verdict", "reason_code": "verdict_reason", "proof": "proof"}


class ObservedValueIn(BaseModel):
    """A value seen: a code, an ISO date, an ID number or phone in full, text; of an address of the city its `dwelling_id`."""

    model_config = ConfigDict(extra="forbid")

    entity: Code = Field(examples=["person"])
    entity_id: Id
    attribute: str = Field(max_length=64, examples=["living_address"])
    value: str | None = Field(None, max_length=1000)
    dwelling_id: Id | None = None


class VerdictIn(BaseModel):
    """What was seen of one finding."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    verdict: Code = Field(examples=["confirmed"])
    reason_code: Code = Field(examples=["office_outdated"])
    seen_on: date = Field(description="the day, in the hub's time zone")
    proof: Code = Field(examples=["met_in_person"])
    note: Note = Field("", description="at most 2,000 characters, no ID number or phone")
    values: list[ObservedValueIn] = Field([], max_length=20)

    def seen(self, finding_id: str, release: str) -> VerdictSubmission:
        said = tuple(ValueInput(**value.model_dump()) for value in self.values)
        return VerdictSubmission(
            self.key, finding_id, release, self.verdict, self.reason_code, self.seen_on, self.proof, self.note, said
        )


class ObservedValueOut(BaseModel):
    """A value seen, as it is kept: of a number the masked form. Null where your role does not see what people wrote."""

    entity: str = Field(examples=["person"])
    entity_id: str
    attribute: str = Field(examples=["living_address"])
    value: str | None
    dwelling_id: str | None = Field(description="of an address of the city: the home")


class VerdictOut(BaseModel):
    """A verdict (核实结论) as it is kept, with labels."""

    key: str = Field(description="the sender's")
    visit_key: str | None = Field(description="of the visit it was given at")
    finding_id: str
    rule: str
    stop_id: str
    grid_code: str | None
    verdict: str = Field(examples=["confirmed"])
    reason_code: str = Field(examples=["office_outdated"])
    seen_on: date = Field(description="the day, in the hub's time zone")
    proof: str = Field(examples=["met_in_person"])
    note: str | None = Field(description="null where your role does not see what people wrote")
    given_by: str
    role: str = Field(description="of whoever gave it, then", examples=["grid_worker"])
    given_at: datetime = Field(description="UTC")
    release_id: str = Field(description="the release she looked at")
    verdict_label: str | None
    reason_code_label: str | None
    proof_label: str | None
    values: list[ObservedValueOut]
    counts: bool = Field(description="it is about the evidence that the finding has now")


class ResolutionOut(BaseModel):
    """What all verdicts about a finding come to now."""

    status: str = Field(description="open, lead or closed")
    verdict: str | None
    visits: int = Field(description="verdicts about the present evidence")
    reason: str


class VisitOut(BaseModel):
    """A visit (走访) as it is kept, with labels."""

    key: str = Field(description="the sender's")
    stop_id: str
    grid_code: str | None
    kind: str = Field(description="finding, or sample: a home without findings, by lot")
    outcome: str = Field(examples=["met"])
    missed: str | None = Field(description="of a sample: what contradicted itself there")
    note: str | None = Field(description="null where your role does not see what people wrote")
    visited_at: datetime = Field(description="UTC")
    visited_by: str
    written_at: datetime = Field(description="UTC")
    release_id: str = Field(description="the release she looked at")
    outcome_label: str | None
    missed_label: str | None


class VisitWithVerdicts(VisitOut):
    """A visit with the verdicts given at it."""

    verdicts: list[VerdictOut]


def shows_text(view: View) -> bool:
    """Whether this role sees what people wrote about people."""
    return view.grant("finding").treatments.get("evidence") == "full"


def verdict_out(view: View, verdict: Verdict, evidence_hash: str | None) -> VerdictOut:
    """As this role may read it; `evidence_hash` is that of the finding's evidence now."""
    text = shows_text(view)
    values = [
        ObservedValueOut(
            entity=value.entity,
            entity_id=value.entity_id,
            attribute=value.attribute,
            value=value.value if text else None,
            dwelling_id=value.value_dwelling_id if text else None,
        )
        for value in verdict.values
    ]
    kept: dict[str, Any] = verdict._asdict()
    labels = {f"{name}_label": view.label(codes, kept[name]) for name, codes in LABELS.items()}
    counts = evidence_hash is not None and verdict.evidence_hash == evidence_hash
    note = verdict.note if text else None
    return VerdictOut(**kept | labels | {"note": note, "values": values, "counts": counts})


def resolution_out(found: Resolution) -> ResolutionOut:
    """Without the keys of the verdicts that stand."""
    return ResolutionOut(status=found.status, verdict=found.verdict, visits=found.visits, reason=found.reason)


def visit_fields(view: View, visit: Visit) -> dict[str, Any]:
    """The fields of `VisitOut`, as this role may read them."""
    labels = {
        "outcome_label": view.label("visit_outcome", visit.outcome),
        "missed_label": view.label("visit_missed", visit.missed or ""),
    }
    return visit._asdict() | labels | {"note": visit.note if shows_text(view) else None}
