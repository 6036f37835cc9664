"""For machines: is it well, and how much does it do. No login."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field

from api.dependencies import StateDep

router = APIRouter(tags=["operation"])


class Health(BaseModel):
    """Whether the hub is well."""

    ok: bool = Field(description="a release is served and it is the one CURRENT names")
    release: str | None
    trouble: str | None = Field(description="what is wrong, with the remedy")


@router.get("/healthz", responses={503: {"model": Health, "description": "no release, or the pointer is broken"}})
async def healthz(request: Request, response: Response, hub: StateDep) -> Health:
    """200 if all is well. 503 with the reason if not; an older release may still be served meanwhile."""
    release = request.state.release
    trouble = hub.reader.trouble or (None if release else "no release is published yet -> run `hub nightly`")
    response.status_code = 503 if trouble else 200
    return Health(ok=not trouble, release=release.release_id if release else None, trouble=trouble)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request, hub: StateDep) -> Response:
    """Prometheus exposition: requests by route and status, seconds by route, the release served."""
    release = request.state.release
    return Response(hub.metrics.text(release.release_id if release else None), media_type=CONTENT_TYPE_LATEST)
