"""The worklist of stops: a stop is one home with its waiting findings, open tickets and assignee.

Belongs here: the contents of a stop. Does not: selecting stops and their walking order (`warehouse/worklist/stop.sql`),
assigning them (`warehouse/fieldwork/assignments.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Final, Literal, get_args

from pydantic import BaseModel, Field

from api.responses.finding_file import Finding, finding_rows
from api.responses.tickets import Ticket, open_tickets
from api.schemas import Row
from api.view import Slice, View
from warehouse.access.filters import Condition, Filter
from warehouse.cross_check.live_status import UNDECIDED_STATUSES, LiveFindings
from warehouse.cross_check.model import Severity
from warehouse.fieldwork.assignments import Assignment

RANKS: Final = {severity: rank for rank, severity in enumerate(get_args(Severity), 1)}  # as worklist/stop.sql
WALK: Final = ("grid_code", "walk_no")
AssignmentReader = Callable[[Collection[str]], Mapping[str, Assignment]]
Order = Literal["severity", "walk"]
PLACE: Final = (
    "stop_id",
    "place",
    "dwelling_id",
    "estate",
    "building_no",
    "entrance_no",
    "floor_no",
    "room_no",
    "grid_code",
)


class AssigneeOut(BaseModel):
    """The user to whom a stop is assigned."""

    username: str | None
    due_on: date | None = Field(description="the last day")


class StopOut(BaseModel):
    """A stop: one home to visit, or one case to check at a desk."""

    stop_id: str
    place: str = Field(description="door or desk")
    place_label: str | None
    dwelling_id: str | None
    address: str | None = Field(description="null if the home is unknown")
    estate: str | None
    building_no: int | None
    entrance_no: int | None
    floor_no: int | None
    room_no: int | None
    grid_code: str | None
    severity: str = Field(description="the highest of its findings")
    severity_label: str | None
    since: date = Field(description="the day the oldest of its findings was first found")
    for_lead: bool = Field(description="true if one of its findings waits for a lead's decision")
    visits: int = Field(description="visits so far to the most visited of its findings")
    assigned: AssigneeOut | None = Field(description="the user it is assigned to, if any")
    findings: list[Finding] = Field(description="by severity, then the oldest first")
    tickets: list[Ticket] = Field(description="open 12345 tickets of the home, oldest first")


class Worklist:
    """The stops of one user. Grid workers see open findings; other roles (`for_leads`) also see those that wait for a lead."""

    def __init__(self, view: View, live_findings: LiveFindings, assignments: AssignmentReader, for_leads: bool) -> None:
        self._view, self._live_findings, self._assignments = view, live_findings, assignments
        self._rank, self._since = ("severity_rank", "first_seen") if for_leads else ("open_severity_rank", "open_since")

    def page(
        self,
        place: str,
        order: Order,
        severity: str | None,
        grid_code: str | None,
        only: Collection[str] | None,
        limit: int,
        cursor: str | None,
    ) -> tuple[list[StopOut], str | None]:
        """One page of stops (`only` those of these ids, if given) and the cursor of the next. The order is the release's and thus
        stable; stops resolved since are left out, so that a page may be shorter than `limit`."""
        where: list[Filter] = [Condition("place", "eq", place), Condition(self._rank, "null", False)]
        where += [Condition("grid_code", "eq", grid_code)] if grid_code else []
        where += [Condition(self._rank, "eq", RANKS[severity])] if severity else []
        question = (place, order, severity, grid_code, only is not None)
        where += [Condition("stop_id", "in", sorted(only))] if only is not None else []
        by = WALK if order == "walk" else (self._rank, self._since, *WALK)
        columns = (*PLACE, "standard_address")
        found: Slice = self._view.page("stop", where, limit, cursor, columns=columns, order=by, question=question)
        return self._stops(found.items, place), found.next_cursor

    def _stops(self, rows: Sequence[Row], place: str) -> list[StopOut]:
        ids = [row["stop_id"] for row in rows]
        here = (
            Condition("stop_id", "in", ids),
            Condition("place", "eq", place),
            Condition("status", "in", UNDECIDED_STATUSES),
        )
        findings = self._live_findings.waiting(self._live_findings(self._view.rows("finding", *here))) if ids else []
        waiting: dict[str, list[Row]] = defaultdict(list)
        for finding in finding_rows(self._view, findings):
            waiting[finding["stop_id"]].append(finding)
        stops = [row for row in rows if row["stop_id"] in waiting]
        tickets, assignments = open_tickets(self._view, stops), self._assignments([row["stop_id"] for row in stops])
        return [
            self._stop(
                row, waiting[row["stop_id"]], tickets.get(row["dwelling_id"], []), assignments.get(row["stop_id"])
            )
            for row in stops
        ]

    def _stop(self, row: Row, findings: list[Row], tickets: list[Row], assignment: Assignment | None) -> StopOut:
        findings.sort(key=lambda f: (RANKS.get(f["severity"], 9), f["first_seen"], f["finding_id"]))
        severity = findings[0]["severity"]
        return StopOut(
            **{name: row[name] for name in PLACE},
            place_label=self._view.label("finding_place", row["place"]),
            address=row["standard_address"],
            severity=severity,
            severity_label=self._view.label("severity", severity),
            since=min(f["first_seen"] for f in findings),
            for_lead=any(f["status"] == "lead" for f in findings),
            visits=max(f["visits"] for f in findings),
            assigned=AssigneeOut(username=assignment.username, due_on=assignment.due_on) if assignment else None,
            findings=findings,
            tickets=tickets,
        )
