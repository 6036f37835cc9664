"""留痕 audit: who wrote what into the casebook, and when."""

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
    """A row that somebody added to the casebook; no text and no value of it."""

    at: datetime = Field(description="UTC")
    by: str = Field(description="the user")
    kind: str = Field(description="the casebook's table", examples=["verdicts"])
    what: str = Field(examples=["confirmed"])
    about: str = Field(description="an id; empty where the row is about none")
    record: int = Field(description="the row's number in its table")


class ActivityPage(BaseModel):
    """What was written into the casebook, the newest first."""

    items: list[ActivityOut]
    next_offset: int | None = Field(description="send it as `offset` for older ones; null at the end")
    release: str | None = Field(description="the release served now, if one is published")


@router.get("/writings", responses=problems(401, 403))
def activity(
    hub: StateDep,
    auditor: AuditorDep,
    release: ReleaseIdDep,
    by: Annotated[str | None, Query(max_length=64, description="of this user only")] = None,
    limit: Limit = 100,
    offset: Annotated[
        int, Query(ge=0, le=1_000_000, description="rows to leave out: `next_offset` of the answer before")
    ] = 0,
) -> ActivityPage:
    """Every row that somebody added: verdicts, visits, assignments, decisions, correction requests. Nothing is overwritten."""
    found = activities(hub.casebook, by=by, limit=limit + 1, offset=offset)
    more = offset + limit if len(found) > limit else None
    return ActivityPage(items=[row._asdict() for row in found[:limit]], next_offset=more, release=release)
