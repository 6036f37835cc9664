"""Lands the items of a paged JSON API as JSON lines, one item a line, unchanged.

Two hidden files in the landing folder let a pull continue after an outage: the lines so far, and its progress.
Not here: reading a page's answer (`items.py`), fetching it (`pages.py`).
"""

from __future__ import annotations

import filecmp
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from contracts.model import Table
from contracts.pull import Pull
from pipelines.pull.items import Watermark, address, highest, items_of, lines_of, next_address
from pipelines.pull.landed_files import last_landed, next_path, pull_folder
from pipelines.pull.pages import UnusableResponse, client, fetch_page
from warehouse.files import atomic_file, write_atomically
from warehouse.lake.secrets import read_secret
from warehouse.settings import Settings

PAGES = 100_000
Fetch = Callable[[str, int], Any]


@dataclass(frozen=True)
class Progress:
    """The progress of a pull; its fields are the keys of the hidden progress file.

    `pages` read, `size` in bytes of the lines written, `url` of the next page; `since` is the watermark asked from, `mark` the
    highest so far, `landed` the newest file at the start, `asked` the digest of the contract's pull: if that changes, the pull
    starts anew.
    """

    asked: str
    since: Watermark = None
    landed: str = ""
    pages: int = 0
    size: int = 0
    url: str = ""
    mark: Watermark = None

    def from_the_start(self) -> Progress:
        return Progress(self.asked, self.since, self.landed)


def pull_api(settings: Settings, table: Table, pull: Pull, wait: Callable[[float], None]) -> Path | None:
    """Fetch and land new items; return the landed file, None if there are none. HubError: the pull failed.

    After an outage the next pull continues after the pages already fetched.
    """
    token = read_secret(settings, pull.secret) if pull.secret else ""
    with last_landed(settings, table, pull) as last:
        return _pull_since(settings, table, pull, last, token, wait)


def _pull_since(
    settings: Settings, table: Table, pull: Pull, last: Path | None, token: str, wait: Callable[[float], None]
) -> Path | None:
    folder = pull_folder(settings, table)
    folder.mkdir(parents=True, exist_ok=True)
    part, state = folder / f".{table.name}.part", folder / f".{table.name}.progress.json"
    begun = _load_progress(state, part, pull, last)
    done = begun
    with client(token) as http, _open_at(part, begun.size) as file:
        try:
            for done, lines in _pages(pull, begun, lambda url, page: fetch_page(http, url, page, wait)):
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
                if done.url:
                    _save_progress(state, done)
        except UnusableResponse:
            _save_progress(state, begun.from_the_start())
            raise
    landed = None
    if done.size and not (last and _nothing_new(part, last, begun.since is not None)):
        landed = last = next_path(settings, table, pull, last)
        with atomic_file(landed) as temporary:
            os.replace(part, temporary)
    part.unlink(missing_ok=True)
    since = begun.since if done.mark is None else done.mark
    _save_progress(state, Progress(begun.asked, since, last.name if last else ""))
    return landed


def _pages(pull: Pull, progress: Progress, fetch: Fetch) -> Iterator[tuple[Progress, bytes]]:
    """Yield each page's progress and lines; the last has an empty `url`. UnusableResponse: the pages do not end."""
    visited: set[str | bytes] = set()
    url = progress.url or address(pull, 1, "", progress.since)
    while url:
        page = progress.pages + 1
        answer = fetch(url, page)
        items = items_of(pull, answer, page)
        lines = lines_of(items, page)
        marks: set[str | bytes] = {url, hashlib.sha256(lines).digest()} if items else {url}
        if marks & visited or page > PAGES:
            what = "the pages go round in a circle" if marks & visited else f"more than {PAGES} pages"
            raise UnusableResponse(what, where=f"page {page}", remedy="compare url and next with the API's manual")
        visited |= marks
        url = next_address(pull, answer, url, page, bool(items), progress.since)
        mark = highest(items, pull.watermark, progress.mark, page)
        progress = replace(progress, pages=page, size=progress.size + len(lines), url=url, mark=mark)
        yield progress, lines


@contextmanager
def _open_at(part: Path, size: int) -> Iterator[BinaryIO]:
    """The file of lines, cut at `size` to drop an interrupted page."""
    with part.open("ab") as file:
        file.truncate(size)
        yield file


def _load_progress(state: Path, part: Path, pull: Pull, last: Path | None) -> Progress:
    """The saved progress; a new start if there is none, the contract has changed, or the landed file is not `last`."""
    try:
        known = Progress(**json.loads(state.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Progress(pull.digest)
    if known.asked != pull.digest or (known.landed and (last is None or last.name != known.landed)):
        return Progress(pull.digest)
    written = part.stat().st_size if part.exists() else 0
    return known if known.url and written >= known.size else known.from_the_start()


def _save_progress(state: Path, progress: Progress) -> None:
    write_atomically(state, json.dumps(asdict(progress)).encode())


def _nothing_new(part: Path, last: Path, changes_only: bool) -> bool:
    """True if the last landed file is the same, or for `changes_only` has every line."""
    if not changes_only:
        return filecmp.cmp(part, last, shallow=False)
    with part.open("rb") as new, last.open("rb") as old:
        lines = {hash(line) for line in new}
        lines.difference_update(hash(line) for line in old)
    return not lines
