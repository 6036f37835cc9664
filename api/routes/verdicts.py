"""核实结论 verdicts: what somebody saw of a finding, kept for good and used the same night."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import Field

from api.dependencies import FieldScopeDep, FieldworkDep, ViewDep
from api.responses.verdicts import ReleaseSeen, VerdictIn, resolution_row, verdict_row
from api.schemas import Page, ReleaseResponse, Row, problems
from warehouse.access.policy import NotFound
from warehouse.fieldwork.submit import submit_verdict
from warehouse.fieldwork.verdicts import history

router = APIRouter(prefix="/v1/findings", tags=["verdicts"])


class FindingVerdictIn(VerdictIn):
    release: ReleaseSeen


class VerdictResponse(ReleaseResponse):
    verdict: Row = Field(description="as it is kept, with labels; `counts`: it is about the evidence of now")
    finding: Row | None = Field(
        description="what all verdicts about it come to: status, verdict, visits, reason; null when it has gone since"
    )


@router.post(
    "/{finding_id}/verdicts",
    status_code=201,
    responses=problems(400, 401, 403, 404, 409, 413) | {200: {"model": VerdictResponse}},
)
def give_verdict(
    finding_id: str, body: FindingVerdictIn, response: Response, caller: ViewDep, door: FieldworkDep
) -> VerdictResponse:
    """Write down what you saw. 201: it is kept, and used tonight; 200: exactly this was kept before under that key.

    409: the finding is judged, has gone, or its evidence changed since `release`; or the key stands for something else.
    """
    given = submit_verdict(door, body.seen(finding_id, body.release))
    response.status_code = 201 if given.is_new else 200
    return VerdictResponse(
        verdict=verdict_row(caller, given.verdict, given.evidence_hash),
        finding=resolution_row(given.standing) if given.standing else None,
        release=caller.release_id,
    )


@router.get("/{finding_id}/verdicts", responses=problems(401, 404))
def verdicts(finding_id: str, caller: ViewDep, stops: FieldScopeDep) -> Page:
    """Every verdict on a finding of your areas, oldest first; also on one that has gone since."""
    caller.grant("finding")
    present = stops.evidence_of(finding_id)
    given = history(stops.casebook, [finding_id])
    if present is None:
        given = [v for v in given if caller.covers(v.grid_code)]
        if not given:
            raise NotFound("there is no such finding in your areas", remedy="see GET /v1/findings")
    items = [verdict_row(caller, v, present) for v in given]
    return Page(items=items, next_cursor=None, release=caller.release_id)
