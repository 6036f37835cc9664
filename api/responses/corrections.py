"""Correction requests as an answer shows them, and whose they are: an office's by its sources, everybody else's by area.

Not here: the endpoints (routes/corrections.py), the words of a request (warehouse/corrections/presentation.py).
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
from warehouse.corrections import queries
from warehouse.corrections.presentation import RequestPresenter
from warehouse.corrections.requests import Request
from warehouse.corrections.states import State


class EventOut(BaseModel):
    """A step of a request."""

    state: State
    due_on: date = Field(description="the clock from here on")
    reason: str
    decided_by: str
    decided_at: datetime = Field(description="UTC")


class OfficeCorrection(BaseModel):
    """A correction request (更正请求) with its packet and its clock, as its office reads it.

    `stated` and `seen` are null where your role sees no values; what is coded shows its label, a number its masked form.
    """

    id: int
    source: str = Field(description="the table whose row it is", examples=["resident"])
    source_label: str | None
    record_key: str | None = Field(description="the row's number at the office")
    delivery_id: str | None = Field(description="the file it stands in")
    file_name: str | None
    row_no: int | None = Field(description="row in that file, as Excel counts")
    entity: str = Field(examples=["person"])
    attribute: str = Field(examples=["living_address"])
    attribute_label: str = Field(description="as the office calls it")
    stated: str | None = Field(description="what the office states")
    stated_on: date | None
    seen: str | None = Field(description="what was seen instead")
    seen_on: date | None
    proof: str | None = Field(examples=["household_book"])
    proof_label: str | None
    rule: str | None = Field(description="that doubted it")
    reason_code: str | None
    reason_code_label: str | None
    reason: str
    opened_by: str
    opened_at: datetime = Field(description="UTC")
    state: State
    state_label: str | None
    state_reason: str = Field(description="of the newest step")
    state_by: str
    state_at: datetime = Field(description="UTC")
    due_on: date = Field(description="the office's last day")
    provisional: bool = Field(description="that year's holidays are not published: `due_on` may move")
    overdue: bool


class Correction(OfficeCorrection):
    """The same for everybody else: with what it is about."""

    entity_id: str
    grid_code: str | None
    finding_id: str | None


class CorrectionResponse(ReleaseResponse):
    """A request and what became of it."""

    correction: Correction | OfficeCorrection = Field(description="offices see no id of a person, home or grid")
    events: list[EventOut] = Field(description="every step after sending, oldest first")


@dataclass(frozen=True)
class CorrectionDesk:
    """Whose requests these are: an office's by its sources, everybody else's by area."""

    hub: AppState
    user: User
    view: View
    reader: RequestPresenter

    @property
    def is_office(self) -> bool:
        return self.user.role == "office"

    def requests(self, wanted: queries.RequestFilter, after: int = 0) -> Iterator[Request]:
        """Those of hers, oldest first."""
        if self.is_office:
            mine = self.user.sources if wanted.sources is None else set(wanted.sources) & set(self.user.sources)
            wanted = replace(wanted, sources=sorted(mine))
        return queries.each(self.hub.casebook, wanted, None if self.is_office else self.view.covers, after)

    def one(self, request_id: int) -> Request:
        """NotFound for one that is not there, or not hers."""
        wanted = queries.RequestFilter(ids=[request_id] if 0 < request_id < 2**31 else [])
        found = next(self.requests(wanted), None)
        if found is None:
            raise queries.not_found()
        return found

    def correction(self, request: Request) -> Correction | OfficeCorrection:
        """As she may read it."""
        words = self.reader.words(request)
        if self.is_office:
            return OfficeCorrection(**words)
        about = {"entity_id": request.entity_id, "grid_code": request.grid_code, "finding_id": request.finding_id}
        return Correction(**words | about)

    def response(self, request: Request) -> CorrectionResponse:
        """With its steps."""
        steps = [EventOut(**vars(event)) for event in queries.history(self.hub.casebook, request)]
        return CorrectionResponse(correction=self.correction(request), events=steps, release=self.view.release_id)
