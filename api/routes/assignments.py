"""派单 assignments: who is to go to which stop."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import FieldworkDep, StateDep, ViewDep
from api.paging import Cursor, Limit, PagePosition
from api.responses.verdicts import Id, Key
from api.schemas import Page, ReleaseResponse, problems
from warehouse.fieldwork.assignments import ROUTINE, Assignment, AssignmentOrder, assign, current_assignments, history

router = APIRouter(prefix="/v1/assignments", tags=["verdicts"])


class AssignmentIn(BaseModel):
    """A stop, and who is to go there; or that nobody is any more."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    stop_id: Id = Field(description="a dwelling, or the `stop_id` of a finding")
    state: Literal["assigned", "released"] = "assigned"
    username: str | None = Field(None, max_length=64, description="who is to go; of a release null")
    due_on: date | None = None
    reason: str = Field(ROUTINE, max_length=1000, description="why, in a sentence that names no person; it is kept")


class AssignmentOut(BaseModel):
    """An assignment (派单) as it is kept."""

    key: str = Field(description="the sender's")
    stop_id: str
    grid_code: str | None
    state: Literal["assigned", "released"]
    username: str | None = Field(description="who is to go; of a release null")
    due_on: date | None = Field(description="the last day")
    reason: str
    decided_by: str
    decided_at: datetime = Field(description="UTC")


class AssignmentResponse(ReleaseResponse):
    """The assignment as it is kept."""

    assignment: AssignmentOut


class AssignmentPage(Page[AssignmentOut]):
    """Who is to go where."""


@router.post("", status_code=201, responses=problems(400, 401, 403, 404, 409) | {200: {"model": AssignmentResponse}})
def add_assignment(body: AssignmentIn, response: Response, caller: ViewDep, door: FieldworkDep) -> AssignmentResponse:
    """A lead sends somebody to a stop, or releases it. 201: it counts now; 200: exactly this was ordered before."""
    response.status_code = 201 if assign(door, AssignmentOrder(**body.model_dump())) else 200
    [made] = [a for a in history(door.casebook, body.stop_id) if a.key == body.key]
    return AssignmentResponse(assignment=_out(made), release=caller.release_id)


@router.get("", responses=problems(400, 401, 404, 410))
def assignments(
    caller: ViewDep,
    hub: StateDep,
    username: Annotated[str | None, Query(max_length=64, description="who is to go")] = None,
    stop_id: Annotated[str | None, Query(pattern="^[0-9a-f]{32}$", description="where to")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AssignmentPage:
    """Who is to go where now, in your areas: the soonest due first."""
    place = PagePosition.of(cursor, caller.release_id, ("assignments", username, stop_id))
    caller.grant("finding")
    found = [
        a
        for a in current_assignments(hub.casebook).values()
        if caller.covers(a.grid_code) and username in (None, a.username) and stop_id in (None, a.stop_id)
    ]
    found.sort(key=lambda a: (a.due_on or date.max, a.id))
    rows, next_cursor = place.cut([{"assignment": a} for a in found[place.at : place.at + limit + 1]], limit)
    items = [_out(row["assignment"]) for row in rows]
    return AssignmentPage(items=items, next_cursor=next_cursor, release=caller.release_id)


def _out(assignment: Assignment) -> AssignmentOut:
    return AssignmentOut(**assignment._asdict())
