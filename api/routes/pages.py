"""Pages: the front door, the worklist for a phone, the rules with their figures, and the files they link to."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse

from api.pages import assets, page
from warehouse.access.policy import NotFound

router = APIRouter(include_in_schema=False)


@router.get("/", response_class=FileResponse)
def home() -> FileResponse:
    """What this is, with links."""
    return page("home.html")


@router.get("/worklist", response_class=FileResponse)
def worklist() -> FileResponse:
    """走访清单: today's stops, and giving a verdict at the door."""
    return page("worklist.html")


@router.get("/rules", response_class=FileResponse)
def rules() -> FileResponse:
    """规则与核实情况: what each rule looks for, how often it was right, stopping and restarting it."""
    return page("rules.html")


@router.get("/pages/{name}", response_class=FileResponse)
def asset(name: str) -> FileResponse:
    """A style sheet or script that a page links to."""
    if name not in assets():
        raise NotFound("there is no such file", remedy="open a page: / or /worklist")
    return page(name)
