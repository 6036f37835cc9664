"""The largest body a request may have: a small default, unless its route declares more.

Not here: reading bodies (uploads.py, FastAPI), counting them (middleware.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.types import Scope

from warehouse.settings import Settings

LARGEST_BODY = 64 * 1024
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def takes_up_to(limit: Callable[[Settings], int]) -> Callable[[Endpoint], Endpoint]:
    """A decorator, below the route's own, that lets its body have up to `limit(settings)` bytes."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.largest_body = limit  # type: ignore[attr-defined]  # a function's own property
        return endpoint

    return declare


def largest_body(scope: Scope, settings: Settings) -> int:
    """The bytes that the body of this request may have; the default if it has no route (yet)."""
    endpoint = getattr(scope.get("route"), "endpoint", None)
    limit: Callable[[Settings], int] | None = getattr(endpoint, "largest_body", None)
    return limit(settings) if limit else LARGEST_BODY


def declared_length(scope: Scope) -> int:
    """The bytes of the header Content-Length; 0 if it is missing or no number."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0
