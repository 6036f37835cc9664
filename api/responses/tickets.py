"""12345 tickets beside the homes they are about: the open ones of a stop, and repeats of one matter as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from api.schemas import Row
from api.view import View
from warehouse.access.filters import Condition

OPEN: Final = ("awaiting_dispatch", "handling")  # a returned ticket (退单) waits for nobody


def open_tickets(view: View, homes: Sequence[Row]) -> dict[str, list[Row]]:
    """By dwelling its open tickets, the oldest first; `homes` have dwelling_id and grid_code."""
    ids = sorted({home["dwelling_id"] for home in homes} - {None})
    grids = {home["grid_code"] for home in homes}
    # the file is sorted by grid: naming the grids spares reading the rest of the city
    near = [] if None in grids else [Condition("grid_code", "in", sorted(grids))]
    at_home = (Condition("dwelling_id", "in", ids), Condition("status", "in", OPEN), *near)
    rows = view.rows("ticket", *at_home, order=("reported_at", "ticket_id")) if ids else []
    found: dict[str, list[Row]] = defaultdict(list)
    for ticket in view.labelled("ticket", rows):
        found[ticket["dwelling_id"]].append(ticket)
    return found


def repeated_requests(tickets: Sequence[Row]) -> list[Row]:
    """Tickets (with labels) by the matter they are about, the matter last called about first.

    Nothing of an older release, whose tickets name no matter.
    """
    about: dict[str, list[Row]] = defaultdict(list)
    for ticket in tickets:
        if ticket.get("matter_id"):
            about[ticket["matter_id"]].append(ticket)
    found = [_matter(matter_id, rows) for matter_id, rows in about.items()]
    return sorted(found, key=lambda m: (m["last_reported_at"], m["matter_id"]), reverse=True)


def _matter(matter_id: str, tickets: Sequence[Row]) -> Row:
    return {
        "matter_id": matter_id,
        "request_class": tickets[0]["request_class"],
        "request_class_label": tickets[0]["request_class_label"],
        "tickets": len(tickets),
        "open": sum(ticket["status"] in OPEN for ticket in tickets),
        "overdue": sum(bool(ticket["overdue"]) for ticket in tickets),
        "first_reported_at": min(ticket["reported_at"] for ticket in tickets),
        "last_reported_at": max(ticket["reported_at"] for ticket in tickets),
        "ticket_nos": [ticket["ticket_no"] for ticket in tickets],
    }
