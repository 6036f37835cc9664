"""走访清单 the worklist: where to go today, in which order."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api.dependencies import LiveFindingsDep, SessionDep, StateDep, ViewDep
from api.paging import Cursor, Limit
from api.responses.worklist import Order, StopOut, Worklist
from api.schemas import Page, problems
from warehouse.fieldwork import assignments

router = APIRouter(prefix="/v1/worklist", tags=["worklist"])
Severity = Literal["high", "medium", "low"]


class WorklistPage(Page[StopOut]):
    """Stops of your areas."""


@router.get("", responses=problems(400, 401, 404, 410))
def worklist(
    caller: ViewDep,
    session: SessionDep,
    hub: StateDep,
    now: LiveFindingsDep,
    place: Annotated[
        Literal["door", "desk"], Query(description="desk: what is looked into without going there")
    ] = "door",
    order: Annotated[Order, Query(description="walk: as one walks, whatever is graver elsewhere")] = "severity",
    severity: Annotated[Severity | None, Query(description="the highest of a stop's findings")] = None,
    grid_code: Annotated[
        str | None, Query(pattern="^[0-9]{15}$", description="in this grid", examples=["140213052001001"])
    ] = None,
    assigned: Annotated[Literal["me"] | None, Query(description="only what is assigned to me")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> WorklistPage:
    """The stops of your areas: the gravest first, then the oldest, then as one walks (estate, building, entrance, floor, room).

    The order holds for the whole release. What was judged since then has left, so that a page may have fewer than `limit`
    stops. What waits for a lead's decision is listed for leads, with `for_lead`.
    """
    only = assignments.assignments_of(hub.casebook, session.user.username) if assigned else None
    given = partial(assignments.current_assignments, hub.casebook)
    stops = Worklist(caller, now, given, for_leads=session.user.role != "grid_worker")
    items, next_cursor = stops.page(place, order, severity, grid_code, only, limit, cursor)
    return WorklistPage(items=items, next_cursor=next_cursor, release=caller.release_id)
