"""楼栋 buildings: one building and every grid it stood in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from api.contract_models import ContractRow, columns_of
from api.dependencies import ViewDep
from api.schemas import ReleaseResponse, problems
from warehouse.access.filters import Condition
from warehouse.access.policy import NotFound

router = APIRouter(prefix="/v1/buildings", tags=["buildings"])


class BuildingPeriod(ContractRow):
    """A time in which a building stood in one grid. `valid_to` is the first day it was no longer so, null while it is."""

    model_config = columns_of("building")


class Building(ReleaseResponse):
    """A building and every grid it stood in."""

    building_id: str
    periods: list[BuildingPeriod] = Field(description="newest first")


@router.get("/{building_id}", responses=problems(401, 404))
def building(
    building_id: Annotated[str, Path(description="as `dwelling` and `building` have it")], caller: ViewDep
) -> Building:
    """In which grid a building stands and stood, and what decided it."""
    periods = caller.rows("building", Condition("building_id", "eq", building_id), order=("-valid_from",))
    if not periods:
        raise NotFound("there is no such building", remedy="see /v1/tables/building")
    return Building(building_id=building_id, periods=caller.labelled("building", periods), release=caller.release_id)
