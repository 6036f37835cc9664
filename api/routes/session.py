"""Login, logout, and the user of the session."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import ReleaseIdDep, SessionDep, StateDep
from api.schemas import problems

router = APIRouter(prefix="/v1", tags=["session"])


class LoginIn(BaseModel):
    """Name and password."""

    model_config = ConfigDict(extra="forbid")

    username: str = Field(min_length=1, max_length=64, examples=["worker1"])
    password: str = Field(min_length=1, max_length=200)


class LoginResponse(BaseModel):
    """A new session."""

    access_token: str = Field(description="send it as `Authorization: Bearer …`")
    token_type: str = Field("bearer", examples=["bearer"])
    expires_at: datetime = Field(description="UTC")
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
    release: str | None = Field(description="the release served now, if one is published")


class LogoutResponse(BaseModel):
    """The session has ended."""

    release: str | None = Field(description="the release served now, if one is published")


@router.post("/login", responses=problems(401, 429))
def login(body: LoginIn, state: StateDep, release: ReleaseIdDep) -> LoginResponse:
    """Log in and get a bearer token. Wrong name and wrong password give the same answer; too many failures lead to a pause."""
    session = state.casebook.login(body.username, body.password)
    return LoginResponse(
        access_token=session.token, token_type="bearer", expires_at=session.expires_at, release=release
    )


@router.post("/logout", responses=problems(401))
def logout(session: SessionDep, state: StateDep, release: ReleaseIdDep) -> LogoutResponse:
    """End this session at once."""
    state.casebook.logout(session.token)
    return LogoutResponse(release=release)


@router.get("/me", responses=problems(401))
def me(session: SessionDep, state: StateDep, release: ReleaseIdDep) -> Me:
    """Show the user of this session, with role, areas and their days, sources, and an agent's owner."""
    user = session.user
    account = state.casebook.account(user.username)
    return Me(
        username=user.username,
        role=user.role,
        areas=list(user.areas),
        dated_areas=[DatedArea(**area._asdict()) for area in account.dated_areas] if account else [],
        owner=user.owner.username if user.owner else None,
        sources=list(user.sources),
        release=release,
    )
