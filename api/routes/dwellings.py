"""房屋 dwellings: the dwelling file 一房一档."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from api.access import Caller
from api.answers import Answer, Row, problems
from api.home_file import Attribute, dwelling_file

router = APIRouter(prefix="/v1/dwellings", tags=["dwellings"])


class DwellingFile(Answer):
    dwelling: Row
    households: list[Row] = Field(description="registered here")
    members: list[Row] = Field(description="registered or living here")
    titles: list[Row]
    tickets: list[Row]
    attributes: list[Attribute] = Field(description="what each source says, side by side")
    findings: list[Row]


@router.get("/{dwelling_id}", responses=problems(401, 404))
def dwelling(dwelling_id: str, caller: Caller) -> DwellingFile:
    """一房一档: who is registered, who lives here, who owns it, what was reported."""
    return DwellingFile(**dwelling_file(caller, dwelling_id), release=caller.release_id)
