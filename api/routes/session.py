"""Login, logout, and the user of the session."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.clients import ClientDep, remember_device
from api.dependencies import AnySessionDep, AuditDep, ReleaseIdDep, StateDep
from api.schemas import problems
from warehouse.login.logins import Login

router = APIRouter(prefix="/v1", tags=["session"])


class LoginIn(BaseModel):
    """Name and password, and a code where the user has a second factor."""

    model_config = ConfigDict(extra="forbid")

    username: str = Field(min_length=1, max_length=64, examples=["worker1"])
    password: str = Field(min_length=1, max_length=200)
    code: str = Field("", max_length=40, description="of the authenticator app, or a recovery code")


class LoginResponse(BaseModel):
    """A new session."""

    access_token: str = Field(description="send it as `Authorization: Bearer …`")
    token_type: str = Field("bearer", examples=["bearer"])
    expires_at: datetime = Field(description="UTC; it ends earlier if it is not used")
    release: str | None = Field(description="the release served now, if one is published")


class DatedArea(BaseModel):
    """An area of yours, and its days."""

    code: str = Field(description="code of the area or grid", examples=["140213052001001"])
    valid_from: date | None = Field(description="the first day; null if it was always yours")
    valid_until: date | None = Field(description="the last day; null if it stays yours")


class Me(BaseModel):
    """The user of the session."""

    username: str
    role: str = Field(examples=["grid_worker"])
    areas: list[str] = Field(
        description="codes of the areas or grids whose rows you see today", examples=[["140213052001001"]]
    )
    dated_areas: list[DatedArea] = Field(
        description="every area given to you with its days, also those to come and past ones"
    )
    owner: str | None = Field(description="of an agent: the user for whom it acts, and whose rights limit it")
    sources: list[str] = Field(description="source tables that an office delivers", examples=[["resident"]])
    duties: list[str] = Field(
        description="to be done before anything else: `password` (change it), `second_factor` (enrol)", examples=[[]]
    )
    second_factor: bool = Field(description="you log in with a code, too")
    release: str | None = Field(description="the release served now, if one is published")


class LogoutResponse(BaseModel):
    """The session has ended."""

    release: str | None = Field(description="the release served now, if one is published")


@router.post("/login", responses=problems(401, 429))
def login(
    body: LoginIn,
    request: Request,
    response: Response,
    client: ClientDep,
    state: StateDep,
    release: ReleaseIdDep,
    audit: AuditDep,
) -> LoginResponse:
    """Log in and get a bearer token. Whatever is wrong, the answer is the same; after wrong tries the next one has to wait.

    With a second factor the answer to name and password alone is 401 with `where` `code`: send the code with them.
    """
    audit.attempted = body.username
    found = state.logins.login(body.username, body.password, client, body.code)
    audit.log_in(state.logins.sessions.find(found.session.token))
    return login_response(found, request, response, release)


def login_response(login: Login, request: Request, response: Response, release: str | None) -> LoginResponse:
    """The answer to a login that succeeded; its device is remembered by a cookie."""
    remember_device(request, response, login.device)
    session = login.session
    return LoginResponse(
        access_token=session.token, token_type="bearer", expires_at=session.expires_at, release=release
    )


@router.post("/logout", responses=problems(401))
def logout(session: AnySessionDep, state: StateDep, release: ReleaseIdDep) -> LogoutResponse:
    """End this session at once."""
    state.logins.sessions.end(session.user.username, session.opened.id)
    return LogoutResponse(release=release)


@router.get("/me", responses=problems(401))
def me(session: AnySessionDep, state: StateDep, release: ReleaseIdDep) -> Me:
    """Show the user of this session: role, areas and their days, sources, an agent's owner, and what she has to do first."""
    user = session.user
    account = state.casebook.account(user.username)
    return Me(
        username=user.username,
        role=user.role,
        areas=list(user.areas),
        dated_areas=[DatedArea(**area._asdict()) for area in account.dated_areas],
        owner=user.owner.username if user.owner else None,
        sources=list(user.sources),
        duties=list(session.opened.duties),
        second_factor=state.logins.second_factors.is_enrolled(user.username),
        release=release,
    )
