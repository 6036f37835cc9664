"""报送 deliveries: an office's own desk. It uploads, checks, follows what it sent, and fetches its receipts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from api.body_limits import takes_up_to
from api.dependencies import DeliveryDeskDep, OfficeDep, ReleaseIdDep, StateDep
from api.errors import ServiceBusy
from api.paging import Cursor, Limit, PagePosition
from api.responses.precheck import run_precheck
from api.schemas import problems
from api.uploads import receive_upload
from warehouse.files import private_folder
from warehouse.lake.lake import Delivery, Status
from warehouse.lake.receipts import MEDIA_TYPES, media_type, receipt_name

router = APIRouter(prefix="/v1/deliveries", tags=["deliveries"])
BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"format": "binary"}}}}}
RECEIPT: dict[int | str, dict[str, Any]] = {
    200: {"content": {media: {} for media in MEDIA_TYPES.values()}, "description": "the receipt"}
}
DeliveryId = Annotated[str, Path(description="`delivery` of the list", examples=["889d0ad4cf11c221"])]
FileName = Annotated[
    str,
    Query(min_length=1, max_length=200, description="the agreed name of the file", examples=["人口信息_20240301.csv"]),
]


class DeliveryCounts(BaseModel):
    """What reading a file came to; `read = accepted + rejected`, in rows."""

    table: str = Field(examples=["resident"])
    label: str = Field(examples=["人口登记"])
    file_name: str
    status: Status
    read: int
    accepted: int
    rejected: int
    ignored: int = Field(description="totals and the like, which are no records")
    by_rule: dict[str, int] = Field(description="rules that sent rows back, and how often each was broken")
    warnings: dict[str, int] = Field(description="rules that were only reported")
    unknown_columns: list[str] = Field(description="columns that nobody agreed on; they are left out")
    reason: str = Field(description="why the whole file is not in force, for the office; empty if it is")
    advice: str = Field(description="what the office can do about it")


class DeliveryOut(DeliveryCounts):
    """A delivery (报送): a file, what reading it came to, and whether it counts."""

    delivery: str = Field(description="id: the head of the SHA-256 of the bytes", examples=["889d0ad4cf11c221"])
    in_force: bool = Field(description="it counts in the next release; an accepted one may have given way to a newer")
    delivered_on: date = Field(description="the date of the data")
    received_at: datetime
    decision: str = Field(description="the operator's reason where she withdrew or accepted it; else empty")


class Deliveries(BaseModel):
    """Deliveries, newest data first."""

    items: list[DeliveryOut]
    next_cursor: str | None = Field(None, description="send it as `cursor` for the next page; null at the end")
    release: str | None = Field(description="the release served now, if one is published")


class UploadResponse(BaseModel):
    """What an upload became."""

    items: list[DeliveryOut] = Field(description="the delivery; of a ZIP one for each file in it")
    release: str | None


class DeliveryResponse(BaseModel):
    """One delivery."""

    delivery: DeliveryOut
    release: str | None


class Issue(BaseModel):
    """A row that would go back, and why."""

    row: int = Field(description="as Excel counts")
    sheet: str
    column: str = Field(description="the office's own header")
    rule: str
    severity: str
    reason: str
    advice: str
    value: str | None = Field(description="masked")


class PrecheckResponse(DeliveryCounts):
    """What delivering a file would come to."""

    issues: list[Issue] = Field(description="the first 100")
    release: str | None


@router.get("", responses=problems(400, 401, 410))
def deliveries(
    desk: DeliveryDeskDep,
    release: ReleaseIdDep,
    table: Annotated[str | None, Query(max_length=100, description="of this table", examples=["resident"])] = None,
    status: Annotated[Status | None, Query(description="`waiting`: not read yet")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Deliveries:
    """What was delivered of your sources, newest data first. `waiting`: not read yet, the night does that."""
    place = PagePosition.of(cursor, release or "", ("deliveries", table, status))
    found = desk.deliveries(table, status)[place.at : place.at + limit + 1]
    rows, next_cursor = place.cut([{"delivery": d} for d in found], limit)
    return Deliveries(items=[_item(desk, r["delivery"]) for r in rows], next_cursor=next_cursor, release=release)


@router.get("/{delivery_id}", responses=problems(401, 404))
def delivery(delivery_id: DeliveryId, desk: DeliveryDeskDep, release: ReleaseIdDep) -> DeliveryResponse:
    """One delivery: its state and counts."""
    return DeliveryResponse(delivery=_item(desk, desk.delivery(delivery_id)), release=release)


@router.get("/{delivery_id}/receipt", response_class=FileResponse, responses=RECEIPT | problems(401, 404))
def receipt(delivery_id: DeliveryId, desk: DeliveryDeskDep) -> FileResponse:
    """The receipt 回执: every row that was sent back, and why; in the format the file came in."""
    found, path = desk.receipt(delivery_id)
    # given as a header, or Starlette would add an encoding that may not be the file's
    return FileResponse(path, filename=receipt_name(found), headers={"content-type": media_type(path)})


@router.post(
    "", status_code=202, openapi_extra=BODY, responses=problems(400, 401, 403, 413) | {200: {"model": UploadResponse}}
)
@takes_up_to(lambda settings: settings.largest_upload)
async def deliver(
    request: Request,
    response: Response,
    desk: DeliveryDeskDep,
    _: OfficeDep,
    release: ReleaseIdDep,
    file_name: FileName,
) -> UploadResponse:
    """Deliver a file, or a ZIP of files: its bytes are the body. 202: it waits for the night; 200: it was known."""
    await run_in_threadpool(desk.require_name, file_name, archive=True)
    async with receive_upload(request, desk.folder) as upload:
        taken = await run_in_threadpool(desk.take, upload, file_name)
    if not taken.new:
        response.status_code = 200
    return UploadResponse(items=[_item(desk, d) for d in taken.deliveries], release=release)


@router.post("/check", openapi_extra=BODY, responses=problems(400, 401, 403, 413, 429))
@takes_up_to(lambda settings: settings.largest_upload)
async def check_delivery(
    request: Request, hub: StateDep, desk: DeliveryDeskDep, _: OfficeDep, release: ReleaseIdDep, file_name: FileName
) -> PrecheckResponse:
    """What delivering this file would come to. Nothing of it is kept. Files of a ZIP are checked one by one."""
    await run_in_threadpool(desk.require_name, file_name, archive=False)
    private_folder(hub.settings.checks)
    with TemporaryDirectory(dir=hub.settings.checks) as folder:
        path = hub.settings.checks / folder / file_name
        async with receive_upload(request, path.parent) as upload:
            upload.path.rename(path)
        if not hub.checking.acquire(blocking=False):
            raise ServiceBusy("other files are being checked", remedy="try again in a minute, or deliver the file")
        try:
            found: dict[str, Any] = await run_in_threadpool(run_precheck, hub.settings, path)
        finally:
            hub.checking.release()
    found["file_name"] = found.pop("file")
    return PrecheckResponse(**found, label=desk.label(found["table"]), release=release)


def _item(desk: DeliveryDeskDep, found: Delivery) -> DeliveryOut:
    facts = asdict(found) | {"delivery": found.id, "label": desk.label(found.table), "reason": found.told}
    facts["in_force"] = desk.in_force(found)
    return DeliveryOut(**{name: facts[name] for name in DeliveryOut.model_fields})
