"""报送 deliveries: an office checks and uploads files, follows their state and downloads receipts."""

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
from api.dependencies import AuditDep, DeliveryDeskDep, OfficeDep, ReleaseIdDep, StateDep
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
DeliveryId = Annotated[str, Path(description="`delivery` in GET /v1/deliveries", examples=["889d0ad4cf11c221"])]
FileName = Annotated[
    str,
    Query(min_length=1, max_length=200, description="the agreed name of the file", examples=["人口信息_20240301.csv"]),
]


class DeliveryCounts(BaseModel):
    """Row counts from reading a file; `read = accepted + rejected`."""

    table: str = Field(examples=["resident"])
    label: str = Field(examples=["人口登记"])
    file_name: str
    status: Status
    read: int
    accepted: int
    rejected: int
    ignored: int = Field(description="rows that are no records, such as totals")
    by_rule: dict[str, int] = Field(description="number of rows rejected by each rule")
    warnings: dict[str, int] = Field(description="number of rows by rule that only warns")
    unknown_columns: list[str] = Field(description="columns that the contract does not have; they are ignored")
    reason: str = Field(description="the reason why the whole file is not in force; empty if it is")
    advice: str = Field(description="what the office can do about it")


class DeliveryOut(DeliveryCounts):
    """A delivery (报送): a file, its row counts, and whether it is in force."""

    delivery: str = Field(
        description="id: the first 16 digits of the SHA-256 of its bytes", examples=["889d0ad4cf11c221"]
    )
    in_force: bool = Field(description="true if the next release uses it; a newer delivery may replace an accepted one")
    delivered_on: date = Field(description="the date of the data")
    received_at: datetime
    decision: str = Field(description="the operator's reason if she withdrew or accepted it; else empty")


class Deliveries(BaseModel):
    """A page of deliveries, newest data first."""

    items: list[DeliveryOut]
    next_cursor: str | None = Field(None, description="send it as `cursor` for the next page; null at the end")
    release: str | None = Field(description="the release served now, if one is published")


class UploadResponse(BaseModel):
    """The deliveries of an upload."""

    items: list[DeliveryOut] = Field(description="the delivery; for a ZIP one for each file in it")
    release: str | None


class DeliveryResponse(BaseModel):
    """One delivery."""

    delivery: DeliveryOut
    release: str | None


class Issue(BaseModel):
    """A problem in a row of the file."""

    row: int = Field(description="its number as Excel counts rows")
    sheet: str
    column: str = Field(description="the office's own header")
    rule: str
    severity: str
    reason: str
    advice: str
    value: str | None = Field(description="masked")


class PrecheckResponse(DeliveryCounts):
    """The result that delivering a file would have."""

    issues: list[Issue] = Field(description="the first 100")
    release: str | None


@router.get("", responses=problems(400, 401, 410))
def deliveries(
    desk: DeliveryDeskDep,
    release: ReleaseIdDep,
    table: Annotated[
        str | None, Query(max_length=100, description="only of this source table", examples=["resident"])
    ] = None,
    status: Annotated[Status | None, Query(description="only in this status")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Deliveries:
    """List the deliveries of your sources, newest data first. Status `waiting`: to be read in the next night."""
    position = PagePosition.of(cursor, release or "", ("deliveries", table, status))
    found = desk.deliveries(table, status)[position.at : position.at + limit + 1]
    rows, next_cursor = position.cut([{"delivery": d} for d in found], limit)
    return Deliveries(items=[_item(desk, r["delivery"]) for r in rows], next_cursor=next_cursor, release=release)


@router.get("/{delivery_id}", responses=problems(401, 404))
def delivery(delivery_id: DeliveryId, desk: DeliveryDeskDep, release: ReleaseIdDep) -> DeliveryResponse:
    """Show one delivery with its status and row counts."""
    return DeliveryResponse(delivery=_item(desk, desk.delivery(delivery_id)), release=release)


@router.get("/{delivery_id}/receipt", response_class=FileResponse, responses=RECEIPT | problems(401, 404))
def receipt(delivery_id: DeliveryId, desk: DeliveryDeskDep, audit: AuditDep) -> FileResponse:
    """Download the receipt 回执: every rejected row and the reason, in the format of the delivered file."""
    found, path = desk.receipt(delivery_id)
    audit.shown.add(tables={f"receipt {found.table} {found.id}": found.rejected}, groups=["personal"])
    # as a header: Starlette would add an encoding that may not be the file's
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
    """Deliver a file, or a ZIP of files, as the body. 202: the next night reads it; 200: the same bytes were delivered before."""
    await run_in_threadpool(desk.require_name, file_name, archive=True)
    async with receive_upload(request, desk.folder) as upload:
        accepted = await run_in_threadpool(desk.take, upload, file_name)
    if not accepted.new:
        response.status_code = 200
    return UploadResponse(items=[_item(desk, d) for d in accepted.deliveries], release=release)


@router.post("/check", openapi_extra=BODY, responses=problems(400, 401, 403, 413, 429))
@takes_up_to(lambda settings: settings.largest_upload)
async def check_delivery(
    request: Request, state: StateDep, desk: DeliveryDeskDep, _: OfficeDep, release: ReleaseIdDep, file_name: FileName
) -> PrecheckResponse:
    """Check a file as if it were delivered; nothing of it is stored. A ZIP is not taken: send its files one by one."""
    await run_in_threadpool(desk.require_name, file_name, archive=False)
    private_folder(state.settings.checks)
    with TemporaryDirectory(dir=state.settings.checks) as folder:
        path = state.settings.checks / folder / file_name
        async with receive_upload(request, path.parent) as upload:
            upload.path.rename(path)
        with state.check_slots.take() as is_free:
            if not is_free:
                raise ServiceBusy("other files are being checked", remedy="try again in a minute, or deliver the file")
            found: dict[str, Any] = await run_in_threadpool(run_precheck, state.settings, path)
    found["file_name"] = found.pop("file")
    return PrecheckResponse(**found, label=desk.label(found["table"]), release=release)


def _item(desk: DeliveryDeskDep, found: Delivery) -> DeliveryOut:
    facts = asdict(found) | {"delivery": found.id, "label": desk.label(found.table), "reason": found.told}
    facts["in_force"] = desk.in_force(found)
    return DeliveryOut(**{name: facts[name] for name in DeliveryOut.model_fields})
