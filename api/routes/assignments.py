"""派单 assignments: the users to whom stops are assigned."""

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
    """Assigns a stop to a user, or releases it."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    stop_id: Id = Field(description="a dwelling, or the `stop_id` of a finding")
    state: Literal["assigned", "released"] = "assigned"
    username: str | None = Field(None, max_length=64, description="the user it is assigned to; null for a release")
    due_on: date | None = None
    reason: str = Field(ROUTINE, max_length=1000, description="why, in a sentence that names no person; it is kept")


class AssignmentOut(BaseModel):
    """A stored assignment (派单)."""

    key: str = Field(description="idempotency key of its sender")
    stop_id: str
    grid_code: str | None
    state: Literal["assigned", "released"]
    username: str | None = Field(description="the user it is assigned to; null for a release")
    due_on: date | None = Field(description="the last day")
    reason: str
    decided_by: str
    decided_at: datetime = Field(description="UTC")


class AssignmentResponse(ReleaseResponse):
    """The stored assignment."""

    assignment: AssignmentOut


class AssignmentPage(Page[AssignmentOut]):
    """A page of assignments."""


@router.post("", status_code=201, responses=problems(400, 401, 403, 404, 409) | {200: {"model": AssignmentResponse}})
def add_assignment(
    body: AssignmentIn, response: Response, view: ViewDep, fieldwork: FieldworkDep
) -> AssignmentResponse:
    """Assign a stop to a user, or release it; for leads. 201: done; 200: the same was stored before under this key."""
    response.status_code = 201 if assign(fieldwork, AssignmentOrder(**body.model_dump())) else 200
    [stored] = [a for a in history(fieldwork.casebook, body.stop_id) if a.key == body.key]
    return AssignmentResponse(assignment=_out(stored), release=view.release_id)


@router.get("", responses=problems(400, 401, 404, 410))
def assignments(
    view: ViewDep,
    state: StateDep,
    username: Annotated[str | None, Query(max_length=64, description="only those assigned to this user")] = None,
    stop_id: Annotated[str | None, Query(pattern="^[0-9a-f]{32}$", description="only those of this stop")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AssignmentPage:
    """List the current assignments in your areas, the soonest due first."""
    position = PagePosition.of(cursor, view.release_id, ("assignments", username, stop_id))
    view.grant("finding")
    found = [
        a
        for a in current_assignments(state.casebook).values()
        if view.covers(a.grid_code) and username in (None, a.username) and stop_id in (None, a.stop_id)
    ]
    found.sort(key=lambda a: (a.due_on or date.max, a.id))
    rows, next_cursor = position.cut([{"assignment": a} for a in found[position.at : position.at + limit + 1]], limit)
    items = [_out(row["assignment"]) for row in rows]
    return AssignmentPage(items=items, next_cursor=next_cursor, release=view.release_id)


def _out(assignment: Assignment) -> AssignmentOut:
    return AssignmentOut(**assignment._asdict())
