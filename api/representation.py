"""The form in which an answer leaves: conditional (RFC 9110, 13) and compressed (RFC 9110, 8.4), where its request asks for it.

Everything here happens after the answer was made: an answer 304 was read through the gate like any other. Not here: the
headers that every answer has (middleware.py).
"""

from __future__ import annotations

import hashlib
import re
import sys
import zlib
from collections.abc import Callable
from typing import Final, NamedTuple

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SMALLEST: Final = 1024  # bytes; below, compressing saves no packet
COMPRESSIBLE: Final = re.compile(r"(text/|application/(.*\+)?json\b|application/(javascript|geo\+json))")
CONDITIONAL: Final = ("GET", "HEAD")
ABOUT_CONTENT: Final = ("content-length", "content-type", "content-encoding")


class ContentCoding(NamedTuple):
    """A content coding by its registered name."""

    name: str
    encode: Callable[[bytes], bytes]


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(level=1, wbits=zlib.MAX_WBITS | 16)
    return packer.compress(body) + packer.flush()


def _zstd(body: bytes) -> bytes:
    return zstd.compress(body, 3)


CODINGS: Final = (ContentCoding("zstd", _zstd), ContentCoding("gzip", _gzip))  # the better first


class Representation:
    """Shapes the answer to one request; its beginning is held back until the first part of its body is there."""

    def __init__(self, scope: Scope) -> None:
        self._method = scope["method"]
        self._state = scope["state"]
        self._asked = {
            name: value for name, value in scope["headers"] if name in (b"if-none-match", b"accept-encoding")
        }
        self._start: Message | None = None

    def messages(self, message: Message) -> list[Message]:
        """The messages to send now. An answer that comes in several parts is sent as it is."""
        if message["type"] == "http.response.start":
            self._start = message
            return []
        start, self._start = self._start, None
        if start is None:
            return [message]
        if not message.get("more_body"):
            self._shape(start, message)
        return [start, message]

    def _shape(self, start: Message, body: Message) -> None:
        headers, content = MutableHeaders(raw=list(start["headers"])), body.get("body", b"")
        viewer, may_be_kept = self._state.get("viewer"), start["status"] == 200 and self._method in CONDITIONAL
        if may_be_kept and viewer is not None:
            headers["etag"] = entity_tag(viewer, content)
            headers.add_vary_header("Authorization")
        if may_be_kept and self._is_unchanged(headers.get("etag")):
            start["status"], content = 304, b""
            for name in ABOUT_CONTENT:
                del headers[name]
        elif len(content) >= SMALLEST and COMPRESSIBLE.match(headers.get("content-type", "")):
            content = self._compress(headers, content)
        start["headers"], body["body"] = headers.raw, content

    def _is_unchanged(self, tag: str | None) -> bool:
        """True if the client has what it would get: RFC 9110, 13.1.2, compared weakly."""
        known = self._asked.get(b"if-none-match")
        if known is None or tag is None:
            return False
        tags = [text.strip().removeprefix("W/") for text in known.decode("latin-1").split(",")]
        return "*" in tags or tag.removeprefix("W/") in tags

    def _compress(self, headers: MutableHeaders, content: bytes) -> bytes:
        headers.add_vary_header("Accept-Encoding")
        coding = best_coding(self._asked.get(b"accept-encoding", b"").decode("latin-1"))
        if coding is None or "content-encoding" in headers:
            return content
        content = coding.encode(content)
        headers["content-encoding"], headers["content-length"] = coding.name, str(len(content))
        return content


def entity_tag(viewer: object, content: bytes) -> str:
    """A weak tag (compressed or not, the answer is the same) of the content and of whom it is for.

    The content names its release and holds the present state of findings, so it changes with both.
    """
    digest = hashlib.blake2b(repr(viewer).encode(), digest_size=16)
    digest.update(content)
    return f'W/"{digest.hexdigest()}"'


def best_coding(accepted: str) -> ContentCoding | None:
    """The best coding that a header Accept-Encoding allows (RFC 9110, 12.5.3); None for none."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        found = re.fullmatch(r"\s*q=(0(\.\d{0,3})?|1(\.0{0,3})?)\s*", weight)
        weights[name.strip()] = float(found[1]) if found else 0.0 if weight.strip() else 1.0
    return next((coding for coding in CODINGS if weights.get(coding.name, weights.get("*", 0.0)) > 0), None)
