"""12345工单 tickets: what was reported of a home, with its limit, beside what the offices contradict each other about there."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.dependencies import LiveFindingsDep, ViewDep
from api.paging import Cursor, Limit
from api.responses.finding_file import Finding, finding_rows
from api.responses.tickets import Ticket
from api.schemas import Page, Row, problems
from warehouse.access.filters import Condition, Filter, InTable
from warehouse.cross_check.live_status import UNDECIDED_STATUSES

router = APIRouter(prefix="/v1/tickets", tags=["tickets"])


class TicketWithFindings(Ticket):
    """A ticket beside what the offices contradict each other about at its home."""

    findings: list[Finding] = Field(description="what waits at the ticket's home, as GET /v1/findings shows it")


class TicketPage(Page[TicketWithFindings]):
    """Tickets of your areas, the newest first."""


@router.get("", responses=problems(400, 401, 404, 410))
def tickets(
    caller: ViewDep,
    now: LiveFindingsDep,
    dwelling_id: Annotated[str | None, Query(pattern="^[0-9a-f]{32}$", description="about this dwelling")] = None,
    request_class: Annotated[
        str | None, Query(max_length=50, description="a code of request_class", examples=["heating"])
    ] = None,
    overdue: Annotated[bool | None, Query(description="resolved after the limit, or open beyond it")] = None,
    status: Annotated[
        str | None, Query(max_length=50, description="a code of ticket_status", examples=["handling"])
    ] = None,
    with_finding: Annotated[bool, Query(description="only of homes where findings wait")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TicketPage:
    """Tickets of your areas with due_at, limit_hours, overdue, the matter they belong to, and the findings of their homes."""
    asked = {"dwelling_id": dwelling_id, "request_class": request_class, "status": status, "overdue": overdue}
    where: list[Filter] = [Condition(name, "eq", value) for name, value in asked.items() if value is not None]
    where += [InTable("dwelling_id", "stop", "dwelling_id")] if with_finding else []
    rows, next_cursor = caller.page("ticket", where, limit, cursor, order=("-reported_at", "ticket_id"))
    homes = sorted({row["dwelling_id"] for row in rows} - {None})
    found = (
        caller.rows("finding", Condition("stop_id", "in", homes), Condition("status", "in", UNDECIDED_STATUSES))
        if homes
        else []
    )
    at_home: dict[str, list[Row]] = defaultdict(list)
    for finding in finding_rows(caller, [f for f in now(found) if f["status"] in UNDECIDED_STATUSES]):
        at_home[finding["stop_id"]].append(finding)
    items = [row | {"findings": at_home.get(row["dwelling_id"], [])} for row in caller.labelled("ticket", rows)]
    items = [item for item in items if item["findings"] or not with_finding]
    return TicketPage(items=items, next_cursor=next_cursor, release=caller.release_id)
