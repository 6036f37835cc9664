"""核实结论 verdicts on findings, which are stored permanently and used in the next night."""

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


FindingId = Annotated[str, Path(description="`finding_id` in GET /v1/findings")]


class FindingVerdictIn(VerdictIn):
    """A verdict on one finding, and the release in which it was looked at."""

    release: ReleaseSeen


class VerdictResponse(ReleaseResponse):
    """The stored verdict, and the resulting state of the finding."""

    verdict: VerdictOut
    finding: ResolutionOut | None = Field(
        description="its state with all verdicts; null if the finding no longer exists"
    )


class VerdictPage(Page[VerdictOut]):
    """The verdicts on one finding, oldest first."""


@router.post(
    "/{finding_id}/verdicts",
    status_code=201,
    responses=problems(400, 401, 403, 404, 409, 413) | {200: {"model": VerdictResponse}},
)
def give_verdict(
    finding_id: FindingId, body: FindingVerdictIn, response: Response, view: ViewDep, fieldwork: FieldworkDep
) -> VerdictResponse:
    """Submit a verdict on a finding. 201: stored, and used in the next night; 200: the same was stored before under this key.

    409: the finding is closed, no longer exists, or its evidence changed since `release`; or the key has another content.
    """
    result = submit_verdict(fieldwork, body.submission(finding_id, body.release))
    response.status_code = 201 if result.is_new else 200
    return VerdictResponse(
        verdict=verdict_out(view, result.verdict, result.evidence_hash),
        finding=resolution_out(result.resolution) if result.resolution else None,
        release=view.release_id,
    )


@router.get("/{finding_id}/verdicts", responses=problems(401, 404))
def verdicts(finding_id: FindingId, view: ViewDep, scope: FieldScopeDep) -> VerdictPage:
    """List every verdict on a finding in your areas, oldest first; also on a finding that no longer exists."""
    view.grant("finding")
    evidence_hash = scope.evidence_of(finding_id)
    found = history(scope.casebook, [finding_id])
    if evidence_hash is None:
        found = [v for v in found if view.covers(v.grid_code)]
        if not found:
            raise NotFound("there is no such finding in your areas", remedy="see GET /v1/findings")
    items = [verdict_out(view, v, evidence_hash) for v in found]
    return VerdictPage(items=items, next_cursor=None, release=view.release_id)
