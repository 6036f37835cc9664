"""The bounds of a request's body: its size (small, unless its route declares more) and the time it may stand still.

Not here: reading bodies (uploads.py, FastAPI), counting requests (middleware.py).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

from warehouse.settings import Settings

LARGEST_BODY: Final = 64 * 1024
SLOWEST: Final = 1024  # bytes a second on average, beyond the seconds for which a body may stand still
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def takes_up_to(limit: Callable[[Settings], int]) -> Callable[[Endpoint], Endpoint]:
    """A decorator, below the route's own, that lets its body have up to `limit(settings)` bytes."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.largest_body = limit  # type: ignore[attr-defined]  # a function's own property
        return endpoint

    return declare


class RequestBody:
    """The body of one request on its way in: `receive` is what the application reads it by."""

    def __init__(self, scope: Scope, receive: Receive, settings: Settings) -> None:
        self._scope, self._receive, self._settings = scope, receive, settings
        self._headers = dict(scope["headers"])
        self._received, self._waited, self._is_complete = 0, 0.0, False

    @property
    def is_worth_cutting_off(self) -> bool:
        """True if more is to come than is worth taking only to keep the connection."""
        if self._is_complete:
            return False
        return b"transfer-encoding" in self._headers or self._declared_length - self._received > LARGEST_BODY

    async def receive(self) -> Message:
        """The next part. HTTPException 413 as soon as it is known to be too large, 408 if it stands still or creeps."""
        if self._is_complete:
            return await self._receive()  # the message that the client has gone, however long that takes
        limit = self._largest()
        if self._declared_length > limit:
            raise _too_large(limit)
        message = await self._next()
        self._received += len(message.get("body", b""))
        if self._received > limit:
            raise _too_large(limit)
        self._is_complete = not message.get("more_body", False)
        return message

    async def _next(self) -> Message:
        still = self._settings.body_seconds
        seconds, started = min(still, still + self._received / SLOWEST - self._waited), time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                return await self._receive()
        except TimeoutError:
            raise HTTPException(408, f"the body does not come: nothing for {still:g} s, or less than 1 KiB/s") from None
        finally:
            self._waited += time.monotonic() - started

    def _largest(self) -> int:
        """The bytes that this body may have; the default if the request has no route (yet)."""
        endpoint = getattr(self._scope.get("route"), "endpoint", None)
        limit: Callable[[Settings], int] | None = getattr(endpoint, "largest_body", None)
        return limit(self._settings) if limit else LARGEST_BODY

    @property
    def _declared_length(self) -> int:
        """The bytes of the header Content-Length; 0 if it is missing or no number."""
        length = self._headers.get(b"content-length", b"0")
        return int(length) if length.isdigit() else 0


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"the body is too large: at most {limit} bytes")
