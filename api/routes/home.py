"""The front door: what this is, with links."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from api import pages

router = APIRouter(include_in_schema=False)


@router.get("/", response_class=FileResponse)
def home() -> FileResponse:
    return FileResponse(Path(pages.__path__[0]) / "home.html", media_type="text/html; charset=utf-8")
