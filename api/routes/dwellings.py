"""房屋 dwellings: the dwelling file 一房一档."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path

from api.dependencies import LiveFindingsDep, StateDep, ViewDep
from api.responses.as_of import AsOf, AsOfDay, Known
from api.responses.home_file import DwellingFile, dwelling_file
from api.responses.home_history import DwellingHistory, dwelling_history
from api.schemas import problems

router = APIRouter(prefix="/v1/dwellings", tags=["dwellings"])


@router.get("/{dwelling_id}", responses=problems(400, 401, 403, 404))
def dwelling(
    dwelling_id: Annotated[str, Path(description="as a household, a finding or the search has it")],
    caller: ViewDep,
    hub: StateDep,
    now: LiveFindingsDep,
    as_of: AsOf = None,
    known: Known = None,
) -> DwellingFile | DwellingHistory:
    """一房一档: who is registered and who lives here, titles, tickets, every attribute per source, findings. With `as_of` who
    was registered, lived and held it on that day."""
    if moment := AsOfDay.asked(as_of, known):
        return dwelling_history(caller, dwelling_id, moment, ZoneInfo(hub.settings.timezone))
    return dwelling_file(caller, dwelling_id, now)
