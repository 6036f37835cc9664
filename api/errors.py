"""Turns errors into answers: RFC 9457 problem details, which never repeat a value that a user sent.

The HTTP status of a `HubError` is declared here once, by its class; a subclass inherits it.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from contracts.errors import AccessError, HubError, ReleaseError
from warehouse.access.grant import ColumnNotAllowed
from warehouse.access.policy import NotFound
from warehouse.audit_log.log import AuditUnavailable
from warehouse.casebook.append_only import Conflict, NothingToRevoke
from warehouse.casebook.database import CasebookError
from warehouse.form_filling.model import FormError
from warehouse.form_filling.query import TooManyRows
from warehouse.login.oidc import ProviderUnavailable
from warehouse.login.throttle import LoginError, LoginPaused
from warehouse.releases.query_timeout import QueryTimeout
from warehouse.releases.reader import QueryFailed

error_log = logging.getLogger("hub.error")


class BadRequest(HubError):
    """The request cannot be understood."""


class NotAuthenticated(HubError):
    """The request has no session, or its session has expired."""


class PayloadTooLarge(HubError):
    """The body or the work it needs exceeds the limit of one request."""


class ServiceBusy(HubError):
    """As many requests of this kind are running as may run at once."""


class ReleaseChanged(HubError):
    """The release that a cursor belongs to is no longer served."""


STATUS: dict[type[HubError], int] = {
    NotFound: 404,
    ColumnNotAllowed: 403,
    AccessError: 403,
    LoginPaused: 429,
    LoginError: 401,
    NotAuthenticated: 401,
    BadRequest: 400,
    FormError: 422,
    TooManyRows: 413,
    QueryTimeout: 413,
    QueryFailed: 422,
    Conflict: 409,
    NothingToRevoke: 404,
    CasebookError: 400,
    PayloadTooLarge: 413,
    ServiceBusy: 429,
    ReleaseChanged: 410,
    ReleaseError: 503,
    ProviderUnavailable: 503,
    AuditUnavailable: 503,
    HubError: 500,
}
HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "30"}, 503: {"Retry-After": "60"}}


def install_error_handlers(app: FastAPI) -> None:
    """Makes every error of the application a problem document (unexpected ones: `middleware.py`)."""
    app.add_exception_handler(HubError, _hub_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)


def problem(status: int, detail: str, release: str | None, **more: Any) -> JSONResponse:
    """One problem document; `more` are its extension members, empty ones left out."""
    title = HTTPStatus(status).phrase
    body = {
        "type": f"urn:hub:problem:{title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
        "release": release,
    }
    return JSONResponse(
        body | {k: v for k, v in more.items() if v},
        status_code=status,
        headers=HEADERS.get(status),
        media_type="application/problem+json",
    )


def _hub_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HubError)
    status = next(STATUS[c] for c in type(error).__mro__ if c in STATUS)
    if status == 500:
        error_log.error("%s", error)  # our own errors name no personal values, but paths of this machine
        return problem(500, "the hub failed", _release(request), remedy="its operator finds the reason in logs/")
    answer = problem(status, error.what, _release(request), where=error.where, remedy=error.remedy)
    if isinstance(error, LoginPaused):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Answers with expected types and places; pydantic's messages hold no values. Unknown field names are not repeated."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    garbled = [e for e in found if e["type"] == "json_invalid"]
    if garbled:
        reason = f"the body is no JSON: {garbled[0].get('ctx', {}).get('error', 'unreadable')}"
        position = f"character {garbled[0]['loc'][-1]}"
        return problem(400, reason, _release(request), where=position, remedy="send one JSON object")
    errors = [{"where": _where(e), "expected": e["msg"]} for e in found]
    return problem(422, "the request is not as expected", _release(request), errors=errors)


def _where(error: dict[str, Any]) -> str:
    loc = error["loc"][:1] if error["type"] == "extra_forbidden" else error["loc"]
    return ".".join(str(part) for part in loc)


def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, str(error.detail), _release(request), remedy="see /docs for what there is")


def _release(request: Request) -> str | None:
    release = getattr(request.state, "release", None)
    return release.release_id if release else None
