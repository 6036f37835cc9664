"""核实结论 verdicts: what somebody saw of a finding, kept for good and used the same night."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.dependencies import FieldScopeDep, FieldworkDep, ViewDep
from api.responses.verdicts import ReleaseSeen, ResolutionOut, VerdictIn, VerdictOut, resolution_out, verdict_out
from api.schemas import Page, ReleaseResponse, problems
from warehouse.access.policy import NotFound
from warehouse.fieldwork.submit import submit_verdict
from warehouse.fieldwork.verdicts import history

router = APIRouter(prefix="/v1/findings", tags=["verdicts"])


FindingId = Annotated[str, Path(description="as GET /v1/findings has it")]


class FindingVerdictIn(VerdictIn):
    """What was seen of one finding, and the release in which it was looked at."""

    release: ReleaseSeen


class VerdictResponse(ReleaseResponse):
    """The verdict, and what becomes of the finding."""

    verdict: VerdictOut
    finding: ResolutionOut | None = Field(description="what all verdicts about it come to; null when it has gone since")


class VerdictPage(Page[VerdictOut]):
    """The verdicts on one finding, oldest first."""


@router.post(
    "/{finding_id}/verdicts",
    status_code=201,
    responses=problems(400, 401, 403, 404, 409, 413) | {200: {"model": VerdictResponse}},
)
def give_verdict(
    finding_id: FindingId, body: FindingVerdictIn, response: Response, caller: ViewDep, door: FieldworkDep
) -> VerdictResponse:
    """Write down what you saw. 201: it is kept, and used tonight; 200: exactly this was kept before under that key.

    409: the finding is judged, has gone, or its evidence changed since `release`; or the key stands for something else.
    """
    given = submit_verdict(door, body.seen(finding_id, body.release))
    response.status_code = 201 if given.is_new else 200
    return VerdictResponse(
        verdict=verdict_out(caller, given.verdict, given.evidence_hash),
        finding=resolution_out(given.resolution) if given.resolution else None,
        release=caller.release_id,
    )


@router.get("/{finding_id}/verdicts", responses=problems(401, 404))
def verdicts(finding_id: FindingId, caller: ViewDep, stops: FieldScopeDep) -> VerdictPage:
    """Every verdict on a finding of your areas, oldest first; also on one that has gone since."""
    caller.grant("finding")
    present = stops.evidence_of(finding_id)
    given = history(stops.casebook, [finding_id])
    if present is None:
        given = [v for v in given if caller.covers(v.grid_code)]
        if not given:
            raise NotFound("there is no such finding in your areas", remedy="see GET /v1/findings")
    items = [verdict_out(caller, v, present) for v in given]
    return VerdictPage(items=items, next_cursor=None, release=caller.release_id)
