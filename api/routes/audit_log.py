"""审计日志 the audit log for the auditor: who looked at whom, alerts, and a resident's report. Ids only, no names or numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from api.dependencies import AuditorDep, ReleaseIdDep, StateDep, ViewDep
from api.paging import Limit
from api.schemas import ReleaseResponse, problems
from api.state import AppState
from warehouse.access.filters import Condition
from warehouse.audit_log.alerts import AlertDetector, Kind, alert_limits
from warehouse.audit_log.queries import RecordFilter, find_records
from warehouse.audit_log.record import IDS, AuditRecord
from warehouse.audit_log.report import ids_of_person, resident_report

router = APIRouter(prefix="/v1/audit", tags=["audit"])
ID = "^[0-9a-f]{32}$"
FirstDay = Annotated[date | None, Query(alias="from", description="the first day, in the hub's time zone")]
LastDay = Annotated[date | None, Query(alias="to", description="the last day")]


class AuditRecordOut(BaseModel):
    """A look at residents, a writing or a login: who, when, from where, at whom (ids)."""

    at: datetime = Field(description="UTC")
    user: str = Field(description="empty for a failed login: what was typed may be a password")
    role: str
    owner: str = Field(description="of an agent: the user for whom it acted; else empty")
    client: str = Field(description="the address of the client")
    method: str
    route: str = Field(description="the route's template", examples=["/v1/households/{household_id}"])
    status: int
    release: str
    reason: str
    failed_login: bool
    tables: dict[str, int] = Field(description="rows that were read, by table")
    groups: list[str] = Field(description="classifications of the columns shown", examples=[["personal masked"]])
    open_findings: int = Field(description="findings that waited there")
    persons: list[str]
    households: list[str]
    dwellings: list[str]
    records: list[str] = Field(description="office rows, delivery:row, that name a person without an id")


class AuditRecordPage(BaseModel):
    """A page of the audit log, newest first."""

    items: list[AuditRecordOut]
    next_offset: int | None = Field(description="send it as `offset` for older records; null at the end")
    release: str | None = Field(description="the release served now, if one is published")


class AuditAlertOut(BaseModel):
    """A reason to ask somebody, no verdict: many homes in an hour, looks at night, homes at which nothing waits."""

    at: datetime = Field(description="UTC")
    kind: Kind
    user: str
    role: str
    number: int = Field(description="homes that were opened when the limit was passed")
    period: str = Field(description="the hour or day", examples=["2026-11-29 08:00"])


class AuditAlertPage(BaseModel):
    """The alerts of one day, newest first."""

    items: list[AuditAlertOut]
    next_cursor: None = None
    release: str | None = Field(description="the release served now, if one is published")


class ReportLineOut(BaseModel):
    """One look at a resident's record, in words."""

    at: datetime = Field(description="in the hub's time zone")
    who: str = Field(examples=["网格员 worker1"])
    action: str = Field(examples=["查看一户一档"])
    reason: str
    seen: str
    text: str = Field(description="all of it in a sentence")


class ResidentReport(ReleaseResponse):
    """The looks at the record of one resident, with who and why, newest first; nothing of anybody else."""

    person_id: str = Field(description="the present id")
    items: list[ReportLineOut]


@router.get("/reads", responses=problems(401, 403))
def reads(
    state: StateDep,
    auditor: AuditorDep,
    release: ReleaseIdDep,
    user: Annotated[
        str | None, Query(max_length=64, description="only of this user and her agents, with her failed logins")
    ] = None,
    person: Annotated[str | None, Query(pattern=ID, description="only of this person (id)")] = None,
    household: Annotated[str | None, Query(pattern=ID, description="only of this household (id)")] = None,
    dwelling: Annotated[str | None, Query(pattern=ID, description="only of this dwelling (id)")] = None,
    first: FirstDay = None,
    last: LastDay = None,
    limit: Limit = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="`next_offset` of the previous answer")] = 0,
) -> AuditRecordPage:
    """List the records of the audit log, newest first: by user, by person, household or dwelling (ids), by day."""
    attempt = state.audit_log.attempt(user) if user else ""
    days = (first or date.min, last or date.max)
    condition = RecordFilter(*days, user, attempt, person, household, dwelling)
    found = [*islice(find_records(state.settings.audit, condition), offset, offset + limit + 1)]
    more = offset + limit if len(found) > limit else None
    return AuditRecordPage(items=[_record(record) for record in found[:limit]], next_offset=more, release=release)


@router.get("/alerts", responses=problems(401, 403))
def alerts(
    state: StateDep,
    auditor: AuditorDep,
    release: ReleaseIdDep,
    day: Annotated[date | None, Query(description="in the hub's time zone; default: today")] = None,
) -> AuditAlertPage:
    """List one day's alerts: many homes in an hour, looks outside working hours, homes at which nothing waited."""
    asked = day or _today(state)
    records = [*find_records(state.settings.audit, RecordFilter(asked, asked))]
    found = [*AlertDetector(alert_limits(state.settings), state.zone).alerts(reversed(records))]
    return AuditAlertPage(items=[alert._asdict() for alert in reversed(found)], release=release)


@router.get("/persons/{person_id}/report", responses=problems(401, 403, 404))
def report(
    person_id: Annotated[str, Path(pattern=ID, description="present id of a person, or an earlier one")],
    view: ViewDep,
    state: StateDep,
    auditor: AuditorDep,
    first: FirstDay = None,
    last: LastDay = None,
) -> ResidentReport:
    """Tell who looked at a resident's record, when, why and at what, in words for the resident."""
    ids = ids_of_person(view.matching().rows, person_id)
    view.matching().one("person", Condition("person_id", "eq", ids[0]))
    days = (first or date.min, last or date.max)
    catalog = state.current_snapshot().catalog
    found = resident_report(state.settings.audit, catalog, state.zone, ids, *days)
    items = [ReportLineOut(**line._asdict(), text=line.text) for line in found]
    return ResidentReport(person_id=ids[0], items=items, release=view.release_id)


def _record(record: AuditRecord) -> AuditRecordOut:
    shown = record.shown
    facts = ("at", "user", "role", "owner", "client", "method", "route", "status", "release", "reason")
    return AuditRecordOut(
        **{name: getattr(record, name) for name in facts},
        failed_login=bool(record.attempt),
        tables=dict(shown.tables),
        groups=sorted(shown.groups),
        open_findings=shown.open_findings,
        **{name: sorted(getattr(shown, name)) for name in IDS},
    )


def _today(state: AppState) -> date:
    return datetime.now(UTC).astimezone(state.zone).date()
