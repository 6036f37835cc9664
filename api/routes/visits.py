"""走访 visits to stops, each with the verdicts on the findings there."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.dependencies import FieldScopeDep, FieldworkDep, ViewDep
from api.responses.verdicts import (
    Code,
    Id,
    Key,
    Note,
    ReleaseSeen,
    VerdictIn,
    VerdictOut,
    VisitOut,
    VisitWithVerdicts,
    verdict_out,
    visit_fields,
)
from api.schemas import Page, ReleaseResponse, problems
from api.view import View
from warehouse.access.filters import Condition
from warehouse.fieldwork import verdicts as verdict_log
from warehouse.fieldwork.verdicts import Verdict
from warehouse.fieldwork.visits import VisitSubmission, history, submit_visit

router = APIRouter(prefix="/v1/visits", tags=["verdicts"])


class VerdictAtVisit(VerdictIn):
    """A verdict on one finding of the stop."""

    finding_id: Id


class VisitIn(BaseModel):
    """A visit to a stop, with the verdicts given at it."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    stop_id: Id = Field(description="a dwelling, or the `stop_id` of a finding")
    release: ReleaseSeen
    kind: Literal["finding", "sample"] = Field(
        "finding", description="sample: a home without findings, drawn at random"
    )
    outcome: Code = Field(examples=["met"])
    visited_at: AwareDatetime = Field(examples=["2026-11-24T17:00:00+08:00"])
    note: Note = ""
    missed: Code | None = Field(None, description="for a sample: the contradiction found there, a code of visit_missed")
    verdicts: list[VerdictAtVisit] = Field([], max_length=50)


class VisitPage(Page[VisitWithVerdicts]):
    """All visits to one stop, oldest first."""


class VisitResponse(ReleaseResponse):
    """The stored visit."""

    visit: VisitOut
    verdicts: list[VerdictOut] = Field(
        description="stored with it: those sent, or the outcome on every open finding of the stop"
    )


@router.post("", status_code=201, responses=problems(400, 401, 403, 404, 409, 413) | {200: {"model": VisitResponse}})
def add_visit(body: VisitIn, response: Response, view: ViewDep, fieldwork: FieldworkDep) -> VisitResponse:
    """Submit a visit with all its verdicts; all are stored, or none. 201: stored; 200: the same was stored before under this key.

    If nobody was at home, all refused or access was impossible, leave `verdicts` out: every open finding gets that outcome.
    """
    submission = VisitSubmission(
        **body.model_dump(exclude={"verdicts"}),
        verdicts=tuple(v.submission(v.finding_id, body.release) for v in body.verdicts),
    )
    response.status_code = 201 if submit_visit(fieldwork, submission) else 200
    [stored] = [v for v in history(fieldwork.casebook, body.stop_id) if v.key == body.key]
    given = verdict_log.history(fieldwork.casebook, visit_key=body.key)
    visit = VisitOut(**visit_fields(view, stored))
    return VisitResponse(visit=visit, verdicts=_verdicts(view, given), release=view.release_id)


@router.get("", responses=problems(401, 404))
def visits(
    view: ViewDep,
    scope: FieldScopeDep,
    stop_id: Annotated[str, Query(pattern="^[0-9a-f]{32}$", description="the stop")],
) -> VisitPage:
    """List every visit to a stop in your areas, oldest first, each with its verdicts."""
    view.grant("finding")
    found = [v for v in history(scope.casebook, stop_id) if view.covers(v.grid_code)]
    if not found:
        scope.grid_of(stop_id)  # NotFound
    given = [verdict_log.history(scope.casebook, visit_key=v.key) for v in found]
    items = [
        VisitWithVerdicts(**visit_fields(view, v), verdicts=_verdicts(view, g))
        for v, g in zip(found, given, strict=True)
    ]
    return VisitPage(items=items, next_cursor=None, release=view.release_id)


def _verdicts(view: View, given: list[Verdict]) -> list[VerdictOut]:
    asked = Condition("finding_id", "in", sorted({v.finding_id for v in given}))
    rows = view.unmasked("finding", asked, columns=("finding_id", "evidence_hash")) if given else []
    present = {row["finding_id"]: row["evidence_hash"] for row in rows}
    return [verdict_out(view, v, present.get(v.finding_id)) for v in given]
