"""Dependencies of routes: the bearer session, its user, and her view of the release with which the request began.

A function that waits for the casebook is a plain one and runs in a thread; one that only returns something is `async`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.errors import NotAuthenticated
from api.request_audit import RequestAudit, request_audit
from api.responses.delivery_desk import DeliveryDesk
from api.state import AppState
from api.view import View
from contracts.errors import AccessError, ReleaseError
from warehouse.access.masking import LEAD_ROLES
from warehouse.access.policy import User
from warehouse.cross_check.live_status import LiveFindings
from warehouse.fieldwork.observed_values import ValueValidator
from warehouse.fieldwork.scope import FieldScope
from warehouse.fieldwork.submit import Fieldwork
from warehouse.fieldwork.validation import InputValidator
from warehouse.releases.reader import OpenRelease
from warehouse.review.address_targets import AddressTargets
from warehouse.review.source_records import SourceRecords

bearer = HTTPBearer(auto_error=False, description="`access_token` of POST /v1/login")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


async def app_state(request: Request) -> AppState:
    state: AppState = request.app.state.app_state
    return state


StateDep = Annotated[AppState, Depends(app_state)]


async def audit(request: Request) -> RequestAudit:
    """The facts for this request's record in the audit log."""
    return request_audit(request)


AuditDep = Annotated[RequestAudit, Depends(audit)]


@dataclass(frozen=True)
class Session:
    """A logged-in user and her token."""

    user: User
    token: str


def session(state: StateDep, credentials: Credentials, audit: AuditDep) -> Session:
    """The session of the bearer token. NotAuthenticated if there is none or it has expired."""
    user = state.casebook.session_user(credentials.credentials) if credentials else None
    if credentials is None or user is None:
        raise NotAuthenticated(
            "no login, or it has expired", remedy="POST /v1/login and send `Authorization: Bearer …`"
        )
    audit.user = user
    return Session(user, credentials.credentials)


SessionDep = Annotated[Session, Depends(session)]


def office(session: SessionDep) -> User:
    """The user if her role is office. AccessError otherwise."""
    if session.user.role != "office":
        raise AccessError("only an office delivers", remedy="log in with a user of the role office")
    return session.user


OfficeDep = Annotated[User, Depends(office)]


def lead(session: SessionDep) -> User:
    """The user if her role decides about addresses, persons and rules. AccessError otherwise."""
    if session.user.role not in LEAD_ROLES:
        raise AccessError(
            "only a grid lead or a district supervisor decides this", remedy="tell your lead what you know"
        )
    return session.user


LeadDep = Annotated[User, Depends(lead)]


def auditor(session: SessionDep, audit: AuditDep) -> User:
    """The user if her role is auditor, who leaves a record of looking, too. AccessError otherwise."""
    audit.is_required = True
    if session.user.role != "auditor":
        raise AccessError("only an auditor reads who wrote what", remedy="log in with a user of the role auditor")
    return session.user


AuditorDep = Annotated[User, Depends(auditor)]


def delivery_desk(state: StateDep, session: SessionDep) -> DeliveryDesk:
    """The user's deliveries, by the contracts that are on disk now."""
    return DeliveryDesk(state.settings, state.current_snapshot().catalog, session.user)


DeliveryDeskDep = Annotated[DeliveryDesk, Depends(delivery_desk)]


async def release_id(request: Request) -> str | None:
    """The id of the release with which the request began; None while none is published."""
    found: OpenRelease | None = request.state.release
    return found.release_id if found else None


ReleaseIdDep = Annotated[str | None, Depends(release_id)]


async def release(request: Request) -> OpenRelease:
    """The release with which the request began (set by `middleware.py`). ReleaseError while none is published."""
    found: OpenRelease | None = request.state.release
    if found is None:
        raise ReleaseError("no release is published yet", remedy="run `hub nightly`, or `hub demo`")
    return found


ReleaseDep = Annotated[OpenRelease, Depends(release)]


async def view(state: StateDep, session: SessionDep, release: ReleaseDep, audit: AuditDep) -> View:
    """The user's view of the release: everything she can read. It notes what it shows for the audit log."""
    audit.reads_release = True
    return View(state.gate(session.user, release), release, state.snapshot_for(release).code_lists, audit.shown)


ViewDep = Annotated[View, Depends(view)]


def address_targets(view: ViewDep) -> AddressTargets:
    """The estates and doors that the user may decide about."""
    return AddressTargets(view.rows, view.covers)


AddressTargetsDep = Annotated[AddressTargets, Depends(address_targets)]


def source_records(view: ViewDep, state: StateDep, release: ReleaseDep) -> SourceRecords:
    """The office rows about persons that the user may decide about."""
    return SourceRecords(view.rows, state.snapshot_for(release).catalog)


SourceRecordsDep = Annotated[SourceRecords, Depends(source_records)]


async def live_findings(view: ViewDep, state: StateDep) -> LiveFindings:
    """The present status of findings in the user's areas, with verdicts given since the release."""
    return LiveFindings(view.unmasked, state.casebook)


LiveFindingsDep = Annotated[LiveFindings, Depends(live_findings)]


async def field_scope(view: ViewDep, state: StateDep) -> FieldScope:
    """The findings and homes that the user may write about."""
    return FieldScope(view.unmasked, state.casebook, view.release_id, view.covers)


FieldScopeDep = Annotated[FieldScope, Depends(field_scope)]


async def fieldwork(scope: FieldScopeDep, state: StateDep, session: SessionDep, release: ReleaseDep) -> Fieldwork:
    """The user's field work: submitting verdicts, visits and assignments."""
    snapshot = state.snapshot_for(release)
    inputs = InputValidator(snapshot.code_lists, state.zone, state.casebook.ledger.now)
    values = ValueValidator(snapshot.catalog, state.settings, inputs)
    return Fieldwork(state.casebook, session.user, scope, inputs, values)


FieldworkDep = Annotated[Fieldwork, Depends(fieldwork)]
