"""户 households: search, and the household file 一户一档. Search is a POST so that no name or number is in a URL."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import HomeTemplatesDep, LiveFindingsDep, StateDep, ViewDep
from api.paging import LONGEST_PAGE
from api.responses.as_of import AsOfDay, AsOfParam, KnownParam
from api.responses.home_file import HouseholdFile, household_file
from api.responses.home_history import HouseholdHistory, household_history
from api.responses.prepared_home import prepared_household_file
from api.responses.search import SearchResponse, search
from api.schemas import problems

router = APIRouter(prefix="/v1/households", tags=["households"])


class SearchIn(BaseModel):
    """A search by name, address, ID number or phone."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(
        min_length=1,
        max_length=100,
        description="a name or an address, or a piece of one; a full ID number or phone (landlines with area code), "
        "or exactly its last 4 characters. Roles that see no names and addresses search by numbers only",
        examples=["3号楼2单元501"],
    )
    limit: int = Field(50, ge=1, le=LONGEST_PAGE, description="households in one answer")
    cursor: str | None = Field(None, max_length=500, description="`next_cursor` of the answer before")


@router.post("/search", responses=problems(400, 401, 403, 404, 410))
def search_households(body: SearchIn, view: ViewDep, state: StateDep, live_findings: LiveFindingsDep) -> SearchResponse:
    """Search the households in your areas by name, address, ID number or phone."""
    return search(view, live_findings, state.settings, body.q, body.limit, body.cursor)


@router.get("/{household_id}", response_model=HouseholdFile | HouseholdHistory, responses=problems(400, 401, 403, 404))
async def household(
    household_id: Annotated[str, Path(description="`household_id` of a person, a finding or a search result")],
    view: ViewDep,
    state: StateDep,
    live_findings: LiveFindingsDep,
    templates: HomeTemplatesDep,
    as_of: AsOfParam = None,
    known: KnownParam = None,
) -> HouseholdFile | HouseholdHistory | Response:
    """Show the household file 一户一档: members, dwelling, titles, tickets, attributes by source, findings.

    With `as_of`: its members, the dwelling where it was registered, and the holders of titles on that day.
    """
    if as_of_day := AsOfDay.parse(as_of, known):
        zone = ZoneInfo(state.settings.timezone)
        return await run_in_threadpool(household_history, view, household_id, as_of_day, zone)
    if prepared := prepared_household_file(view, templates, household_id, live_findings):
        return Response(prepared.content, media_type="application/json")
    return await run_in_threadpool(household_file, view, household_id, live_findings)
