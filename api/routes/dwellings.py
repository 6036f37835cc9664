"""房屋 dwellings: the dwelling file 一房一档."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import Field

from api.access import Caller, TheFindingsNow, TheHub
from api.answers import Answer, Row, problems
from api.home_file import Attribute, dwelling_file
from api.home_then import DwellingThen, dwelling_then
from api.moment import AsOf, Known, Moment

router = APIRouter(prefix="/v1/dwellings", tags=["dwellings"])


class DwellingFile(Answer):
    dwelling: Row
    households: list[Row] = Field(description="registered here")
    members: list[Row] = Field(description="registered or living here")
    titles: list[Row]
    tickets: list[Row] = Field(
        description="the newest first, with their limits; repeats of one matter share a matter_id"
    )
    matters: list[Row] = Field(description="what they are about: repeats of one matter counted together")
    attributes: list[Attribute] = Field(description="what each source says, side by side")
    findings: list[Row]


@router.get("/{dwelling_id}", responses=problems(400, 401, 403, 404))
def dwelling(
    dwelling_id: str, caller: Caller, hub: TheHub, now: TheFindingsNow, as_of: AsOf = None, known: Known = None
) -> DwellingFile | DwellingThen:
    """一房一档: who is registered and who lives here, titles, tickets, every attribute per source, findings. With `as_of` who
    was registered, lived and held it on that day."""
    if moment := Moment.asked(as_of, known):
        return dwelling_then(caller, dwelling_id, moment, ZoneInfo(hub.settings.timezone))
    return DwellingFile(**dwelling_file(caller, dwelling_id, now), release=caller.release_id)
