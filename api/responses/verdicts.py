"""Models of verdicts and visits: with labels, and with free text only for roles that see a finding's evidence in full.

Not here: the endpoints (`routes/`), validating and storing verdicts (`warehouse/fieldwork/submit.py`).
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

Key = Annotated[
    str,
    Field(
        max_length=64,
        description="idempotency key made by you: 8 to 64 of 0-9 A-Z a-z _ -, such as a UUID; send it again on a retry",
    ),
]
Id = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
ReleaseSeen = Annotated[
    str, Field(pattern="^[0-9A-Za-z._-]{1,64}$", description="the `release` of the answer you looked at")
]
Code = Annotated[str, Field(max_length=32)]
Note = Annotated[str, StringConstraints(strip_whitespace=True)]  # which also rejects text that is no valid Unicode
LABELS = {"verdict": "verdict", "reason_code": "verdict_reason", "proof": "proof"}


class ObservedValueIn(BaseModel):
    """An observed value: a code, an ISO date, a full ID number or phone, or text; for an address of the city its dwelling."""

    model_config = ConfigDict(extra="forbid")

    entity: Code = Field(examples=["person"])
    entity_id: Id
    attribute: str = Field(max_length=64, examples=["living_address"])
    value: str | None = Field(None, max_length=1000)
    dwelling_id: Id | None = None


class VerdictIn(BaseModel):
    """A verdict (核实结论) on one finding."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    verdict: Code = Field(examples=["confirmed"])
    reason_code: Code = Field(examples=["office_outdated"])
    seen_on: date = Field(description="the day, in the hub's time zone")
    proof: Code = Field(examples=["met_in_person"])
    note: Note = Field("", description="at most 2,000 characters, no ID number or phone")
    values: list[ObservedValueIn] = Field([], max_length=20)

    def submission(self, finding_id: str, release: str) -> VerdictSubmission:
        """The verdict as `submit` takes it; `release` is the release that was looked at."""
        values = tuple(ValueInput(**value.model_dump()) for value in self.values)
        return VerdictSubmission(
            self.key, finding_id, release, self.verdict, self.reason_code, self.seen_on, self.proof, self.note, values
        )


class ObservedValueOut(BaseModel):
    """An observed value as stored, a number in its masked form. Null if your role does not see free text."""

    entity: str = Field(examples=["person"])
    entity_id: str
    attribute: str = Field(examples=["living_address"])
    value: str | None
    dwelling_id: str | None = Field(description="the home, for an address in the city")


class VerdictOut(BaseModel):
    """A stored verdict (核实结论), with labels."""

    key: str = Field(description="idempotency key of its sender")
    visit_key: str | None = Field(description="key of the visit it was given at, if any")
    finding_id: str
    rule: str
    stop_id: str
    grid_code: str | None
    verdict: str = Field(examples=["confirmed"])
    reason_code: str = Field(examples=["office_outdated"])
    seen_on: date = Field(description="the day, in the hub's time zone")
    proof: str = Field(examples=["met_in_person"])
    note: str | None = Field(description="null if your role does not see free text")
    given_by: str
    role: str = Field(description="role of its author at that time", examples=["grid_worker"])
    given_at: datetime = Field(description="UTC")
    release_id: str = Field(description="the release its author looked at")
    verdict_label: str | None
    reason_code_label: str | None
    proof_label: str | None
    values: list[ObservedValueOut]
    counts: bool = Field(description="true if it is about the finding's present evidence")


class ResolutionOut(BaseModel):
    """The present state of a finding that results from all its verdicts."""

    status: str = Field(description="open, lead or closed")
    verdict: str | None
    visits: int = Field(description="number of verdicts about the present evidence")
    reason: str


class VisitOut(BaseModel):
    """A stored visit (走访), with labels."""

    key: str = Field(description="idempotency key of its sender")
    stop_id: str
    grid_code: str | None
    kind: str = Field(description="finding, or sample: a home without findings, drawn at random")
    outcome: str = Field(examples=["met"])
    missed: str | None = Field(description="for a sample: the contradiction found there that no rule had found")
    note: str | None = Field(description="null if your role does not see free text")
    visited_at: datetime = Field(description="UTC")
    visited_by: str
    written_at: datetime = Field(description="UTC")
    release_id: str = Field(description="the release its author looked at")
    outcome_label: str | None
    missed_label: str | None


class VisitWithVerdicts(VisitOut):
    """A visit with the verdicts given at it."""

    verdicts: list[VerdictOut]


def shows_text(view: View) -> bool:
    """True if the user's role sees free text about people."""
    return view.grant("finding").treatments.get("evidence") == "full"


def verdict_out(view: View, verdict: Verdict, evidence_hash: str | None) -> VerdictOut:
    """A verdict as the user may see it; `evidence_hash` is that of the finding's present evidence, or None."""
    text = shows_text(view)
    view.shown.add(dwellings=[verdict.stop_id], tables={"verdicts": 1})
    view.shown.add_rows("observed_values", [value._asdict() for value in verdict.values], ["personal"] if text else [])
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
    fields: dict[str, Any] = verdict._asdict()
    labels = {f"{name}_label": view.label(codes, fields[name]) for name, codes in LABELS.items()}
    counts = evidence_hash is not None and verdict.evidence_hash == evidence_hash
    note = verdict.note if text else None
    return VerdictOut(**fields | labels | {"note": note, "values": values, "counts": counts})


def resolution_out(found: Resolution) -> ResolutionOut:
    """A resolution without the keys of its verdicts."""
    return ResolutionOut(status=found.status, verdict=found.verdict, visits=found.visits, reason=found.reason)


def visit_fields(view: View, visit: Visit) -> dict[str, Any]:
    """The fields of `VisitOut`, as the user may see them."""
    view.shown.add(dwellings=[visit.stop_id], tables={"visits": 1})
    labels = {
        "outcome_label": view.label("visit_outcome", visit.outcome),
        "missed_label": view.label("visit_missed", visit.missed or ""),
    }
    return visit._asdict() | labels | {"note": visit.note if shows_text(view) else None}
