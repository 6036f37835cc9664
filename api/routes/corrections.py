"""更正请求 corrections: what offices are asked to correct. A lead asks and ends, the office that owns the row answers."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import LeadDep, ReleaseDep, SessionDep, StateDep, ViewDep
from api.paging import Cursor, Limit, PagePosition
from api.responses.corrections import Correction, CorrectionDesk, CorrectionResponse, OfficeCorrection
from api.schemas import Page, problems
from api.state import AppState
from contracts.errors import AccessError
from warehouse.access.masking import LEAD_ROLES
from warehouse.access.policy import ROW
from warehouse.corrections import queries
from warehouse.corrections.manual import ManualRequest, ManualRequests
from warehouse.corrections.presentation import RequestPresenter
from warehouse.corrections.requests import answer
from warehouse.corrections.states import Actor, State
from warehouse.corrections.workbook import file_name, workbook
from warehouse.fieldwork.validation import InputValidator
from warehouse.lake.receipts import MEDIA_TYPES

router = APIRouter(prefix="/v1/corrections", tags=["corrections"])
ACTORS: dict[str, Actor] = {"office": "office", **dict.fromkeys(LEAD_ROLES, "lead")}
WORKBOOK: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPES[".xlsx"]: {}}, "description": "the workbook"}
}
RequestId = Annotated[int, Path(description="`id` of the list")]
Key = Annotated[str, Field(min_length=8, max_length=64, description="made by you, kept for retries: a UUID")]
Reason = Annotated[str, Field(max_length=1000, description="why, in a sentence that names no person; it is kept")]


class CorrectionIn(BaseModel):
    """What an office is asked to correct, and why."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    entity: Literal["person", "dwelling"]
    entity_id: str = Field(pattern="^[0-9a-f]{32}$")
    attribute: str = Field(max_length=64, examples=["living_address"])
    seen: str | None = Field(None, max_length=500, description="what is so instead; of a coded attribute the code")
    dwelling_id: str | None = Field(None, pattern="^[0-9a-f]{32}$", description="or, of an address, the home")
    seen_on: date
    proof: str = Field(max_length=32, examples=["household_book"])
    reason: Reason


class StepIn(BaseModel):
    """What becomes of a request."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    state: Literal["accepted", "refused", "closed", "reopened"] = Field(
        description="accepted, refused: the office; closed, reopened: a lead"
    )
    reason: Reason


class CorrectionPage(Page[Correction | OfficeCorrection]):
    """Requests, oldest first; offices see no id of a person, home or grid."""


def correction_desk(hub: StateDep, session: SessionDep, caller: ViewDep, release: ReleaseDep) -> CorrectionDesk:
    """NotFound for whoever sees no claims and is no office: for her there are no requests."""
    office = session.user.role == "office"
    sees = office or caller.grant("claim").treatments["value"] == "full"
    promised = hub.promised(release)
    reader = RequestPresenter(promised.catalog, promised.code_lists, _today(hub), sees)
    return CorrectionDesk(hub, session.user, caller, reader)


CorrectionDeskDep = Annotated[CorrectionDesk, Depends(correction_desk)]


def request_filter(
    hub: StateDep,
    source: Annotated[str | None, Query(max_length=64, description="to this table", examples=["resident"])] = None,
    state: Annotated[State | None, Query(description="as it stands now")] = None,
    overdue: Annotated[bool, Query(description="only those whose clock has run out")] = False,
) -> queries.RequestFilter:
    return queries.RequestFilter(
        sources=None if source is None else [source], state=state, overdue_on=_today(hub) if overdue else None
    )


RequestFilterDep = Annotated[queries.RequestFilter, Depends(request_filter)]


@router.get("", responses=problems(400, 401, 404, 410))
def corrections(
    mine: CorrectionDeskDep, wanted: RequestFilterDep, limit: Limit = 50, cursor: Cursor = None
) -> CorrectionPage:
    """An office: requests to its sources. Others: those of your areas. Oldest first, each with its packet and clock."""
    place = PagePosition.of(cursor, mine.view.release_id, ("corrections", wanted))
    found = islice(mine.requests(wanted, max(place.at - 1, 0)), limit + 1)
    rows, next_cursor = place.cut([{"request": request, ROW: request.id} for request in found], limit)
    items = [mine.correction(row["request"]) for row in rows]
    return CorrectionPage(items=items, next_cursor=next_cursor, release=mine.view.release_id)


@router.get("/export", response_class=Response, responses=WORKBOOK | problems(401, 404))
def corrections_workbook(mine: CorrectionDeskDep, wanted: RequestFilterDep) -> Response:
    """The same as a workbook (XLSX): one row per request, those overdue in red."""
    content = workbook(mine.requests(wanted), mine.reader, mine.hub.zone)
    name = file_name(mine.reader.today, *(wanted.sources or ()))
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=MEDIA_TYPES[".xlsx"], headers=headers)


@router.get("/{request_id}", responses=problems(401, 404))
def correction(request_id: RequestId, mine: CorrectionDeskDep) -> CorrectionResponse:
    """One request and what became of it."""
    return mine.response(mine.one(request_id))


@router.post("", status_code=201, responses=problems(400, 401, 403, 404, 409) | {200: {"model": CorrectionResponse}})
def ask_for_correction(
    body: CorrectionIn, response: Response, mine: CorrectionDeskDep, lead: LeadDep
) -> CorrectionResponse:
    """Ask the office that owns the attribute to correct it. 201: sent; 200: that was sent under this key already."""
    if not mine.reader.sees_values:
        raise AccessError("your role sees no values of persons", remedy="the grid's lead asks for it")
    words = InputValidator(mine.reader.code_lists, mine.hub.zone, mine.hub.casebook.ledger.now)
    by_hand = ManualRequests(mine.hub.casebook, mine.view.rows, mine.reader.catalog, words)
    request, new = by_hand.ask(body.key, ManualRequest(**body.model_dump(exclude={"key"})), lead.username)
    response.status_code = 201 if new else 200
    return mine.response(request)


@router.post(
    "/{request_id}/events",
    status_code=201,
    responses=problems(400, 401, 403, 404, 409) | {200: {"model": CorrectionResponse}},
)
def correction_step(
    request_id: RequestId, body: StepIn, response: Response, mine: CorrectionDeskDep
) -> CorrectionResponse:
    """The office answers, or a lead closes or reopens. 201: done; 200: that was done under this key already."""
    request, actor = mine.one(request_id), ACTORS.get(mine.user.role)
    if actor is None:
        raise AccessError("only the office and a lead answer a request", remedy="tell your lead what you know")
    casebook, today = mine.hub.casebook, mine.reader.today
    new = answer(casebook, request, actor, body.state, body.reason, mine.user.username, body.key, today)
    response.status_code = 201 if new else 200
    return mine.response(mine.one(request_id))


def _today(hub: AppState) -> date:
    return hub.casebook.ledger.now().astimezone(hub.zone).date()
