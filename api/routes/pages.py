"""HTML pages: the start page, worklist, rules, account, the API's document, and the files they link to."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse

from api.pages import assets, page
from warehouse.access.policy import NotFound

router = APIRouter(include_in_schema=False)


@router.get("/", response_class=FileResponse)
def home() -> FileResponse:
    """The start page."""
    return page("home.html")


@router.get("/worklist", response_class=FileResponse)
def worklist() -> FileResponse:
    """走访清单: the page with today's stops, on which verdicts are given at the door."""
    return page("worklist.html")


@router.get("/rules", response_class=FileResponse)
def rules() -> FileResponse:
    """规则与核实情况: the page with the rules and their precision, on which they are stopped and restarted."""
    return page("rules.html")


@router.get("/account", response_class=FileResponse)
def account() -> FileResponse:
    """我的账号: the page on which users change their password and second factor, and end logins elsewhere."""
    return page("account.html")


@router.get("/signed-in", response_class=FileResponse)
def signed_in() -> FileResponse:
    """统一认证登录: the page that leads to the provider of single sign-on, and to which it leads back."""
    return page("signed-in.html")


@router.get("/docs", response_class=FileResponse)
def docs() -> FileResponse:
    """The OpenAPI document to read and to try."""
    return page("docs.html")


@router.get("/pages/{name}", response_class=FileResponse)
def asset(name: str) -> FileResponse:
    """A style sheet or script that a page links to."""
    if name not in assets():
        raise NotFound("there is no such file", remedy="open a page: / or /worklist")
    return page(name)
