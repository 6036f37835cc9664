"""Who asks: the bearer session becomes a user with her view of the release this request began with.

What waits for the casebook is a plain function and runs in a thread; what only hands something over is `async`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.desk import Desk
from api.errors import Unauthorized
from api.hub import Hub
from api.view import View
from contracts.errors import AccessError, ReleaseError
from warehouse.door.giving import Door
from warehouse.door.stops import Stops
from warehouse.door.values import DoorValues
from warehouse.door.words import Words
from warehouse.finding.now import FindingsNow
from warehouse.office_rows import OfficeRows
from warehouse.places import Places
from warehouse.policy import User
from warehouse.reader import OpenRelease
from warehouse.treatments import LEADS

bearer = HTTPBearer(auto_error=False, description="`access_token` of POST /v1/login")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


async def the_hub(request: Request) -> Hub:
    hub: Hub = request.app.state.hub
    return hub


TheHub = Annotated[Hub, Depends(the_hub)]


@dataclass(frozen=True)
class Session:
    """A logged-in user and her token."""

    user: User
    token: str


def session(hub: TheHub, credentials: Credentials) -> Session:
    """Unauthorized without a live session."""
    user = hub.casebook.session_user(credentials.credentials) if credentials else None
    if credentials is None or user is None:
        raise Unauthorized("no login, or it has expired", remedy="POST /v1/login and send `Authorization: Bearer …`")
    return Session(user, credentials.credentials)


TheSession = Annotated[Session, Depends(session)]


def office(session: TheSession) -> User:
    """AccessError for whoever is no office."""
    if session.user.role != "office":
        raise AccessError("only an office delivers", remedy="log in with a user of the role office")
    return session.user


TheOffice = Annotated[User, Depends(office)]


def lead(session: TheSession) -> User:
    """AccessError for whoever does not decide about addresses and persons."""
    if session.user.role not in LEADS:
        raise AccessError(
            "only a grid lead or a district supervisor decides this", remedy="tell your lead what you know"
        )
    return session.user


TheLead = Annotated[User, Depends(lead)]


def auditor(session: TheSession) -> User:
    """AccessError for whoever audits nobody."""
    if session.user.role != "auditor":
        raise AccessError("only an auditor reads who wrote what", remedy="log in with a user of the role auditor")
    return session.user


TheAuditor = Annotated[User, Depends(auditor)]


def desk(hub: TheHub, session: TheSession) -> Desk:
    """The caller's deliveries, by the contracts as they stand on disk now."""
    return Desk(hub.settings, hub.standing().catalog, session.user)


TheDesk = Annotated[Desk, Depends(desk)]


async def served(request: Request) -> str | None:
    """Id of the release this request began with; None while none is published."""
    found: OpenRelease | None = request.state.release
    return found.release_id if found else None


Served = Annotated[str | None, Depends(served)]


async def release(request: Request) -> OpenRelease:
    """The release this request began with (observe.py took it). ReleaseError while none is published."""
    found: OpenRelease | None = request.state.release
    if found is None:
        raise ReleaseError("no release is published yet", remedy="run `hub nightly`, or `hub demo`")
    return found


TheRelease = Annotated[OpenRelease, Depends(release)]


async def view(hub: TheHub, session: TheSession, release: TheRelease) -> View:
    """All that the caller can read."""
    return View(hub.gate(session.user, release), release, hub.promised(release).code_lists)


Caller = Annotated[View, Depends(view)]


def places(caller: Caller) -> Places:
    """Estates and doors that the caller may decide about."""
    return Places(caller.rows, caller.covers)


ThePlaces = Annotated[Places, Depends(places)]


def office_rows(caller: Caller, hub: TheHub, release: TheRelease) -> OfficeRows:
    """Rows about persons that the caller may decide about."""
    return OfficeRows(caller.rows, hub.promised(release).catalog)


TheOfficeRows = Annotated[OfficeRows, Depends(office_rows)]


async def findings_now(caller: Caller, hub: TheHub) -> FindingsNow:
    """What findings of the caller's areas are now."""
    return FindingsNow(caller.kept, hub.casebook)


TheFindingsNow = Annotated[FindingsNow, Depends(findings_now)]


async def stops(caller: Caller, hub: TheHub) -> Stops:
    """Findings and homes that the caller may write about."""
    return Stops(caller.kept, hub.casebook, caller.release_id, caller.covers)


TheStops = Annotated[Stops, Depends(stops)]


async def door(caller: Caller, hub: TheHub, session: TheSession, release: TheRelease) -> Door:
    """Where the caller writes down what she saw."""
    stops = Stops(caller.kept, hub.casebook, caller.release_id, caller.covers)
    promised = hub.promised(release)
    words = Words(promised.code_lists, hub.zone, hub.casebook.ledger.now)
    values = DoorValues(promised.catalog, hub.settings, words)
    return Door(hub.casebook, session.user, stops, words, values)


TheDoor = Annotated[Door, Depends(door)]
