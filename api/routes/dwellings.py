"""房屋 dwellings: the dwelling file 一房一档."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Response
from fastapi.concurrency import run_in_threadpool

from api.dependencies import HomeTemplatesDep, LiveFindingsDep, StateDep, ViewDep
from api.responses.as_of import AsOfDay, AsOfParam, KnownParam
from api.responses.home_file import DwellingFile, dwelling_file
from api.responses.home_history import DwellingHistory, dwelling_history
from api.responses.prepared_home import prepared_dwelling_file
from api.schemas import problems

router = APIRouter(prefix="/v1/dwellings", tags=["dwellings"])


@router.get("/{dwelling_id}", response_model=DwellingFile | DwellingHistory, responses=problems(400, 401, 403, 404))
async def dwelling(
    dwelling_id: Annotated[str, Path(description="`dwelling_id` of a household, a finding or a search result")],
    view: ViewDep,
    state: StateDep,
    live_findings: LiveFindingsDep,
    templates: HomeTemplatesDep,
    as_of: AsOfParam = None,
    known: KnownParam = None,
) -> DwellingFile | DwellingHistory | Response:
    """Show the dwelling file 一房一档: persons registered or living here, titles, tickets, attributes by source, findings.

    With `as_of`: the persons registered and living here and the holders of titles on that day.
    """
    if as_of_day := AsOfDay.parse(as_of, known):
        zone = ZoneInfo(state.settings.timezone)
        return await run_in_threadpool(dwelling_history, view, dwelling_id, as_of_day, zone)
    if prepared := prepared_dwelling_file(view, templates, dwelling_id, live_findings):
        return Response(prepared.content, media_type="application/json")
    return await run_in_threadpool(dwelling_file, view, dwelling_id, live_findings)
