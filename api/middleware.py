"""Gives every request its release, its security headers, its audit record, a log line and metrics; catches unexpected errors.

Log and metrics hold the route's template, never the path, query, body or an error's message: this module is what keeps
names and numbers out of them.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.body_limits import RequestBody
from api.errors import error_log, problem
from api.metrics import METHODS
from api.representation import Representation
from api.request_audit import RequestAudit
from api.state import AppState
from contracts.errors import HubError, ReleaseError
from warehouse.audit_log.log import AuditUnavailable
from warehouse.environment import environment_fault
from warehouse.releases.reader import OpenRelease

POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS: Final = {
    b"cache-control": b"no-store",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"content-security-policy": POLICY,
}


class RequestMiddleware:
    """ASGI middleware around every HTTP request."""

    def __init__(self, app: ASGIApp, state: AppState) -> None:
        self._app, self._state = app, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, withheld = time.perf_counter(), 0, False
        body = RequestBody(scope, receive, self._state.settings)
        release = scope.setdefault("state", {})["release"] = self._current()
        release_id = release.release_id if release else None
        audit = scope["state"]["audit"] = RequestAudit()
        representation = Representation(scope)

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_headers(message, release, body)]
            for part in representation.messages(message):
                status = part.get("status", status)
                await send(part)

        async def send_audited(message: Message) -> None:
            """Nothing leaves that the audit log does not hold: its record is written when the answer starts."""
            nonlocal withheld
            if message["type"] == "http.response.start" and status == 0:
                try:
                    route, proxies = _template(scope), self._state.proxies
                    audit.write(self._state.audit_log, scope, route, message["status"], release_id or "", proxies)
                except AuditUnavailable as error:
                    withheld = True
                    await problem(503, error.what, release_id, remedy=error.remedy)(scope, receive, send_marked)
            if not withheld:
                await send_marked(message)

        try:
            await self._app(scope, body.receive, send_audited)
        except Exception as error:
            fault = environment_fault(error)  # a disk or a database that is gone: to be tried again
            _log(error, fault)
            if status == 0:
                answer = problem(503 if fault else 500, "the hub failed", release_id)
                await answer(scope, receive, send_audited)
        finally:
            seconds = time.perf_counter() - started
            route = _template(scope)
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._state.metrics.count(method, route, status, seconds)
            if self._state.log:
                self._state.log.request(method, route, status, seconds)

    def _current(self) -> OpenRelease | None:
        try:
            return self._state.reader.current()
        except ReleaseError:
            return None


def _headers(message: Message, release: OpenRelease | None, body: RequestBody) -> Iterator[tuple[bytes, bytes]]:
    """The headers that every answer has: those of SECURITY_HEADERS that it does not set itself, its release.

    An answer given before a large body has come ends the connection, or the rest would be taken only to be thrown away.
    """
    own = {name.lower() for name, _ in message.get("headers", [])}
    yield from ((name, value) for name, value in SECURITY_HEADERS.items() if name not in own)
    if release:
        yield b"x-release", release.release_id.encode()
    if body.is_worth_cutting_off:
        yield b"connection", b"close"


def _template(scope: Scope) -> str:
    route: Any = scope.get("route")
    return getattr(route, "path", None) or "(none)"


def _log(error: Exception, fault: HubError | None) -> None:
    """Logs type and stack frames; not the message, as a database's may quote the value it could not convert."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    error_log.error("%s%s\n%s", type(error).__name__, f": {fault}" if fault else "", frames)
