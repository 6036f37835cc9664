"""Gives every request its release, an access log line and metrics, bounds its body, and catches unexpected errors.

Log and metrics hold the route's template, never the path, query, body or an error's message: this module is what keeps
names and numbers out of them.
"""

from __future__ import annotations

import logging
import time
import traceback
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.body_limits import declared_length, largest_body
from api.errors import error_log, problem
from api.state import AppState
from contracts.errors import HubError, ReleaseError
from warehouse.environment import environment_fault
from warehouse.releases.reader import OpenRelease

access_log = logging.getLogger("hub.access")
SECURITY_HEADERS = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]


class RequestMiddleware:
    """ASGI middleware around every HTTP request."""

    def __init__(self, app: ASGIApp, state: AppState) -> None:
        self._app, self._state = app, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, received = time.perf_counter(), 0, 0
        release = scope.setdefault("state", {})["release"] = self._current()

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                named = [(b"x-release", release.release_id.encode())] if release else []
                message["headers"] = [*message.get("headers", []), *SECURITY_HEADERS, *named]
            await send(message)

        async def receive_bounded() -> Message:
            nonlocal received
            limit = largest_body(scope, self._state.settings)
            if declared_length(scope) > limit:
                raise HTTPException(413, f"the body is too large: at most {limit} bytes")
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(413, f"the body is too large: at most {limit} bytes")
            return message

        try:
            await self._app(scope, receive_bounded, send_marked)
        except Exception as error:
            fault = environment_fault(error)  # a disk or a database that is gone: to be tried again
            _log(error, fault)
            if status == 0:
                answer = problem(503 if fault else 500, "the hub failed", release.release_id if release else None)
                await answer(scope, receive, send_marked)
        finally:
            seconds = time.perf_counter() - started
            route = _template(scope)
            self._state.metrics.count(scope["method"], route, status, seconds)
            access_log.info("%s %s %d %.1f ms", scope["method"], route, status, 1000 * seconds)

    def _current(self) -> OpenRelease | None:
        try:
            return self._state.reader.current()
        except ReleaseError:
            return None


def _template(scope: Scope) -> str:
    route: Any = scope.get("route")
    return getattr(route, "path", None) or "(none)"


def _log(error: Exception, fault: HubError | None) -> None:
    """Logs type and stack frames; not the message, as a database's may quote the value it could not convert."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    error_log.error("%s%s\n%s", type(error).__name__, f": {fault}" if fault else "", frames)
