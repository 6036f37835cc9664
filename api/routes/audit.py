"""留痕 audit: every row that users added to the casebook, with author and time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.dependencies import AuditorDep, ReleaseIdDep, StateDep
from api.paging import Limit
from api.schemas import problems
from warehouse.casebook.activity import activities

router = APIRouter(prefix="/v1/audit", tags=["audit"])


class ActivityOut(BaseModel):
    """A row that a user added to the casebook, without its free text and values."""

    at: datetime = Field(description="UTC")
    by: str = Field(description="the user")
    kind: str = Field(description="the casebook's table", examples=["verdicts"])
    what: str = Field(examples=["confirmed"])
    about: str = Field(description="id of the finding, stop, … it is about; empty if none")
    record: int = Field(description="the row's number in its table")


class ActivityPage(BaseModel):
    """A page of rows added to the casebook, newest first."""

    items: list[ActivityOut]
    next_offset: int | None = Field(description="send it as `offset` for older rows; null at the end")
    release: str | None = Field(description="the release served now, if one is published")


@router.get("/writings", responses=problems(401, 403))
def activity(
    state: StateDep,
    auditor: AuditorDep,
    release: ReleaseIdDep,
    by: Annotated[str | None, Query(max_length=64, description="only rows of this user")] = None,
    limit: Limit = 100,
    offset: Annotated[
        int, Query(ge=0, le=1_000_000, description="number of rows to skip: `next_offset` of the previous answer")
    ] = 0,
) -> ActivityPage:
    """List every row that users added to the casebook: verdicts, visits, assignments, decisions, correction requests."""
    found = activities(state.casebook, by=by, limit=limit + 1, offset=offset)
    more = offset + limit if len(found) > limit else None
    return ActivityPage(items=[row._asdict() for row in found[:limit]], next_offset=more, release=release)
