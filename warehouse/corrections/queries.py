"""Reads correction requests in their current state, and the events of one. Not here: writing them (requests.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, func, select

from warehouse.access.policy import NotFound
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.tables import correction_events as events
from warehouse.casebook.tables import correction_requests as requests
from warehouse.casebook.working_days import Calendar
from warehouse.corrections.requests import Request
from warehouse.corrections.states import CLOCK_STATES, State

AT_ONCE: Final = 500


class RequestEvent(NamedTuple):
    """One step of a request; `decided_at` is UTC, `due_on` the clock from here on, counted by `calendar`."""

    state: State
    due_on: date
    calendar: Calendar | None
    reason: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True)
class RequestFilter:
    """Conditions on requests, all of which must hold; None is no condition. `overdue_on`: overdue on that day."""

    sources: Sequence[str] | None = None
    state: State | None = None
    overdue_on: date | None = None
    ids: Sequence[int] | None = None
    about: tuple[str, str, str] | None = None  # entity, entity_id, attribute
    key: str | None = None


def find(
    casebook: Casebook, wanted: RequestFilter | None = None, after: int = 0, limit: int | None = None
) -> list[Request]:
    """Requests in their current state with a higher id than `after`, oldest first."""
    query = _current(wanted or RequestFilter()).where(requests.c.id > after).order_by(requests.c.id).limit(limit)
    return [_request(row) for row in casebook.ledger.ask(query)]


def each(
    casebook: Casebook, wanted: RequestFilter, covers: Callable[[str | None], bool] | None = None, after: int = 0
) -> Iterator[Request]:
    """As `find`, read in parts as they are needed; with `covers` only those of grids for which it is true."""
    while some := find(casebook, wanted, after, AT_ONCE):
        yield from (request for request in some if covers is None or covers(request.grid_code))
        after = some[-1].id


def not_found() -> NotFound:
    """The error for a request that does not exist or is outside the reader's rights, which look alike."""
    return NotFound("there is no such correction request", remedy="list them: GET /v1/corrections")


def history(casebook: Casebook, request: Request) -> list[RequestEvent]:
    """The events of a request after sending, oldest first."""
    return casebook.ledger.records(RequestEvent, events, events.c.request_id == request.id)


def _current(wanted: RequestFilter) -> Select[Any]:
    """Requests joined with their newest event, and with the newest event that restarted the clock."""
    of_request = select(events.c.request_id, func.max(events.c.id).label("id")).group_by(events.c.request_id)
    newest, again = of_request.subquery(), of_request.where(events.c.state == "reopened").subquery()
    reopened = events.alias()
    state, due_on = func.coalesce(events.c.state, "sent"), func.coalesce(events.c.due_on, requests.c.due_on)
    joined = (
        requests.outerjoin(newest, newest.c.request_id == requests.c.id)
        .outerjoin(events, events.c.id == newest.c.id)
        .outerjoin(again, again.c.request_id == requests.c.id)
        .outerjoin(reopened, reopened.c.id == again.c.id)
    )
    where: list[ColumnElement[bool]] = []
    if wanted.sources is not None:
        where.append(requests.c.source.in_(wanted.sources))
    if wanted.ids is not None:
        where.append(requests.c.id.in_(wanted.ids))
    if wanted.key is not None:
        where.append(requests.c.key == wanted.key)
    if wanted.about is not None:
        about = (requests.c.entity, requests.c.entity_id, requests.c.attribute)
        where += [column == value for column, value in zip(about, wanted.about, strict=True)]
    if wanted.state is not None:
        where.append(state == wanted.state)
    if wanted.overdue_on is not None:
        where += [state.in_(CLOCK_STATES), due_on < wanted.overdue_on]
    columns = [c for c in requests.c if c.name not in ("content", "due_on", "calendar", "decided_by", "decided_at")]
    return (
        select(
            *columns,
            requests.c.decided_by.label("opened_by"),
            requests.c.decided_at.label("opened_at"),
            state.label("state"),
            due_on.label("due_on"),
            func.coalesce(events.c.calendar, requests.c.calendar).label("calendar"),
            func.coalesce(events.c.decided_by, requests.c.decided_by).label("state_by"),
            func.coalesce(events.c.reason, requests.c.reason).label("state_reason"),
            func.coalesce(events.c.decided_at, requests.c.decided_at).label("state_at"),
            func.coalesce(reopened.c.decided_at, requests.c.decided_at).label("clock_from"),
        )
        .select_from(joined)
        .where(*where)
    )


def _request(row: Row[Any]) -> Request:
    return Request(**row._mapping)
