"""Fetches one page of an HTTP JSON API, with retries for a busy server and a limit on size.

Not here: the next page and the items (`items.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import httpx2

from contracts.errors import HubError

TRIES = 5
LONGEST_WAIT = 300.0
PAGE_BYTES = 64 * 1024 * 1024
TIMEOUT = httpx2.Timeout(60, connect=10)
BUSY = 429


class UnusableResponse(HubError):
    """An answer that a retry would not change; the next pull starts anew."""


def client(token: str) -> httpx2.Client:
    """An HTTP client with the bearer token. It follows no redirect: the token is for the contract's server alone."""
    return httpx2.Client(headers={"Authorization": f"Bearer {token}"} if token else {}, timeout=TIMEOUT)


def fetch_page(http: httpx2.Client, url: str, page: int, wait: Callable[[float], None]) -> Any:
    """The page's JSON, after up to TRIES tries. HubError: it failed; the message never has the URL."""
    for attempt in range(1, TRIES + 1):
        pause = float(2 ** (attempt - 1))
        try:
            with http.stream("GET", url) as answer:
                if answer.status_code == httpx2.codes.OK:
                    return _json(_body(answer, page), page)
                problem = f"the API answers with status {answer.status_code}"
                if answer.status_code != BUSY and answer.status_code < 500:
                    raise UnusableResponse(problem, where=f"page {page}", remedy=_remedy(answer.status_code))
                pause = _retry_after(answer, pause)
        except httpx2.InvalidURL:
            raise UnusableResponse("this is no URL", where=f"page {page}", remedy="correct url or next") from None
        except httpx2.RequestError as error:
            problem = f"the API does not answer ({type(error).__name__})"
        if attempt < TRIES:
            wait(min(pause, LONGEST_WAIT))
    raise HubError(problem, where=f"page {page}", remedy="the next night goes on from this page")


def _remedy(status: int) -> str:
    return "renew the token in the secret" if status in (401, 403) else "compare url and next with the API's manual"


def _body(answer: httpx2.Response, page: int) -> bytes:
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > PAGE_BYTES:
            limit = f"more than {PAGE_BYTES // 1024**2} MiB"
            raise UnusableResponse(limit, where=f"page {page}", remedy="ask for fewer rows per page")
    return bytes(body)


def _json(body: bytes, page: int) -> Any:
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise HubError("no JSON", where=f"page {page}", remedy="is url the API itself, or a page for people?") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _retry_after(answer: httpx2.Response, otherwise: float) -> float:
    """Seconds to wait from Retry-After, a number or a date (RFC 9110, 10.2.3); else `otherwise`."""
    header = answer.headers.get("Retry-After", "")
    if header.isdecimal():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return otherwise
