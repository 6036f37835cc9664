"""The word `pull`: a table the hub fetches itself, by a query on a database or from a paged JSON API.

What is fetched is landed as a file and from there on a delivery like any other. Not here: fetching (`pipelines/pull/`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from typing import Any, Literal

FORMATS = {"query": "parquet", "api": "jsonl"}
STAMP = "20240301T013000"  # any moment, as a landed file's name has it
SECRET = re.compile("[a-z][a-z0-9_]*")
SELECT = re.compile(r"\s*(select|with)\b", re.I)
PLACES = {"page", "cursor", "watermark"}
PLACE = re.compile(r"\{(\w*)\}")
# user:password@ in a URL, or password=…, token=…, also as a part of the parameter's name; `{cursor}` is none
CREDENTIALS = re.compile(
    r"://[^/@\s]*:[^/@\s]*@|\b(?:\w*[_-])?(?:password|passwd|pwd|token|api_?key|secret|access_?key)\b\s*=(?!\s*\{)",
    re.I,
)


@dataclass(frozen=True)
class Pull:
    """`query` of a database, whose URL is the content of `secret`, or `url` of an API, to which it is the bearer token.

    In `url` stand {page} (from 1) or {cursor}, and {watermark}; `items` and `next` are dotted paths in the answer, to the
    list of rows and to the cursor or URL of the next page. `watermark` names the column that grows with every change:
    only rows from the highest one on are fetched again.
    """

    kind: Literal["query", "api"]
    secret: str = ""
    query: str = ""
    url: str = ""
    items: str = ""
    next: str = ""
    watermark: str = ""

    @property
    def digest(self) -> str:
        """Stands for what is asked: after a change of it everything is fetched once more."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:16]


def layout_words(table: str, pull: Any, given: Any) -> Any:
    """A pulled table's layout: the hub itself chose format and name; what the contract says goes before."""
    kind = str(pull.get("kind")) if isinstance(pull, Mapping) else ""
    if kind not in FORMATS or not isinstance(given, Mapping):
        return given
    pattern = rf"{re.escape(table)}_(?P<date>\d{{8}})T\d{{6}}\.{FORMATS[kind]}"
    return {"format": FORMATS[kind], "file_pattern": pattern, **given}


def landed_name(table: str, kind: str, stamp: str) -> str:
    """The name of the file a pull lands; `stamp` is its moment in local time, YYYYMMDDTHHMMSS."""
    return f"{table}_{stamp}.{FORMATS[kind]}"


def pull_problems(table: str, words: Mapping[str, Any], has_key: bool) -> Iterator[str]:
    """What is wrong with the word `pull` among a table's `words`."""
    try:
        pull = Pull(**words["pull"])
    except TypeError as error:
        yield str(error).split("() ")[-1]
        return
    if wrong := [name for name, value in vars(pull).items() if not isinstance(value, str)]:
        yield f"{', '.join(wrong)}: text is expected"
        return
    if pull.kind not in FORMATS:
        yield f"kind must be one of {', '.join(FORMATS)}"
        return
    yield from _query_problems(pull) if pull.kind == "query" else _api_problems(pull)
    if (pull.secret or pull.kind == "query") and not SECRET.fullmatch(pull.secret):
        yield "secret names a file in $HUB_HOME/secrets: lower-case letters, digits, _"
    if CREDENTIALS.search(pull.query) or CREDENTIALS.search(pull.url):
        yield "a contract holds no password, token or key: put it into $HUB_HOME/secrets and name it as `secret`"
    if pull.watermark and (words.get("load") not in ("append", "upsert") or not has_key):
        yield "a watermark brings changed rows only: load is upsert or append, and a column is `primaryKey: true`"
    yield from _layout_problems(table, pull, words.get("layout"))


def _query_problems(pull: Pull) -> Iterator[str]:
    if not SELECT.match(pull.query):
        yield "query is one select"
    if pull.url or pull.items or pull.next:
        yield "url, items and next belong to kind api"


def _api_problems(pull: Pull) -> Iterator[str]:
    places = set(PLACE.findall(pull.url))
    if not pull.url.startswith(("http://", "https://")):
        yield "url starts with https:// (or http://)"
    if pull.query:
        yield "query belongs to kind query"
    if places - PLACES:
        yield f"url knows {', '.join(f'{{{place}}}' for place in sorted(PLACES))}"
    if "page" in places and pull.next:
        yield "pages are counted by {page} or follow `next`, not both"
    if "cursor" in places and not pull.next:
        yield "{cursor} is what `next` points to"
    if ("watermark" in places) != bool(pull.watermark):
        yield "watermark names the items' field and {watermark} its place in url: both or none"


def _layout_problems(table: str, pull: Pull, layout: Any) -> Iterator[str]:
    if not isinstance(layout, Mapping):
        return
    if layout.get("format") != FORMATS[pull.kind]:
        yield f"what kind {pull.kind} lands has format {FORMATS[pull.kind]}"
    name = landed_name(table, pull.kind, STAMP)
    try:
        fits = re.fullmatch(str(layout.get("file_pattern")), name)
    except re.error:
        return  # the layout's own lint says so
    if not fits:
        yield f"file_pattern must fit the landed file's name, {name}; leave it out"
