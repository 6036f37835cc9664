"""12345 tickets of homes: the open ones of a stop, and matters, in which repeated tickets are one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from api.contract_models import ContractRow, columns_of
from api.schemas import Row
from api.view import View
from warehouse.access.filters import Condition
from warehouse.prepared.layout import OPEN_TICKETS


class Ticket(ContractRow):
    """A ticket (12345工单). Repeats of one matter share a `matter_id`."""

    model_config = columns_of("ticket")


class Matter(BaseModel):
    """A matter (诉求事项): one or several tickets of a home about the same thing."""

    matter_id: str
    request_class: str
    request_class_label: str | None
    tickets: int = Field(description="number of tickets")
    open: int = Field(description="number not yet resolved")
    overdue: int = Field(description="number beyond their limit")
    first_reported_at: datetime
    last_reported_at: datetime
    ticket_nos: list[str] = Field(description="newest first")


def open_tickets(view: View, homes: Sequence[Row]) -> dict[str, list[Row]]:
    """Open tickets by dwelling id, oldest first; `homes` have dwelling_id and grid_code."""
    ids = sorted({home["dwelling_id"] for home in homes} - {None})
    grids = {home["grid_code"] for home in homes}
    # the table is sorted by grid: with the grids named the rest of the city is not read
    near = [] if None in grids else [Condition("grid_code", "in", sorted(grids))]
    at_home = (Condition("dwelling_id", "in", ids), Condition("status", "in", OPEN_TICKETS), *near)
    rows = view.rows("ticket", *at_home, order=("reported_at", "ticket_id")) if ids else []
    found: dict[str, list[Row]] = defaultdict(list)
    for ticket in view.with_labels("ticket", rows):
        found[ticket["dwelling_id"]].append(ticket)
    return found


def matters(tickets: Sequence[Row]) -> list[Matter]:
    """The matters of tickets (with labels), the last reported first.

    None for tickets of an older release, which have no matter_id.
    """
    about: dict[str, list[Row]] = defaultdict(list)
    for ticket in tickets:
        if ticket.get("matter_id"):
            about[ticket["matter_id"]].append(ticket)
    found = [_matter(matter_id, rows) for matter_id, rows in about.items()]
    return sorted(found, key=lambda matter: (matter.last_reported_at, matter.matter_id), reverse=True)


def _matter(matter_id: str, tickets: Sequence[Row]) -> Matter:
    return Matter(
        matter_id=matter_id,
        request_class=tickets[0]["request_class"],
        request_class_label=tickets[0]["request_class_label"],
        tickets=len(tickets),
        open=sum(ticket["status"] in OPEN_TICKETS for ticket in tickets),
        overdue=sum(bool(ticket["overdue"]) for ticket in tickets),
        first_reported_at=min(ticket["reported_at"] for ticket in tickets),
        last_reported_at=max(ticket["reported_at"] for ticket in tickets),
        ticket_nos=[ticket["ticket_no"] for ticket in tickets],
    )
