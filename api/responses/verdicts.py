"""Verdicts and visits as an answer shows them: with labels, and free text only to whoever sees a finding's evidence in full.

Not here: giving them (routes), what they must be like (warehouse/fieldwork/submit.py).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas import Row
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


def shows_text(view: View) -> bool:
    """Whether this role sees what people wrote about people."""
    return view.grant("finding").treatments.get("evidence") == "full"


def verdict_row(view: View, verdict: Verdict, evidence_hash: str | None) -> Row:
    """`counts`: it is about the evidence that the finding has now."""
    text = shows_text(view)
    row: dict[str, Any] = verdict._asdict()
    for hidden in ("id", "evidence_hash", "values"):
        del row[hidden]
    labels = {f"{name}_label": view.label(codes, row[name]) for name, codes in LABELS.items()}
    values = [
        {
            "entity": value.entity,
            "entity_id": value.entity_id,
            "attribute": value.attribute,
            "value": value.value if text else None,
            "dwelling_id": value.value_dwelling_id if text else None,
        }
        for value in verdict.values
    ]
    counts = evidence_hash is not None and verdict.evidence_hash == evidence_hash
    return row | labels | {"note": verdict.note if text else None, "values": values, "counts": counts}


def resolution_row(found: Resolution) -> Row:
    """What the verdicts about a finding come to now."""
    return {"status": found.status, "verdict": found.verdict, "visits": found.visits, "reason": found.reason}


def visit_row(view: View, visit: Visit) -> Row:
    row: dict[str, Any] = visit._asdict()
    del row["id"]
    labels = {
        "outcome_label": view.label("visit_outcome", visit.outcome),
        "missed_label": view.label("visit_missed", visit.missed or ""),
    }
    return row | labels | {"note": visit.note if shows_text(view) else None}
