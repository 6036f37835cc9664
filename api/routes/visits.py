"""走访 visits: one walk to one stop, with what was seen there of each finding."""

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
from warehouse.fieldwork import verdicts as verdicts_given
from warehouse.fieldwork.verdicts import Verdict
from warehouse.fieldwork.visits import VisitSubmission, history, submit_visit

router = APIRouter(prefix="/v1/visits", tags=["verdicts"])


class VerdictAtVisit(VerdictIn):
    """What was seen there of one finding of the stop."""

    finding_id: Id


class VisitIn(BaseModel):
    """One walk to one stop, with what was seen there."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    stop_id: Id = Field(description="a dwelling, or the `stop_id` of a finding")
    release: ReleaseSeen
    kind: Literal["finding", "sample"] = Field("finding", description="sample: a home without findings, by lot")
    outcome: Code = Field(examples=["met"])
    visited_at: AwareDatetime = Field(examples=["2026-11-24T17:00:00+08:00"])
    note: Note = ""
    missed: Code | None = Field(
        None, description="of a sample: what contradicted itself there (code list visit_missed)"
    )
    verdicts: list[VerdictAtVisit] = Field([], max_length=50)


class VisitPage(Page[VisitWithVerdicts]):
    """The visits to one stop, oldest first."""


class VisitResponse(ReleaseResponse):
    """The visit as it is kept."""

    visit: VisitOut
    verdicts: list[VerdictOut] = Field(
        description="as kept with it: yours, or the outcome on every open finding of the stop"
    )


@router.post("", status_code=201, responses=problems(400, 401, 403, 404, 409, 413) | {200: {"model": VisitResponse}})
def add_visit(body: VisitIn, response: Response, caller: ViewDep, door: FieldworkDep) -> VisitResponse:
    """Write down a walk with all its verdicts, or nothing of it. 201: kept; 200: exactly this was kept before.

    Where nobody was at home, all refused or nobody could go in, leave `verdicts` out: every open finding of the stop gets it.
    """
    walk = VisitSubmission(
        **body.model_dump(exclude={"verdicts"}),
        verdicts=tuple(v.seen(v.finding_id, body.release) for v in body.verdicts),
    )
    response.status_code = 201 if submit_visit(door, walk) else 200
    [made] = [v for v in history(door.casebook, body.stop_id) if v.key == body.key]
    given = verdicts_given.history(door.casebook, visit_key=body.key)
    visit = VisitOut(**visit_fields(caller, made))
    return VisitResponse(visit=visit, verdicts=_verdicts(caller, given), release=caller.release_id)


@router.get("", responses=problems(401, 404))
def visits(
    caller: ViewDep,
    stops: FieldScopeDep,
    stop_id: Annotated[str, Query(pattern="^[0-9a-f]{32}$", description="where to")],
) -> VisitPage:
    """Every visit to a stop of your areas, oldest first, each with its `verdicts`."""
    caller.grant("finding")
    made = [v for v in history(stops.casebook, stop_id) if caller.covers(v.grid_code)]
    if not made:
        stops.grid_of(stop_id)  # NotFound
    given = [verdicts_given.history(stops.casebook, visit_key=v.key) for v in made]
    items = [
        VisitWithVerdicts(**visit_fields(caller, v), verdicts=_verdicts(caller, g))
        for v, g in zip(made, given, strict=True)
    ]
    return VisitPage(items=items, next_cursor=None, release=caller.release_id)


def _verdicts(view: View, given: list[Verdict]) -> list[VerdictOut]:
    asked = Condition("finding_id", "in", sorted({v.finding_id for v in given}))
    rows = view.unmasked("finding", asked, columns=("finding_id", "evidence_hash")) if given else []
    present = {row["finding_id"]: row["evidence_hash"] for row in rows}
    return [verdict_out(view, v, present.get(v.finding_id)) for v in given]
