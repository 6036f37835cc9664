"""Correction requests (更正请求): what the office that owns an attribute is asked to correct, and what became of it.

A request is a row with its packet, its states are events: nothing is changed, the newest event counts. Each has a clock
of five working days. Belongs here: their shape, and writing them. Does not: reading them (queries.py), which steps
there are (states.py), what the office states (office_claims.py), what the night does (night.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row

from warehouse.casebook.append_only import Conflict, Guard, LogEntry
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.tables import correction_events as events
from warehouse.casebook.tables import correction_requests as requests
from warehouse.corrections.states import RUNNING, Actor, State, require_step
from warehouse.corrections.working_days import due_after, is_provisional

WORKING_DAYS: Final = 5  # to answer and to correct
HUB: Final = "hub"  # who closes and reopens by itself


@dataclass(frozen=True)
class Packet:
    """What an office needs to correct a row: the row as it delivered it, and what was seen instead.

    Of a number `stated` and `seen` are masked forms; tokens and ids of homes are for comparing and shown to nobody.
    `record_key`, `stated` are None where the office has no row about it, or says nothing of it.
    """

    source: str
    entity: str
    entity_id: str
    attribute: str
    seen: str
    seen_token: str | None = None
    seen_dwelling_id: str | None = None
    seen_on: date | None = None
    proof: str | None = None
    grid_code: str | None = None
    record_key: str | None = None
    stated: str | None = None
    stated_token: str | None = None
    delivery_id: str | None = None
    row_no: int | None = None
    file_name: str | None = None
    stated_on: date | None = None
    verdict_key: str | None = None
    finding_id: str | None = None
    rule: str | None = None
    reason_code: str | None = None


@dataclass(frozen=True)
class Request(Packet):
    """A packet that was sent, why, by whom, and how it stands now; moments are UTC. `state_by`, `state_reason` and
    `state_at` are of the newest event; of a request that nobody answered, of the request itself. The clock runs since
    `clock_from`: when it was sent, or reopened last."""

    id: int = 0
    key: str = ""
    reason: str = ""
    opened_by: str = ""
    opened_at: datetime = datetime.min
    state: State = "sent"
    due_on: date = date.min
    clock_from: datetime = datetime.min
    state_by: str = ""
    state_reason: str = ""
    state_at: datetime = datetime.min

    @property
    def provisional(self) -> bool:
        """Whether the clock may still move, for the calendar of that year is not published."""
        return is_provisional(self.due_on)

    def overdue(self, today: date) -> bool:
        """Whether the office's five working days are over."""
        return self.state in RUNNING and self.due_on < today


def was_sent(casebook: Casebook, key: str, sent: Mapping[str, Any]) -> bool:
    """Whether exactly this was sent under the key before. CasebookError for no key, KeyReused for another's."""
    return casebook.ledger.is_written(requests, key, sent)


def send(
    casebook: Casebook, key: str, packet: Packet, reason: str, by: str, today: date, sent: Mapping[str, Any]
) -> bool:
    """Open a request that somebody asks for; `sent` is what she herself sent. False where it was sent before.

    CasebookError for a reason that may not be kept, KeyReused where the key stands for something else.
    """
    return _send(casebook, key, packet, sent, casebook.ledger.signed(reason, by)["reason"], by, today)


def send_once(casebook: Casebook, key: str, packet: Packet, reason: str, today: date) -> bool:
    """Open the hub's own request: whatever the office states by now, one key is one request."""
    return _send(casebook, key, packet, {"verdict": packet.verdict_key, "seen": packet.seen}, reason, HUB, today)


def _send(
    casebook: Casebook, key: str, packet: Packet, sent: Mapping[str, Any], reason: str, by: str, today: date
) -> bool:
    row = asdict(packet) | {"due_on": due_after(today, WORKING_DAYS).on, "reason": reason, "decided_by": by}
    return casebook.ledger.once(requests, key, sent, row)


def answer(
    casebook: Casebook, request: Request, actor: Actor, state: State, reason: str, by: str, key: str, today: date
) -> bool:
    """Take the request into another state. False where exactly this was done under the key before, whatever came since.

    AccessError and Conflict as `require_step`; CasebookError for a reason that may not be kept.
    """
    said = {"request": request.id, "state": state, "reason": reason, "by": by}
    if casebook.ledger.is_written(events, key, said):
        return False
    reason = casebook.ledger.signed(reason, by)["reason"]
    return _step(casebook, request, actor, state, reason, by, key, said, today)


def settle_once(casebook: Casebook, request: Request, state: State, reason: str, key: str, today: date) -> bool:
    """The hub's own step; its reason names a delivery, which may look like somebody's number and is none."""
    said = {"request": request.id, "state": state}
    return _step(casebook, request, "hub", state, reason, HUB, key, said, today)


def _step(
    casebook: Casebook,
    request: Request,
    actor: Actor,
    state: State,
    reason: str,
    by: str,
    key: str,
    said: Mapping[str, Any],
    today: date,
) -> bool:
    due_on = due_after(today, WORKING_DAYS).on if state == "reopened" else request.due_on
    row = {"request_id": request.id, "state": state, "due_on": due_on, "reason": reason, "decided_by": by}

    def check(so_far: Sequence[Row[Any]]) -> None:
        require_step(actor, so_far[-1].state if so_far else "sent", state)

    guard = Guard(events.c.request_id == request.id, check)
    return casebook.ledger.once_each([LogEntry(events, key, said, row, guard=guard)])[0]


def move_clock(casebook: Casebook, request: Request, due_on: date, key: str) -> bool:
    """Another last day in the same state: the calendar of that year was published since."""
    reason = f"节假日安排已公布，办理期限由 {request.due_on} 改为 {due_on}"
    row = {"request_id": request.id, "state": request.state, "due_on": due_on, "reason": reason, "decided_by": HUB}

    def check(so_far: Sequence[Row[Any]]) -> None:
        if (so_far[-1].state if so_far else "sent") != request.state:
            raise Conflict("the request went on meanwhile", remedy="the next night looks again")

    guard = Guard(events.c.request_id == request.id, check)
    moved = LogEntry(events, key, {"request": request.id, "due_on": str(due_on)}, row, guard=guard)
    return casebook.ledger.once_each([moved])[0]
