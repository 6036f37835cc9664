"""How large a request's body may be: small, unless its route is declared to take more.

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
    """Declares, below the route's own decorator, that its body may have as many bytes as that setting says."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.largest_body = limit  # type: ignore[attr-defined]  # a function's own property
        return endpoint

    return declare


def largest_body(scope: Scope, settings: Settings) -> int:
    """Bytes that the body of this request may have; the small default before and without a route."""
    endpoint = getattr(scope.get("route"), "endpoint", None)
    limit: Callable[[Settings], int] | None = getattr(endpoint, "largest_body", None)
    return limit(settings) if limit else LARGEST_BODY


def declared_length(scope: Scope) -> int:
    """What Content-Length says; 0 where it says nothing."""
    said = dict(scope["headers"]).get(b"content-length", b"0")
    return int(said) if said.isdigit() else 0
