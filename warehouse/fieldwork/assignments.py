"""Assignments: a stop is assigned to a user, or released again. The newest row on a stop counts.

Not here: which stops there are (the worklist), what was seen there (visits.py).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final, Literal, NamedTuple

from contracts.errors import AccessError
from warehouse.access.areas import area_prefix
from warehouse.access.masking import FIELD_ROLES, LEAD_ROLES
from warehouse.casebook.append_only import NothingToRevoke, record_reader
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.casebook.decision_log import DecisionLog
from warehouse.casebook.tables import assignments
from warehouse.fieldwork.submit import Fieldwork

ROUTINE: Final = "日常派单"


class AssignmentOrder(NamedTuple):
    """An assignment as a lead sends it: `username` visits the stop by `due_on`; both are None to release the stop."""

    key: str
    stop_id: str
    state: Literal["assigned", "released"]
    username: str | None = None
    due_on: date | None = None
    reason: str = ROUTINE


class Assignment(NamedTuple):
    """An order as the casebook keeps it; `decided_at` is UTC."""

    id: int
    key: str
    stop_id: str
    grid_code: str | None
    state: str
    username: str | None
    due_on: date | None
    reason: str
    decided_by: str
    decided_at: datetime


LOG: Final = DecisionLog(
    assignments, record_reader(Assignment), subject=lambda a: a.stop_id, holds=lambda a: a.state == "assigned"
)


def assign(door: Fieldwork, order: AssignmentOrder) -> bool:
    """Write an order down; it counts until the next one on that stop. False where exactly this was written before.

    AccessError for a user who is no lead; NotFound for a stop outside her scope; CasebookError for an assignee who cannot go
    there; NothingToRevoke if nobody is assigned to a stop to release; KeyReused.
    """
    if door.user.role not in LEAD_ROLES:
        raise AccessError("only a grid lead or a district supervisor assigns stops", remedy="ask your lead")
    sent = order._asdict() | {"by": door.user.username}
    del sent["key"]
    if door.casebook.ledger.is_written(assignments, order.key, sent):
        return False
    grid = door.scope.grid_of(order.stop_id)
    if order.state == "assigned":
        _require_goer(door, order, grid)
    elif order.username is not None or order.due_on is not None:
        raise CasebookError("a stop is released from whoever has it", where="username", remedy="leave name and day out")
    elif order.stop_id not in current_assignments(door.casebook):
        raise NothingToRevoke("nobody is assigned to this stop", remedy="see GET /v1/assignments")
    row = {"grid_code": grid} | {name: getattr(order, name) for name in ("stop_id", "state", "username", "due_on")}
    return LOG.add_once(door.casebook, order.key, sent, row, order.reason, door.user.username)


def history(casebook: Casebook, stop_id: str | None = None) -> list[Assignment]:
    """Every order, or those on one stop, oldest first."""
    return LOG.history(casebook, *([assignments.c.stop_id == stop_id] if stop_id is not None else []))


def current_assignments(casebook: Casebook, stop_ids: Collection[str] | None = None) -> dict[str, Assignment]:
    """By stop, or by those of some, who is to go there now."""
    some = [] if stop_ids is None else [assignments.c.stop_id.in_(stop_ids)]
    return {a.stop_id: a for a in LOG.current(casebook, *some)}


def assignments_of(casebook: Casebook, username: str) -> dict[str, Assignment]:
    """By stop, where somebody is to go now."""
    ever = {a.stop_id for a in LOG.history(casebook, assignments.c.username == username)}
    return {stop_id: a for stop_id, a in current_assignments(casebook, ever).items() if a.username == username}


def _require_goer(door: Fieldwork, order: AssignmentOrder, grid: str | None) -> None:
    accounts = {account.username: account for account in door.casebook.list_users()}
    who = accounts.get(order.username or "")
    if who is None or who.disabled or who.role not in FIELD_ROLES:
        raise CasebookError(
            "there is no such worker", where="username", remedy="name a grid worker or lead who is enabled"
        )
    if grid is not None and not any(grid.startswith(area_prefix(area)) for area in who.areas):
        raise CasebookError("the stop is not in her areas", where="username", remedy="name somebody who works there")
    if order.due_on is not None and order.due_on < door.inputs.today:
        raise CasebookError("this day has passed", where="due_on", remedy="give a day to come, or none")
