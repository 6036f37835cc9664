"""更正请求 corrections: requests to an office to correct a row. A lead opens and closes a request, the office answers it."""

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
Key = Annotated[
    str,
    Field(
        min_length=8, max_length=64, description="idempotency key made by you, such as a UUID; send it again on a retry"
    ),
]
Reason = Annotated[str, Field(max_length=1000, description="why, in a sentence that names no person; it is kept")]


class CorrectionIn(BaseModel):
    """A request to correct an attribute of a person or home."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    entity: Literal["person", "dwelling"]
    entity_id: str = Field(pattern="^[0-9a-f]{32}$")
    attribute: str = Field(max_length=64, examples=["living_address"])
    seen: str | None = Field(None, max_length=500, description="the observed value; a code for a coded attribute")
    dwelling_id: str | None = Field(
        None, pattern="^[0-9a-f]{32}$", description="instead of `seen`, for an address: the home"
    )
    seen_on: date
    proof: str = Field(max_length=32, examples=["household_book"])
    reason: Reason


class StepIn(BaseModel):
    """The next step of a request."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    state: Literal["accepted", "refused", "closed", "reopened"] = Field(
        description="accepted, refused: the office; closed, reopened: a lead"
    )
    reason: Reason


class CorrectionPage(Page[Correction | OfficeCorrection]):
    """A page of correction requests, oldest first; an office gets no id of a person, home or grid."""


def correction_desk(state: StateDep, session: SessionDep, view: ViewDep, release: ReleaseDep) -> CorrectionDesk:
    """The user's correction requests. NotFound if she is no office and may not see claims."""
    office = session.user.role == "office"
    sees_values = office or view.grant("claim").treatments["value"] == "full"
    snapshot = state.snapshot_for(release)
    presenter = RequestPresenter(snapshot.catalog, snapshot.code_lists, _today(state), sees_values)
    return CorrectionDesk(state, session.user, view, presenter)


CorrectionDeskDep = Annotated[CorrectionDesk, Depends(correction_desk)]


def request_filter(
    app_state: StateDep,
    source: Annotated[
        str | None,
        Query(max_length=64, description="only requests about rows of this source table", examples=["resident"]),
    ] = None,
    state: Annotated[State | None, Query(description="only those in this state now")] = None,
    overdue: Annotated[bool, Query(description="only those past their due date")] = False,
) -> queries.RequestFilter:
    """The condition that the query parameters of a list or export state."""
    return queries.RequestFilter(
        sources=None if source is None else [source], state=state, overdue_on=_today(app_state) if overdue else None
    )


RequestFilterDep = Annotated[queries.RequestFilter, Depends(request_filter)]


@router.get("", responses=problems(400, 401, 404, 410))
def corrections(
    desk: CorrectionDeskDep, condition: RequestFilterDep, limit: Limit = 50, cursor: Cursor = None
) -> CorrectionPage:
    """List the correction requests to your sources (offices) or in your areas (others), oldest first."""
    position = PagePosition.of(cursor, desk.view.release_id, ("corrections", condition))
    found = islice(desk.requests(condition, max(position.at - 1, 0)), limit + 1)
    rows, next_cursor = position.cut([{"request": request, ROW: request.id} for request in found], limit)
    items = [desk.correction(row["request"]) for row in rows]
    return CorrectionPage(items=items, next_cursor=next_cursor, release=desk.view.release_id)


@router.get("/export", response_class=Response, responses=WORKBOOK | problems(401, 404))
def corrections_workbook(desk: CorrectionDeskDep, condition: RequestFilterDep) -> Response:
    """Download the requests of GET /v1/corrections as a workbook (XLSX): one row for each, overdue ones in red."""
    content = workbook(map(desk.disclose, desk.requests(condition)), desk.presenter, desk.state.zone)
    name = file_name(desk.presenter.today, *(condition.sources or ()))
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=MEDIA_TYPES[".xlsx"], headers=headers)


@router.get("/{request_id}", responses=problems(401, 404))
def correction(request_id: RequestId, desk: CorrectionDeskDep) -> CorrectionResponse:
    """Show one correction request and its steps."""
    return desk.response(desk.one(request_id))


@router.post("", status_code=201, responses=problems(400, 401, 403, 404, 409) | {200: {"model": CorrectionResponse}})
def ask_for_correction(
    body: CorrectionIn, response: Response, desk: CorrectionDeskDep, lead: LeadDep
) -> CorrectionResponse:
    """Ask the office that owns an attribute to correct it. 201: sent; 200: the same was sent before under this key."""
    if not desk.presenter.sees_values:
        raise AccessError("your role sees no values of persons", remedy="the grid's lead asks for it")
    inputs = InputValidator(desk.presenter.code_lists, desk.state.zone, desk.state.casebook.ledger.now)
    manual = ManualRequests(desk.state.casebook, desk.view.rows, desk.presenter.catalog, inputs)
    request, new = manual.ask(body.key, ManualRequest(**body.model_dump(exclude={"key"})), lead.username)
    response.status_code = 201 if new else 200
    return desk.response(request)


@router.post(
    "/{request_id}/events",
    status_code=201,
    responses=problems(400, 401, 403, 404, 409) | {200: {"model": CorrectionResponse}},
)
def correction_step(
    request_id: RequestId, body: StepIn, response: Response, desk: CorrectionDeskDep
) -> CorrectionResponse:
    """Answer a request (offices), or close or reopen it (leads). 201: done; 200: the same was done before under this key."""
    request, actor = desk.one(request_id), ACTORS.get(desk.user.role)
    if actor is None:
        raise AccessError("only the office and a lead answer a request", remedy="tell your lead what you know")
    casebook, today = desk.state.casebook, desk.presenter.today
    new = answer(casebook, request, actor, body.state, body.reason, desk.user.username, body.key, today)
    response.status_code = 201 if new else 200
    return desk.response(desk.one(request_id))


def _today(state: AppState) -> date:
    return state.casebook.ledger.now().astimezone(state.zone).date()
