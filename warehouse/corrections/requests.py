"""Correction requests (更正请求) to the office that owns an attribute: their fields, and writing them.

A request is a row with its packet, its states are events: rows are never changed, the newest event counts. Each has a
clock of five working days. Not here: reading them (queries.py), the steps between states (states.py), the office's claims
(office_claims.py), the night's requests (night.py).
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
from warehouse.casebook.working_days import Calendar, Due, published_until
from warehouse.corrections.states import CLOCK_STATES, Actor, State, require_step

WORKING_DAYS: Final = 5  # to answer and to correct
CALENDAR_NEWS: Final[Mapping[Calendar, str]] = {
    "published": "节假日安排已公布",
    "operator": "本市已录入节假日安排",
    "weekdays": "节假日安排尚未公布",
}
HUB: Final = "hub"  # the user name under which the night opens, closes and reopens


@dataclass(frozen=True)
class Packet:
    """The facts an office needs to correct a row: the row as it delivered it, and the observed value `seen`.

    `stated` and `seen` of a number are masked; tokens and ids of homes serve comparison only and are shown to nobody.
    `record_key` and `stated` are None if the office has no row about the entity, or none that states the attribute.
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
    """A sent packet with its reason, sender and current state; times are UTC.

    `state_by`, `state_reason` and `state_at` are those of the newest event, or of the request itself before any event.
    The clock runs from `clock_from`: when the request was sent or last reopened. `due_on` was counted by `calendar`; None for
    a clock set before the casebook noted that.
    """

    id: int = 0
    key: str = ""
    reason: str = ""
    opened_by: str = ""
    opened_at: datetime = datetime.min
    state: State = "sent"
    due_on: date = date.min
    calendar: Calendar | None = None
    clock_from: datetime = datetime.min
    state_by: str = ""
    state_reason: str = ""
    state_at: datetime = datetime.min

    @property
    def provisional(self) -> bool:
        """True if the due day may still move, because nobody knew the holidays of its year."""
        return Due(self.due_on, self.calendar).provisional if self.calendar else self.due_on > published_until()

    def overdue(self, today: date) -> bool:
        """True if the office's five working days are over."""
        return self.state in CLOCK_STATES and self.due_on < today


def was_sent(casebook: Casebook, key: str, sent: Mapping[str, Any]) -> bool:
    """True if the same was sent under the key before. CasebookError for an invalid key, KeyReused for a used one."""
    return casebook.ledger.is_written(requests, key, sent)


def send(
    casebook: Casebook, key: str, packet: Packet, reason: str, by: str, today: date, sent: Mapping[str, Any]
) -> bool:
    """Open a person's request; `sent` is the content as she sent it. False if it was sent before.

    CasebookError for an invalid reason, KeyReused if the key was used for something else.
    """
    return _send(casebook, key, packet, sent, casebook.ledger.signature(reason, by)["reason"], by, today)


def send_once(casebook: Casebook, key: str, packet: Packet, reason: str, today: date) -> bool:
    """Open a request of the hub itself, once per key. False if it was opened before."""
    return _send(casebook, key, packet, {"verdict": packet.verdict_key, "seen": packet.seen}, reason, HUB, today)


def _send(
    casebook: Casebook, key: str, packet: Packet, sent: Mapping[str, Any], reason: str, by: str, today: date
) -> bool:
    due = casebook.calendar().due_after(today, WORKING_DAYS)
    row = asdict(packet) | {"due_on": due.on, "calendar": due.calendar, "reason": reason, "decided_by": by}
    return casebook.ledger.once(requests, key, sent, row)


def answer(
    casebook: Casebook, request: Request, actor: Actor, state: State, reason: str, by: str, key: str, today: date
) -> bool:
    """Take the request into another state. False if the same was done under the key before, whatever came since.

    AccessError and Conflict as `require_step`; CasebookError for an invalid reason.
    """
    sent = {"request": request.id, "state": state, "reason": reason, "by": by}
    if casebook.ledger.is_written(events, key, sent):
        return False
    reason = casebook.ledger.signature(reason, by)["reason"]
    return _step(casebook, request, actor, state, reason, by, key, sent, today)


def settle_once(casebook: Casebook, request: Request, state: State, reason: str, key: str, today: date) -> bool:
    """Take the request into another state by the hub itself; False if it was done before.

    The reason is not searched for numbers: it names a delivery, whose id may look like one.
    """
    sent = {"request": request.id, "state": state}
    return _step(casebook, request, "hub", state, reason, HUB, key, sent, today)


def _step(
    casebook: Casebook,
    request: Request,
    actor: Actor,
    state: State,
    reason: str,
    by: str,
    key: str,
    sent: Mapping[str, Any],
    today: date,
) -> bool:
    due_on, calendar = request.due_on, request.calendar
    if state == "reopened":
        due_on, calendar = casebook.calendar().due_after(today, WORKING_DAYS)
    clock = {"due_on": due_on, "calendar": calendar}
    row = {"request_id": request.id, "state": state, **clock, "reason": reason, "decided_by": by}

    def check(so_far: Sequence[Row[Any]]) -> None:
        require_step(actor, so_far[-1].state if so_far else "sent", state)

    guard = Guard(events.c.request_id == request.id, check)
    return casebook.ledger.once_each([LogEntry(events, key, sent, row, guard=guard)])[0]


def move_clock(casebook: Casebook, request: Request, due: Due, key: str) -> bool:
    """Change the due day in the same state, because the calendar of its year is known now; False if done before."""
    moved_to = "不变" if due.on == request.due_on else f"由 {request.due_on} 改为 {due.on}"
    reason = f"{CALENDAR_NEWS[due.calendar]}，办理期限{moved_to}"
    clock = {"due_on": due.on, "calendar": due.calendar}
    row = {"request_id": request.id, "state": request.state, **clock, "reason": reason, "decided_by": HUB}

    def check(so_far: Sequence[Row[Any]]) -> None:
        if (so_far[-1].state if so_far else "sent") != request.state:
            raise Conflict("the request went on meanwhile", remedy="the next night looks again")

    guard = Guard(events.c.request_id == request.id, check)
    moved = LogEntry(events, key, {"request": request.id, "due_on": str(due.on)}, row, guard=guard)
    return casebook.ledger.once_each([moved])[0]
