"""The release that is served: its contents and the results of its checks."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from pydantic import Field

from api.dependencies import ReleaseDep, SessionDep
from api.schemas import ReleaseResponse, problems
from warehouse.access.policy import NotFound

router = APIRouter(prefix="/v1/releases", tags=["release"])
SAFE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}


class Release(ReleaseResponse):
    """The release that is served, with its contents and the results of its checks."""

    built_at: datetime = Field(description="when it was built")
    content_hash: str = Field(description="equal for equal inputs and contracts")
    rows: dict[str, int] = Field(description="rows by table", examples=[{"person": 10412}])
    findings: dict[str, int] = Field(description="findings by rule")
    rule_errors: dict[str, str] = Field(description="errors of rules that could not run, by rule")
    checks: dict[str, dict[str, int]] = Field(description="by contract: numbers of checks, errors and warnings")


@router.get("/current", responses=problems(401, 503))
def current_release(_: SessionDep, release: ReleaseDep) -> Release:
    """Show the release that is served: build time, content hash, counts and check results."""
    summary = {name: release.manifest[name] for name in Release.model_fields.keys() & release.manifest.keys()}
    return Release(**summary | {"release": release.release_id})


@router.get("/current/audit", response_class=HTMLResponse, responses=problems(401, 404, 503))
def release_audit(_: SessionDep, release: ReleaseDep) -> HTMLResponse:
    """Show the check results of the release as an HTML page."""
    page = release.folder / "audit" / "index.html"
    if not page.is_file():
        raise NotFound("this release has no audit page", remedy="`hub release verify` tells what is missing")
    return HTMLResponse(page.read_text(encoding="utf-8"), headers=SAFE)
