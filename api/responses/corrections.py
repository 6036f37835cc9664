"""Correction requests as answers show them, in the user's scope: of an office by its sources, of everybody else by area.

Not here: the endpoints (`routes/corrections.py`), texts of a request (`warehouse/corrections/presentation.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from pydantic import BaseModel, Field

from api.schemas import ReleaseResponse
from api.state import AppState
from api.view import View
from warehouse.access.policy import User
from warehouse.casebook.working_days import Calendar
from warehouse.corrections import queries
from warehouse.corrections.presentation import RequestPresenter
from warehouse.corrections.requests import Request
from warehouse.corrections.states import State


class EventOut(BaseModel):
    """A step of a correction request."""

    state: State
    due_on: date = Field(description="the last day from this step on")
    calendar: Calendar | None = Field(description="by which calendar it was counted")
    reason: str
    decided_by: str
    decided_at: datetime = Field(description="UTC")


class OfficeCorrection(BaseModel):
    """A correction request (更正请求) with its evidence and due date, as its office sees it.

    `stated` and `seen` are null if your role sees no values; a code is shown as its label, a number in its masked form.
    """

    id: int
    source: str = Field(description="the source table of the row to correct", examples=["resident"])
    source_label: str | None
    record_key: str | None = Field(description="the row's key at the office")
    delivery_id: str | None = Field(description="the delivery that has the row")
    file_name: str | None
    row_no: int | None = Field(description="row in that file, as Excel counts")
    entity: str = Field(examples=["person"])
    attribute: str = Field(examples=["living_address"])
    attribute_label: str = Field(description="the office's label of the attribute")
    stated: str | None = Field(description="the value the office states")
    stated_on: date | None
    seen: str | None = Field(description="the value observed instead")
    seen_on: date | None
    proof: str | None = Field(examples=["household_book"])
    proof_label: str | None
    rule: str | None = Field(description="the rule that found the contradiction")
    reason_code: str | None
    reason_code_label: str | None
    reason: str
    opened_by: str
    opened_at: datetime = Field(description="UTC")
    state: State
    state_label: str | None
    state_reason: str = Field(description="reason of the newest step")
    state_by: str
    state_at: datetime = Field(description="UTC")
    due_on: date = Field(description="the office's last day")
    provisional: bool = Field(description="true while the year's public holidays are not published: `due_on` may move")
    calendar: Calendar | None = Field(
        description="by which calendar `due_on` was counted: the State Council's, the bureau's own, or Monday to Friday"
    )
    calendar_label: str | None
    overdue: bool


class Correction(OfficeCorrection):
    """A correction request as everybody but its office sees it: with the person or home it is about."""

    entity_id: str
    grid_code: str | None
    finding_id: str | None


class CorrectionResponse(ReleaseResponse):
    """A correction request and its steps."""

    correction: Correction | OfficeCorrection = Field(description="an office gets no id of a person, home or grid")
    events: list[EventOut] = Field(description="every step after sending, oldest first")


@dataclass(frozen=True)
class CorrectionDesk:
    """The user's correction requests: of an office by its sources, of everybody else by area."""

    state: AppState
    user: User
    view: View
    presenter: RequestPresenter

    @property
    def is_office(self) -> bool:
        return self.user.role == "office"

    def requests(self, condition: queries.RequestFilter, after: int = 0) -> Iterator[Request]:
        """Her requests that fulfil the condition, with an id above `after`, oldest first."""
        if self.is_office:
            own, asked = self.user.sources, condition.sources
            condition = replace(condition, sources=sorted(own if asked is None else set(asked) & set(own)))
        return queries.each(self.state.casebook, condition, None if self.is_office else self.view.covers, after)

    def one(self, request_id: int) -> Request:
        """The request of that id. NotFound if there is none in her scope."""
        condition = queries.RequestFilter(ids=[request_id] if 0 < request_id < 2**31 else [])
        found = next(self.requests(condition), None)
        if found is None:
            raise queries.not_found()
        return found

    def disclose(self, request: Request) -> Request:
        """The request, recorded in the audit log as shown."""
        groups = ["personal"] if self.presenter.sees_values else []
        self.view.shown.add_rows(
            "correction_requests", [{"entity": request.entity, "entity_id": request.entity_id}], groups
        )
        return request

    def correction(self, request: Request) -> Correction | OfficeCorrection:
        """The request as the user may see it."""
        self.disclose(request)
        words = self.presenter.words(request)
        if self.is_office:
            return OfficeCorrection(**words)
        about = {"entity_id": request.entity_id, "grid_code": request.grid_code, "finding_id": request.finding_id}
        return Correction(**words | about)

    def response(self, request: Request) -> CorrectionResponse:
        """The request as the user may see it, with its steps."""
        steps = [EventOut(**event._asdict()) for event in queries.history(self.state.casebook, request)]
        return CorrectionResponse(correction=self.correction(request), events=steps, release=self.view.release_id)
