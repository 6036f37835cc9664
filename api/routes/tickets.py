"""12345工单 tickets of homes, with their time limits and the findings at the same homes."""

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
    """A ticket with the findings at its home."""

    findings: list[Finding] = Field(description="findings that wait for a verdict at the ticket's home")


class TicketPage(Page[TicketWithFindings]):
    """A page of tickets in your areas, newest first."""


@router.get("", responses=problems(400, 401, 404, 410))
def tickets(
    view: ViewDep,
    live_findings: LiveFindingsDep,
    dwelling_id: Annotated[str | None, Query(pattern="^[0-9a-f]{32}$", description="only about this dwelling")] = None,
    request_class: Annotated[
        str | None, Query(max_length=50, description="only of this code of request_class", examples=["heating"])
    ] = None,
    overdue: Annotated[
        bool | None, Query(description="true: only those resolved after their limit, or open beyond it")
    ] = None,
    status: Annotated[
        str | None, Query(max_length=50, description="only with this code of ticket_status", examples=["handling"])
    ] = None,
    with_finding: Annotated[bool, Query(description="true: only of homes where findings wait for a verdict")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TicketPage:
    """List tickets in your areas, newest first, with time limit, matter and the findings at their homes."""
    equal = {"dwelling_id": dwelling_id, "request_class": request_class, "status": status, "overdue": overdue}
    where: list[Filter] = [Condition(name, "eq", value) for name, value in equal.items() if value is not None]
    where += [InTable("dwelling_id", "stop", "dwelling_id")] if with_finding else []
    rows, next_cursor = view.page("ticket", where, limit, cursor, order=("-reported_at", "ticket_id"))
    homes = sorted({row["dwelling_id"] for row in rows} - {None})
    found = (
        view.rows("finding", Condition("stop_id", "in", homes), Condition("status", "in", UNDECIDED_STATUSES))
        if homes
        else []
    )
    at_home: dict[str, list[Row]] = defaultdict(list)
    for finding in finding_rows(view, [f for f in live_findings(found) if f["status"] in UNDECIDED_STATUSES]):
        at_home[finding["stop_id"]].append(finding)
    items = [row | {"findings": at_home.get(row["dwelling_id"], [])} for row in view.with_labels("ticket", rows)]
    items = [item for item in items if item["findings"] or not with_finding]
    return TicketPage(items=items, next_cursor=next_cursor, release=view.release_id)
