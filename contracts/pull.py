"""The word `pull`: a table the hub fetches itself, by a query on a database or from a paged JSON API.

The answer is landed as a file and is a delivery like any other from then on. Not here: fetching (`pipelines/pull/`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from contracts.declaration import Declaration
from contracts.layout import Layout

FORMATS = {"query": "parquet", "api": "jsonl"}
STAMP = "20240301T013000"  # an example of a time in a landed file's name
SECRET = re.compile("[a-z][a-z0-9_]*")
SELECT = re.compile(r"\s*(select|with)\b", re.I)
PLACES = {"page", "cursor", "watermark"}
PLACE = re.compile(r"\{(\w*)\}")
# user:password@ in a URL, or password=…, token=…, also as a part of the parameter's name; `{cursor}` is none
CREDENTIALS = re.compile(
    r"://[^/@\s]*:[^/@\s]*@|\b(?:\w*[_-])?(?:password|passwd|pwd|token|api_?key|secret|access_?key)\b\s*=(?!\s*\{)",
    re.I,
)


def _secret(name: str) -> str:
    if name and not SECRET.fullmatch(name):
        raise ValueError("should name a file in $HUB_HOME/secrets")  # the value may be the secret itself
    return name


class Pull(Declaration):
    """`query` of a database, whose URL is the content of `secret`, or `url` of an API, to which it is the bearer token.

    `url` may hold {page} (from 1) or {cursor}, and {watermark}; `items` and `next` are dotted paths in the answer, to the
    list of rows and to the cursor or URL of the next page. `watermark` names the column that grows with every change:
    only rows from the highest one on are fetched again.
    """

    kind: Literal["query", "api"]
    secret: Annotated[str, AfterValidator(_secret)] = Field("", description="lower-case letters, digits, _")
    query: str = ""
    url: str = ""
    items: str = ""
    next: str = ""
    watermark: str = ""

    @property
    def digest(self) -> str:
        """A hash of the request: when it changes, everything is fetched again."""
        return hashlib.sha256(repr(tuple(dict(self).values())).encode()).hexdigest()[:16]

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Yields a word and a problem: words that the kind needs or does not have, and credentials in the contract."""
        yield from self._of_query() if self.kind == "query" else self._of_api()
        for word in ("query", "url"):
            if CREDENTIALS.search(getattr(self, word)):
                yield (
                    word,
                    "a contract holds no password, token or key -> put it into $HUB_HOME/secrets, name it as `secret`",
                )

    def _of_query(self) -> Iterator[tuple[str, str]]:
        if not SELECT.match(self.query):
            yield "query", "should be one select -> `select …` or `with …`"
        if not self.secret:
            yield "secret", "names the file in $HUB_HOME/secrets with the database's URL -> add it"
        for word in ("url", "items", "next"):
            if getattr(self, word):
                yield word, "belongs to kind api -> leave it out"

    def _of_api(self) -> Iterator[tuple[str, str]]:
        places = set(PLACE.findall(self.url))
        if not self.url.startswith(("http://", "https://")):
            yield "url", "should start with https:// (or http://) -> correct it"
        if self.query:
            yield "query", "belongs to kind query -> leave it out"
        if odd := sorted(places - PLACES):
            known = ", ".join(f"{{{place}}}" for place in sorted(PLACES))
            yield "url", f"knows no {{{odd[0]}}} -> it knows {known}"
        if "page" in places and self.next:
            yield "next", "pages are counted by {page} or follow `next`, not both -> leave one out"
        if "cursor" in places and not self.next:
            yield "url", "has {cursor}, which is what `next` points to -> add `next`"
        if ("watermark" in places) != bool(self.watermark):
            yield "watermark", "names the items' field, and {watermark} its place in url -> both or none"


def layout_words(table: str, pull: Any, declared: Any) -> Any:
    """The layout of a pulled table: format and file pattern as the hub lands it, then the contract's `declared` words."""
    kind = str(pull.get("kind")) if isinstance(pull, Mapping) else ""
    if kind not in FORMATS or not isinstance(declared, Mapping):
        return declared
    pattern = rf"{re.escape(table)}_(?P<date>\d{{8}})T\d{{6}}\.{FORMATS[kind]}"
    return {"format": FORMATS[kind], "file_pattern": pattern, **declared}


def landed_name(table: str, kind: str, stamp: str) -> str:
    """The name of the file a pull lands; `stamp` is its moment in local time, YYYYMMDDTHHMMSS."""
    return f"{table}_{stamp}.{FORMATS[kind]}"


def pull_problems(table: str, pull: Pull, load: str, layout: Layout | None, has_key: bool) -> Iterator[str]:
    """Problems of the contract's load and layout with the way the table is pulled."""
    if pull.watermark and (load == "snapshot" or not has_key):
        yield "a watermark brings changed rows only -> load is upsert or append, and a column is `primaryKey: true`"
    if layout is None:
        return
    if layout.format != FORMATS[pull.kind]:
        yield f"what kind {pull.kind} lands has format {FORMATS[pull.kind]} -> leave `format` out of the layout"
    name = landed_name(table, pull.kind, STAMP)
    if not re.fullmatch(layout.file_pattern, name):
        yield f"file_pattern must fit the landed file's name, {name} -> leave it out"
