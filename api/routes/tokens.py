"""Short-lived tokens for scripts, as wide as their maker's rights or narrower."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.clients import ClientDep
from api.dependencies import LoginSessionDep, ReleaseIdDep, SessionDep, StateDep
from api.schemas import problems
from warehouse.access.policy import NotFound
from warehouse.login.sessions import LONGEST_NAME, SessionRecord

TokenId = Annotated[str, Path(max_length=64, description="`id` of a token in GET /v1/tokens; it opens nothing")]
router = APIRouter(prefix="/v1/tokens", tags=["tokens"])


class TokenIn(BaseModel):
    """A token to be made: its purpose, its life, and how much it may."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=LONGEST_NAME, examples=["monthly-report"])
    hours: int = Field(ge=1, description="at most the setting `HUB_TOKEN_HOURS`", examples=[8])
    read_only: bool = Field(True, description="it writes nothing")
    areas: list[str] | None = Field(None, description="areas or grids within your own; without: all of them")


class TokenEntry(BaseModel):
    """A token of yours that is alive."""

    id: str
    name: str
    read_only: bool
    areas: list[str] | None = Field(description="null: all of yours")
    made_at: datetime = Field(description="UTC")
    used_at: datetime = Field(description="UTC, to the minute")
    expires_at: datetime = Field(description="UTC")


class TokenList(BaseModel):
    """Your tokens, the newest first."""

    items: list[TokenEntry]
    release: str | None = Field(description="the release served now, if one is published")


class NewTokenResponse(BaseModel):
    """A new token, shown only now."""

    access_token: str = Field(description="send it as `Authorization: Bearer …`")
    expires_at: datetime = Field(description="UTC; earlier if you log in with something else, or your role changes")
    release: str | None = Field(description="the release served now, if one is published")


class RevokeTokenResponse(BaseModel):
    """The token opens nothing any more."""

    release: str | None = Field(description="the release served now, if one is published")


@router.post("", status_code=201, responses=problems(400, 401, 403))
def make_token(
    body: TokenIn, session: SessionDep, _: LoginSessionDep, client: ClientDep, state: StateDep, release: ReleaseIdDep
) -> NewTokenResponse:
    """Make a token for a script. It ends with its hours, and at once when your password or role changes; it loses the areas
    that you lose."""
    made = state.logins.sessions.issue_token(
        session.opened, body.name, body.hours, read_only=body.read_only, areas=body.areas, address=client.address
    )
    return NewTokenResponse(access_token=made.token, expires_at=made.expires_at, release=release)


@router.get("", responses=problems(401, 403))
def list_tokens(session: LoginSessionDep, state: StateDep, release: ReleaseIdDep) -> TokenList:
    """List your tokens; what they open is shown nowhere again."""
    found = [_item(record) for record in state.logins.sessions.of(session.user.username) if record.name is not None]
    return TokenList(items=found, release=release)


@router.delete("/{token_id}", responses=problems(401, 403, 404))
def revoke_token(
    token_id: TokenId, session: LoginSessionDep, state: StateDep, release: ReleaseIdDep
) -> RevokeTokenResponse:
    """Revoke one of your tokens at once."""
    if not state.logins.sessions.end(session.user.username, token_id):
        raise NotFound("you have no such token", remedy="see GET /v1/tokens")
    return RevokeTokenResponse(release=release)


def _item(record: SessionRecord) -> TokenEntry:
    return TokenEntry(
        id=record.id,
        name=record.name or "",
        read_only=record.read_only,
        areas=None if record.areas is None else list(record.areas),
        made_at=record.opened_at,
        used_at=record.used_at,
        expires_at=record.expires_at,
    )
