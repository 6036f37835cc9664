"""The user's own account: changing her password, her second factor, and ending her logins."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.clients import ClientDep
from api.dependencies import LoginSessionDep, ReleaseIdDep, StateDep
from api.schemas import problems
from warehouse.access.policy import NotFound
from warehouse.login.sessions import SessionRecord

SessionId = Annotated[str, Path(max_length=64, description="`id` of a login in GET /v1/me/sessions; it opens nothing")]
router = APIRouter(prefix="/v1/me", tags=["account"])


class PasswordIn(BaseModel):
    """The password once more: a stolen session alone changes nothing."""

    model_config = ConfigDict(extra="forbid")

    password: str = Field(min_length=1, max_length=200)


class NewPasswordIn(PasswordIn):
    """The password and the new one."""

    new: str = Field(min_length=1, max_length=200)


class CodeIn(BaseModel):
    """A code of the authenticator app."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=40)


class PasswordCodeIn(PasswordIn):
    """The password and a code."""

    code: str = Field(min_length=1, max_length=40)


class AccountResponse(BaseModel):
    """It is changed."""

    release: str | None = Field(description="the release served now, if one is published")


class EnrolmentResponse(AccountResponse):
    """A new secret for an authenticator app, shown only now; it counts once a first code was sent."""

    secret: str = Field(description="base32, to be typed in")
    uri: str = Field(description="`otpauth://…`, the content of a QR code")


class RecoveryCodesResponse(AccountResponse):
    """Recovery codes, shown only now: each opens one login if the phone is lost."""

    recovery_codes: list[str]


class SessionEntry(BaseModel):
    """A login of yours that is open."""

    id: str
    address: str = Field(description="the network address it was opened from")
    opened_at: datetime = Field(description="UTC")
    used_at: datetime = Field(description="UTC, to the minute")
    expires_at: datetime = Field(description="UTC")
    current: bool = Field(description="the one you are asking with")


class SessionList(AccountResponse):
    """Your open logins, the newest first."""

    items: list[SessionEntry]


@router.post("/password", responses=problems(400, 401, 403, 429))
def change_password(
    body: NewPasswordIn, session: LoginSessionDep, client: ClientDep, state: StateDep, release: ReleaseIdDep
) -> AccountResponse:
    """Change your password; every other session and token of yours ends at once."""
    state.logins.change_password(session.opened, body.password, body.new, client)
    return AccountResponse(release=release)


@router.post("/totp", responses=problems(400, 401, 403, 429))
def enrol(
    body: PasswordIn, session: LoginSessionDep, client: ClientDep, state: StateDep, release: ReleaseIdDep
) -> EnrolmentResponse:
    """Begin a second factor: put the secret into an authenticator app, then confirm with its first code."""
    enrolment = state.logins.enrol(session.opened, body.password, client)
    return EnrolmentResponse(secret=enrolment.secret, uri=enrolment.uri, release=release)


@router.post("/totp/confirm", responses=problems(400, 401, 403))
def confirm(body: CodeIn, session: LoginSessionDep, state: StateDep, release: ReleaseIdDep) -> RecoveryCodesResponse:
    """Complete the second factor; every other session and token of yours ends at once."""
    return RecoveryCodesResponse(recovery_codes=state.logins.confirm(session.opened, body.code), release=release)


@router.post("/totp/remove", responses=problems(400, 401, 403, 429))
def remove(
    body: PasswordCodeIn, session: LoginSessionDep, client: ClientDep, state: StateDep, release: ReleaseIdDep
) -> AccountResponse:
    """Remove the second factor, for a new phone; every other session and token of yours ends at once."""
    state.logins.remove_second_factor(session.opened, body.password, body.code, client)
    return AccountResponse(release=release)


@router.get("/sessions", responses=problems(401, 403))
def own_sessions(session: LoginSessionDep, state: StateDep, release: ReleaseIdDep) -> SessionList:
    """List your open logins."""
    found = [record for record in state.logins.sessions.of(session.user.username) if record.name is None]
    return SessionList(items=[_item(record, session.opened.id) for record in found], release=release)


@router.delete("/sessions/{session_id}", responses=problems(401, 403, 404))
def end_session(
    session_id: SessionId, session: LoginSessionDep, state: StateDep, release: ReleaseIdDep
) -> AccountResponse:
    """End one of your logins at once."""
    if not state.logins.sessions.end(session.user.username, session_id):
        raise NotFound("you have no such session", remedy="see /v1/me/sessions")
    return AccountResponse(release=release)


def _item(record: SessionRecord, current: str) -> SessionEntry:
    return SessionEntry(
        id=record.id,
        address=record.address,
        opened_at=record.opened_at,
        used_at=record.used_at,
        expires_at=record.expires_at,
        current=record.id == current,
    )
