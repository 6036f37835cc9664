"""走访清单 the worklist: the stops to visit, in order."""

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
    """A page of stops in your areas."""


@router.get("", responses=problems(400, 401, 404, 410))
def worklist(
    view: ViewDep,
    session: SessionDep,
    state: StateDep,
    live_findings: LiveFindingsDep,
    place: Annotated[
        Literal["door", "desk"], Query(description="door: to visit; desk: to check without a visit")
    ] = "door",
    order: Annotated[Order, Query(description="severity: the gravest first; walk: in walking order")] = "severity",
    severity: Annotated[
        Severity | None, Query(description="only stops whose gravest finding has this severity")
    ] = None,
    grid_code: Annotated[
        str | None, Query(pattern="^[0-9]{15}$", description="only in this grid", examples=["140213052001001"])
    ] = None,
    assigned: Annotated[Literal["me"] | None, Query(description="me: only stops assigned to you")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> WorklistPage:
    """List the stops in your areas: the gravest first, then the oldest, then in walking order (estate, building, entrance, …).

    The order is the same for the whole release. Stops resolved since are left out, so that a page may have fewer than
    `limit`. Stops that wait for a lead's decision are not listed for grid workers; they have `for_lead`.
    """
    only = assignments.assignments_of(state.casebook, session.user.username) if assigned else None
    current = partial(assignments.current_assignments, state.casebook)
    stops = Worklist(view, live_findings, current, for_leads=session.user.role != "grid_worker")
    items, next_cursor = stops.page(place, order, severity, grid_code, only, limit, cursor)
    return WorklistPage(items=items, next_cursor=next_cursor, release=view.release_id)
