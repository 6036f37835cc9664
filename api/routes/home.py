"""The pages: the front door, and one to read and stop rules by. They hold no data; what they show they ask the API for."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from api import pages

router = APIRouter(include_in_schema=False)
HTML = "text/html; charset=utf-8"
# nothing from elsewhere, nothing to elsewhere, in nobody's frame
SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}


@router.get("/", response_class=FileResponse)
def home() -> FileResponse:
    return _page("home.html")


@router.get("/rules", response_class=FileResponse)
def rules() -> FileResponse:
    return _page("rules.html")


def _page(name: str) -> FileResponse:
    return FileResponse(Path(pages.__path__[0]) / name, media_type=HTML, headers=SAFE)
