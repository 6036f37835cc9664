"""Who asks: the bearer session becomes a user with her view of the release this request began with.

What waits for the casebook is a plain function and runs in a thread; what only hands something over is `async`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.errors import Unauthorized
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
    hub: AppState = request.app.state.hub
    return hub


StateDep = Annotated[AppState, Depends(app_state)]


@dataclass(frozen=True)
class Session:
    """A logged-in user and her token."""

    user: User
    token: str


def session(hub: StateDep, credentials: Credentials) -> Session:
    """Unauthorized without a live session."""
    user = hub.casebook.session_user(credentials.credentials) if credentials else None
    if credentials is None or user is None:
        raise Unauthorized("no login, or it has expired", remedy="POST /v1/login and send `Authorization: Bearer …`")
    return Session(user, credentials.credentials)


SessionDep = Annotated[Session, Depends(session)]


def office(session: SessionDep) -> User:
    """AccessError for whoever is no office."""
    if session.user.role != "office":
        raise AccessError("only an office delivers", remedy="log in with a user of the role office")
    return session.user


OfficeDep = Annotated[User, Depends(office)]


def lead(session: SessionDep) -> User:
    """AccessError for whoever does not decide about addresses and persons."""
    if session.user.role not in LEAD_ROLES:
        raise AccessError(
            "only a grid lead or a district supervisor decides this", remedy="tell your lead what you know"
        )
    return session.user


LeadDep = Annotated[User, Depends(lead)]


def auditor(session: SessionDep) -> User:
    """AccessError for whoever audits nobody."""
    if session.user.role != "auditor":
        raise AccessError("only an auditor reads who wrote what", remedy="log in with a user of the role auditor")
    return session.user


AuditorDep = Annotated[User, Depends(auditor)]


def delivery_desk(hub: StateDep, session: SessionDep) -> DeliveryDesk:
    """The caller's deliveries, by the contracts as they stand on disk now."""
    return DeliveryDesk(hub.settings, hub.standing().catalog, session.user)


DeliveryDeskDep = Annotated[DeliveryDesk, Depends(delivery_desk)]


async def release_id(request: Request) -> str | None:
    """Id of the release this request began with; None while none is published."""
    found: OpenRelease | None = request.state.release
    return found.release_id if found else None


ReleaseIdDep = Annotated[str | None, Depends(release_id)]


async def release(request: Request) -> OpenRelease:
    """The release this request began with (middleware.py took it). ReleaseError while none is published."""
    found: OpenRelease | None = request.state.release
    if found is None:
        raise ReleaseError("no release is published yet", remedy="run `hub nightly`, or `hub demo`")
    return found


ReleaseDep = Annotated[OpenRelease, Depends(release)]


async def view(hub: StateDep, session: SessionDep, release: ReleaseDep) -> View:
    """All that the caller can read."""
    return View(hub.gate(session.user, release), release, hub.promised(release).code_lists)


ViewDep = Annotated[View, Depends(view)]


def address_targets(caller: ViewDep) -> AddressTargets:
    """Estates and doors that the caller may decide about."""
    return AddressTargets(caller.rows, caller.covers)


AddressTargetsDep = Annotated[AddressTargets, Depends(address_targets)]


def source_records(caller: ViewDep, hub: StateDep, release: ReleaseDep) -> SourceRecords:
    """Rows about persons that the caller may decide about."""
    return SourceRecords(caller.rows, hub.promised(release).catalog)


SourceRecordsDep = Annotated[SourceRecords, Depends(source_records)]


async def live_findings(caller: ViewDep, hub: StateDep) -> LiveFindings:
    """What findings of the caller's areas are now."""
    return LiveFindings(caller.unmasked, hub.casebook)


LiveFindingsDep = Annotated[LiveFindings, Depends(live_findings)]


async def field_scope(caller: ViewDep, hub: StateDep) -> FieldScope:
    """Findings and homes that the caller may write about."""
    return FieldScope(caller.unmasked, hub.casebook, caller.release_id, caller.covers)


FieldScopeDep = Annotated[FieldScope, Depends(field_scope)]


async def fieldwork(caller: ViewDep, hub: StateDep, session: SessionDep, release: ReleaseDep) -> Fieldwork:
    """Where the caller writes down what she saw."""
    stops = FieldScope(caller.unmasked, hub.casebook, caller.release_id, caller.covers)
    promised = hub.promised(release)
    words = InputValidator(promised.code_lists, hub.zone, hub.casebook.ledger.now)
    values = ValueValidator(promised.catalog, hub.settings, words)
    return Fieldwork(hub.casebook, session.user, stops, words, values)


FieldworkDep = Annotated[Fieldwork, Depends(fieldwork)]
