"""Reads an API's answer: its items as lines, the address of the next page, the highest watermark.

Not here: fetching (`pages.py`), writing files (`api.py`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from contracts.errors import HubError
from contracts.pull import PLACE, Pull
from pipelines.pull.pages import UnusableResponse

Watermark = str | int | float | None
Item = dict[str, Any]


def address(pull: Pull, page: int, cursor: str, since: Watermark) -> str:
    """The URL with its placeholders filled; a parameter without a value yet is left out."""
    values = {"page": str(page), "cursor": cursor, "watermark": "" if since is None else str(since)}
    path, mark, query = pull.url.partition("?")
    fields = [field for field in query.split("&") if all(values[place] for place in PLACE.findall(field))]
    return PLACE.sub(lambda place: quote(values[place[1]], safe=""), path + mark + "&".join(fields))


def next_address(pull: Pull, answer: Any, url: str, page: int, any_items: bool, since: Watermark) -> str:
    """The URL of the page after this one, "" after the last. UnusableResponse: it is on another server."""
    if not pull.next:
        return address(pull, page + 1, "", since) if "{page}" in pull.url and any_items else ""
    value = _at(answer, pull.next)
    if value in (None, "", False):
        return ""
    if not isinstance(value, str | int):
        raise HubError(f"{pull.next} is neither text nor number", where=f"page {page}", remedy="correct `next`")
    if "{cursor}" in pull.url:
        return address(pull, page + 1, str(value), since)
    following = _same_server_url(url, str(value))
    if following is None:
        raise UnusableResponse(
            "`next` leads to another server", where=f"page {page}", remedy="use its cursor: …?cursor={cursor}"
        )
    return following


def _same_server_url(url: str, following: str) -> str | None:
    """`following` as an absolute URL, resolved against `url`; None if it is not on the same server."""
    try:
        joined = urljoin(url, following)
        here, there = urlsplit(url), urlsplit(joined)
        same = (here.scheme, here.hostname, here.port) == (there.scheme, there.hostname, there.port)
    except ValueError:
        return None
    return joined if same else None


def items_of(pull: Pull, answer: Any, page: int) -> list[Item]:
    """The objects at the contract's `items` path. HubError: it is not a list of objects."""
    items = _at(answer, pull.items)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        where = f"`{pull.items}`" if pull.items else "the answer"
        raise HubError(f"{where} is no list of objects", where=f"page {page}", remedy="correct `items`")
    return items


def lines_of(items: Sequence[Item], page: int) -> bytes:
    """One item a line, in UTF-8. HubError: a text has a lone surrogate."""
    try:
        return "".join(json.dumps(item, ensure_ascii=False, separators=(",", ":")) + "\n" for item in items).encode()
    except UnicodeEncodeError:
        raise HubError("text that is no Unicode", where=f"page {page}", remedy="ask the API's owner") from None


def highest(items: Sequence[Item], name: str, before: Watermark, page: int) -> Watermark:
    """The highest watermark of `before` and the items. HubError: a field is missing, or mixes text and numbers."""
    if not name:
        return None
    if not all(name in item for item in items):
        raise HubError(f"an item has no field {name}", where=f"page {page}", remedy="correct `watermark`")
    marks = [mark for mark in (before, *(item[name] for item in items)) if mark is not None]
    if not all(isinstance(mark, str) for mark in marks) and not all(isinstance(mark, int | float) for mark in marks):
        raise HubError(f"{name} is neither text nor number throughout", where=f"page {page}", remedy="choose another")
    return max(marks, default=None)


def _at(answer: Any, path: str) -> Any:
    """The value at a dotted path; None if there is none."""
    for name in path.split(".") if path else ():
        answer = answer.get(name) if isinstance(answer, dict) else None
    return answer
