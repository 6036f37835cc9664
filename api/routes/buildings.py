"""楼栋 buildings: one building and every grid it stood in."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from api.dependencies import ViewDep
from api.schemas import ROW, ReleaseResponse, Row, problems
from warehouse.access.filters import Condition
from warehouse.access.policy import NotFound

router = APIRouter(prefix="/v1/buildings", tags=["buildings"])


class Building(ReleaseResponse):
    building_id: str
    periods: list[Row] = Field(
        description=f"one for each time it stood in one grid, newest first; {ROW}. `valid_to` is the first day it was no "
        "longer so, null while it is"
    )


@router.get("/{building_id}", responses=problems(401, 404))
def building(building_id: str, caller: ViewDep) -> Building:
    """In which grid a building stands and stood, and what decided it."""
    periods = caller.rows("building", Condition("building_id", "eq", building_id), order=("-valid_from",))
    if not periods:
        raise NotFound("there is no such building", remedy="see /v1/tables/building")
    return Building(building_id=building_id, periods=caller.labelled("building", periods), release=caller.release_id)
