"""Health and metrics of the service, for monitoring. No login is needed; the metrics have a token of their own."""

from __future__ import annotations

import hmac
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field

from api.dependencies import Credentials, StateDep
from api.errors import NotAuthenticated
from api.schemas import problems
from warehouse.access.policy import NotFound

router = APIRouter(tags=["operation"])
PLAIN: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}}}


class Health(BaseModel):
    """The health of the hub."""

    ok: bool = Field(description="true if the release that CURRENT names is served")
    release: str | None
    trouble: str | None = Field(description="what is wrong, with the remedy")


@router.get("/healthz", responses={503: {"model": Health, "description": "no release, or the pointer is broken"}})
async def healthz(request: Request, response: Response, state: StateDep) -> Health:
    """Check the health of the service. 200: healthy; 503: not, with the reason; an older release may still be served."""
    release = request.state.release
    unpublished = None if release else "no release is published yet -> run `hub nightly`"
    trouble = state.reader.trouble or state.audit_log.trouble or unpublished
    response.status_code = 503 if trouble else 200
    return Health(ok=not trouble, release=release.release_id if release else None, trouble=trouble)


@router.get("/metrics", response_class=Response, responses=PLAIN | problems(401, 404))
async def metrics(request: Request, state: StateDep, credentials: Credentials) -> Response:
    """Show metrics in Prometheus' format: requests by route and status, seconds by route, the release served.

    The bearer token is the secret that the setting HUB_METRICS_SECRET names; without that setting there are none (404).
    """
    if not state.metrics_token:
        raise NotFound("metrics are off", remedy="the operator switches them on with HUB_METRICS_SECRET")
    given = credentials.credentials if credentials else ""
    if not hmac.compare_digest(given.encode(), state.metrics_token.encode()):
        raise NotAuthenticated("this is not the metrics' token", remedy="send `Authorization: Bearer <the secret>`")
    release = request.state.release
    return Response(state.metrics.text(release.release_id if release else None), media_type=CONTENT_TYPE_LATEST)
