"""Logging in and out."""

from __future__ import annotations

from datetime import datetime

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
    """A session."""

    access_token: str = Field(description="send it as `Authorization: Bearer …`")
    token_type: str = Field("bearer", examples=["bearer"])
    expires_at: datetime = Field(description="UTC")
    release: str | None = Field(description="the release served now, if one is published")


class Me(BaseModel):
    """Who is logged in."""

    username: str
    role: str = Field(examples=["grid_worker"])
    areas: list[str] = Field(
        description="area or grid codes; you see what lies in them", examples=[["140213052001001"]]
    )
    sources: list[str] = Field(description="source tables that an office delivers", examples=[["resident"]])
    release: str | None = Field(description="the release served now, if one is published")


class LogoutResponse(BaseModel):
    """The session has ended."""

    release: str | None = Field(description="the release served now, if one is published")


@router.post("/login", responses=problems(401, 429))
def login(body: LoginIn, hub: StateDep, release: ReleaseIdDep) -> LoginResponse:
    """A bearer session. Wrong name and wrong password look the same; after too many failures there is a pause."""
    session = hub.casebook.login(body.username, body.password)
    return LoginResponse(
        access_token=session.token, token_type="bearer", expires_at=session.expires_at, release=release
    )


@router.post("/logout", responses=problems(401))
def logout(session: SessionDep, hub: StateDep, release: ReleaseIdDep) -> LogoutResponse:
    """Ends this session at once."""
    hub.casebook.logout(session.token)
    return LogoutResponse(release=release)


@router.get("/me", responses=problems(401))
def me(session: SessionDep, release: ReleaseIdDep) -> Me:
    """Who I am to the hub, and where I may look."""
    user = session.user
    return Me(
        username=user.username, role=user.role, areas=list(user.areas), sources=list(user.sources), release=release
    )
