"""楼栋 buildings, with the grids each has belonged to."""

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
    """A period in which a building belonged to one grid. `valid_to` is the first day after it, null for the present one."""

    model_config = columns_of("building")


class Building(ReleaseResponse):
    """A building and the grids it has belonged to."""

    building_id: str
    periods: list[BuildingPeriod] = Field(description="newest first")


@router.get("/{building_id}", responses=problems(401, 404))
def building(
    building_id: Annotated[str, Path(description="`building_id` of the tables dwelling and building")], view: ViewDep
) -> Building:
    """Show the grids a building belongs and belonged to, and the rule that placed it there."""
    periods = view.rows("building", Condition("building_id", "eq", building_id), order=("-valid_from",))
    if not periods:
        raise NotFound("there is no such building", remedy="see /v1/tables/building")
    return Building(building_id=building_id, periods=view.with_labels("building", periods), release=view.release_id)
