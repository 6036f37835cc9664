"""核实结论 verdicts: what somebody saw of a finding, kept for good and used the same night."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import Field

from api.access import Caller, TheDoor, TheStops
from api.answers import Answer, Page, Row, problems
from api.given import ReleaseSeen, SeenBody, shown_standing, shown_verdict
from warehouse.door.giving import give
from warehouse.door.verdicts import history
from warehouse.policy import NotFound

router = APIRouter(prefix="/v1/findings", tags=["verdicts"])


class VerdictBody(SeenBody):
    release: ReleaseSeen


class Given(Answer):
    verdict: Row = Field(description="as it is kept, with labels; `counts`: it is about the evidence of now")
    finding: Row | None = Field(
        description="what all verdicts about it come to: status, verdict, visits, reason; null when it has gone since"
    )


@router.post(
    "/{finding_id}/verdicts",
    status_code=201,
    responses=problems(400, 401, 403, 404, 409, 413) | {200: {"model": Given}},
)
def give_verdict(finding_id: str, body: VerdictBody, response: Response, caller: Caller, door: TheDoor) -> Given:
    """Write down what you saw. 201: it is kept, and used tonight; 200: exactly this was kept before under that key.

    409: the finding is judged, has gone, or its evidence changed since `release`; or the key stands for something else.
    """
    given = give(door, body.seen(finding_id, body.release))
    response.status_code = 201 if given.is_new else 200
    return Given(
        verdict=shown_verdict(caller, given.verdict, given.evidence_hash),
        finding=shown_standing(given.standing) if given.standing else None,
        release=caller.release_id,
    )


@router.get("/{finding_id}/verdicts", responses=problems(401, 404))
def verdicts(finding_id: str, caller: Caller, stops: TheStops) -> Page:
    """Every verdict on a finding of your areas, oldest first; also on one that has gone since."""
    caller.grant("finding")
    present = stops.evidence_of(finding_id)
    given = history(stops.casebook, [finding_id])
    if present is None:
        given = [v for v in given if caller.covers(v.grid_code)]
        if not given:
            raise NotFound("there is no such finding in your areas", remedy="see GET /v1/findings")
    items = [shown_verdict(caller, v, present) for v in given]
    return Page(items=items, next_cursor=None, release=caller.release_id)
