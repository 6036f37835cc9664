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
from api.responses.prepared_home import HomeTemplates
from api.state import AppState
from api.view import View
from contracts.errors import AccessError, ReleaseError
from warehouse.access.masking import LEAD_ROLES
from warehouse.access.policy import User
from warehouse.casebook.user_areas import AGENT
from warehouse.cross_check.live_status import LiveFindings
from warehouse.fieldwork.observed_values import ValueValidator
from warehouse.fieldwork.scope import FieldScope
from warehouse.fieldwork.submit import Fieldwork
from warehouse.fieldwork.validation import InputValidator
from warehouse.login.sessions import PASSWORD, SECOND_FACTOR, OpenSession
from warehouse.releases.reader import OpenRelease
from warehouse.review.address_targets import AddressTargets
from warehouse.review.source_records import SourceRecords

READ_METHODS = ("GET", "HEAD")
READING_POSTS = ("/v1/households/search", "/v1/deliveries/check", "/v1/logout")  # numbers and files go in bodies only
OWN_ACCOUNT = ("/v1/me/", "/v1/tokens")  # passwords, sessions and tokens of one's own
DUTIES_FIRST = {
    PASSWORD: ("your password must be changed first", "POST /v1/me/password, or the page /account"),
    SECOND_FACTOR: ("your role needs a second factor first", "POST /v1/me/totp, or the page /account"),
}
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
    """The session of a request: who is logged in, or whose script it is, with the token it was sent."""

    opened: OpenSession
    token: str

    @property
    def user(self) -> User:
        return self.opened.user


def any_session(request: Request, state: StateDep, credentials: Credentials, audit: AuditDep) -> Session:
    """The session of the bearer token, also of a user who has something to do first. NotAuthenticated if there is none or it
    has ended; AccessError where somebody would write who only reads."""
    opened = state.logins.sessions.find(credentials.credentials) if credentials else None
    if credentials is None or opened is None:
        raise NotAuthenticated(
            "no login, or it has expired", remedy="POST /v1/login and send `Authorization: Bearer …`"
        )
    _require_may_write(request, opened)
    audit.user = opened.user
    return Session(opened, credentials.credentials)


def _require_may_write(request: Request, opened: OpenSession) -> None:
    """AccessError if the request writes, by a token that only reads or an agent; an agent changes its own account, though."""
    path = request.url.path
    if request.method in READ_METHODS or path in READING_POSTS:
        return
    if opened.read_only:
        raise AccessError("this token only reads", remedy="make one without `read_only`")
    if opened.user.role == AGENT and not path.startswith(OWN_ACCOUNT):
        raise AccessError("an agent only reads", remedy="its owner writes")


AnySessionDep = Annotated[Session, Depends(any_session)]


def session(session: AnySessionDep) -> Session:
    """The session of a user who has nothing to do first. AccessError otherwise."""
    if session.opened.duties:
        duty = session.opened.duties[0]
        what, remedy = DUTIES_FIRST[duty]
        raise AccessError(what, where=duty, remedy=remedy)
    return session


SessionDep = Annotated[Session, Depends(session)]


def login_session(session: AnySessionDep) -> Session:
    """The session of somebody who has logged in herself. AccessError for a script: no token makes tokens or passwords."""
    if session.opened.is_script:
        raise AccessError("a script's token cannot do this", remedy="log in yourself")
    return session


LoginSessionDep = Annotated[Session, Depends(login_session)]


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


async def view(request: Request, state: StateDep, session: SessionDep, release: ReleaseDep, audit: AuditDep) -> View:
    """The user's view of the release: everything she can read. It notes what it shows for the audit log."""
    request.state.viewer = session.user  # a tag of the answer holds whom it is for (representation.py)
    audit.reads_release = True
    return View(state.gate(session.user, release), release, state.snapshot_for(release).code_lists, audit.shown)


ViewDep = Annotated[View, Depends(view)]


async def home_templates(view: ViewDep, state: StateDep, release: ReleaseDep) -> HomeTemplates | None:
    """The templates of home files as the user sees them; None if they are made row by row."""
    return state.home_templates(view, release)


HomeTemplatesDep = Annotated[HomeTemplates | None, Depends(home_templates)]


def address_targets(view: ViewDep) -> AddressTargets:
    """The estates and doors that the user may decide about."""
    return AddressTargets(view.rows, view.covers)


AddressTargetsDep = Annotated[AddressTargets, Depends(address_targets)]


def source_records(view: ViewDep, state: StateDep, release: ReleaseDep) -> SourceRecords:
    """The office rows about persons that the user may decide about."""
    return SourceRecords(view.rows, state.snapshot_for(release).catalog)


SourceRecordsDep = Annotated[SourceRecords, Depends(source_records)]


async def live_findings(view: ViewDep, state: StateDep, release: ReleaseDep, session: SessionDep) -> LiveFindings:
    """The present status of findings in the user's areas, with verdicts given since the release."""
    for_leads = session.user.role != "grid_worker"
    return LiveFindings(state.resolution_index, release, view.unmasked, state.casebook, for_leads=for_leads)


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
