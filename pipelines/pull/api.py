"""A paged JSON API, landed as JSON lines: one item a line, as it came.

Two hidden files beside what is landed carry a pull over an outage: the lines so far, and how far it had come.
Not here: what one page's answer means (`items.py`), fetching it (`pages.py`).
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
from pipelines.pull.items import Mark, address, highest, items_of, lines_of, next_address
from pipelines.pull.landed_files import last_landed, next_path, pull_folder
from pipelines.pull.pages import UnusableResponse, client, fetch_page
from warehouse.files import replacing, write_atomically
from warehouse.lake.secrets import read_secret
from warehouse.settings import Settings

PAGES = 100_000
Fetch = Callable[[str, int], Any]


@dataclass(frozen=True)
class Progress:
    """How far a pull has come: `pages` taken, `size` bytes of lines written, `url` of the page to fetch next.

    `since` is the watermark it asks from, `mark` the highest it has seen, `landed` the newest file when it began. `asked`
    stands for the contract's words: after a change of them nothing of this holds.
    """

    asked: str
    since: Mark = None
    landed: str = ""
    pages: int = 0
    size: int = 0
    url: str = ""
    mark: Mark = None

    def from_the_start(self) -> Progress:
        return Progress(self.asked, self.since, self.landed)


def pull_api(settings: Settings, table: Table, pull: Pull, wait: Callable[[float], None]) -> Path | None:
    """The landed file; None where there is no item, or none that the last landed file has not. HubError otherwise.

    After an outage the pages that are there are kept, and the next pull goes on behind them.
    """
    token = read_secret(settings, pull.secret) if pull.secret else ""
    folder = pull_folder(settings, table)
    folder.mkdir(parents=True, exist_ok=True)
    part, memory = folder / f".{table.name}.part", folder / f".{table.name}.progress.json"
    begun = _remembered(memory, part, pull)
    done = begun
    with client(token) as http, _open_at(part, begun.size) as file:
        try:
            for done, lines in _pages(pull, begun, lambda url, page: fetch_page(http, url, page, wait)):
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
                if done.url:
                    _remember(memory, done)
        except UnusableResponse:
            _remember(memory, begun.from_the_start())
            raise
    last = last_landed(settings, table, pull)
    landed = None
    if done.size and not (last and _nothing_new(part, last, begun.since is not None)):
        landed = last = next_path(settings, table, pull, last)
        with replacing(landed) as temporary:
            os.replace(part, temporary)
    part.unlink(missing_ok=True)
    since = begun.since if done.mark is None else done.mark
    _remember(memory, Progress(begun.asked, since, last.name if last else ""))
    return landed


def _pages(pull: Pull, progress: Progress, fetch: Fetch) -> Iterator[tuple[Progress, bytes]]:
    """Each page's lines, and how far they bring the pull; of the last one `url` is empty. Unusable: no end in sight."""
    seen: set[str | bytes] = set()
    url = progress.url or address(pull, 1, "", progress.since)
    while url:
        page = progress.pages + 1
        answer = fetch(url, page)
        items = items_of(pull, answer, page)
        lines = lines_of(items, page)
        marks: set[str | bytes] = {url, hashlib.sha256(lines).digest()} if items else {url}
        if marks & seen or page > PAGES:
            what = "the pages go round in a circle" if marks & seen else f"more than {PAGES} pages"
            raise UnusableResponse(what, where=f"page {page}", remedy="compare url and next with the API's manual")
        seen |= marks
        url = next_address(pull, answer, url, page, bool(items), progress.since)
        mark = highest(items, pull.watermark, progress.mark, page)
        progress = replace(progress, pages=page, size=progress.size + len(lines), url=url, mark=mark)
        yield progress, lines


@contextmanager
def _open_at(part: Path, size: int) -> Iterator[BinaryIO]:
    """The file of lines, without what an interrupted page left behind `size`."""
    with part.open("ab") as file:
        file.truncate(size)
        yield file


def _remembered(memory: Path, part: Path, pull: Pull) -> Progress:
    """Where to go on; from the start where nothing is known, the contract has changed, or a file was taken away."""
    try:
        known = Progress(**json.loads(memory.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Progress(pull.digest)
    if known.asked != pull.digest or (known.landed and not (memory.parent / known.landed).exists()):
        return Progress(pull.digest)
    written = part.stat().st_size if part.exists() else 0
    return known if known.url and written >= known.size else known.from_the_start()


def _remember(memory: Path, progress: Progress) -> None:
    write_atomically(memory, json.dumps(asdict(progress)).encode())


def _nothing_new(part: Path, last: Path, changes_only: bool) -> bool:
    """Whether the last landed file is the same; of `changes_only`, whether it has every line."""
    if not changes_only:
        return filecmp.cmp(part, last, shallow=False)
    with part.open("rb") as new, last.open("rb") as old:
        lines = {hash(line) for line in new}
        lines.difference_update(hash(line) for line in old)
    return not lines
