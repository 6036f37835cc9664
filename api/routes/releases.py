"""The release that is served: what went into it and what its checks said."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from pydantic import Field

from api.access import TheRelease, TheSession
from api.answers import Answer, problems
from warehouse.policy import NotFound

router = APIRouter(prefix="/v1/releases", tags=["release"])
SAFE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}


class Release(Answer):
    built_at: str | None = Field(description="when the night built it", examples=["2026-11-22T01:31:07+08:00"])
    counts: dict[str, int] = Field(description="rows of every table")
    checks: Any = Field(description="how the contracts' checks went, without personal values")
    content_hash: str | None = Field(description="the same inputs and contracts give the same hash")


@router.get("/current", responses=problems(401, 503))
def current(_: TheSession, release: TheRelease) -> Release:
    """The manifest's summary."""
    manifest = release.manifest
    return Release(
        release=release.release_id,
        built_at=manifest.get("built_at"),
        counts=manifest.get("counts", {}),
        checks=manifest.get("checks"),
        content_hash=manifest.get("content_hash"),
    )


@router.get("/current/audit", response_class=HTMLResponse, responses=problems(401, 404, 503))
def audit(_: TheSession, release: TheRelease) -> HTMLResponse:
    """The check results as a page to read."""
    page = release.folder / "audit" / "index.html"
    if not page.is_file():
        raise NotFound("this release has no audit page", remedy="`hub release verify` tells what is missing")
    return HTMLResponse(page.read_text(encoding="utf-8"), headers=SAFE)
