"""Single sign-on: a browser goes to the provider of the deployment, and comes back with a code."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.clients import ClientDep
from api.dependencies import AuditDep, ReleaseIdDep, StateDep
from api.routes.session import LoginResponse, login_response
from api.schemas import problems
from api.state import AppState
from warehouse.access.policy import NotFound
from warehouse.login.oidc import OidcProvider

router = APIRouter(prefix="/v1/oidc", tags=["session"])


class SignOnState(BaseModel):
    """The answer to the question if there is single sign-on."""

    enabled: bool
    release: str | None = Field(description="the release served now, if one is published")


class SignOnResponse(BaseModel):
    """The beginning of a login at the provider."""

    url: str = Field(description="open it in the browser; the provider sends it back to the page /signed-in")
    secret: str = Field(description="keep it in this tab until then, and send it with the code")
    release: str | None = Field(description="the release served now, if one is published")


class SignOnIn(BaseModel):
    """The provider's answer, and the secret with which the login began."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=2000)
    state: str = Field(min_length=1, max_length=100)
    secret: str = Field(min_length=1, max_length=100)


@router.get("", responses=problems())
def offer(state: StateDep, release: ReleaseIdDep) -> SignOnState:
    """Say if this deployment has single sign-on."""
    return SignOnState(enabled=state.oidc is not None, release=release)


@router.post("/begin", responses=problems(404, 503))
def begin(state: StateDep, release: ReleaseIdDep) -> SignOnResponse:
    """Begin a login at the provider (OpenID Connect, authorization code with PKCE)."""
    url, secret = _provider(state).begin()
    return SignOnResponse(url=url, secret=secret, release=release)


@router.post("/finish", responses=problems(401, 404, 503))
def finish(
    body: SignOnIn,
    request: Request,
    response: Response,
    client: ClientDep,
    state: StateDep,
    release: ReleaseIdDep,
    audit: AuditDep,
) -> LoginResponse:
    """Complete it: the code counts once, for the browser that began, and for a user who has an account here."""
    identity = _provider(state).finish(body.code, body.state, body.secret)
    audit.attempted = identity.username
    found = state.logins.sign_on(identity, client)
    audit.log_in(state.logins.sessions.find(found.session.token))
    return login_response(found, request, response, release)


def _provider(state: AppState) -> OidcProvider:
    if state.oidc is None:
        raise NotFound("there is no single sign-on here", remedy="POST /v1/login")
    return state.oidc
