"""Which files lie in landing, and which version of which contract each is for.

`landing/<office>/…/<file>`: the folder is the office's own choice, the file's name says which table it is. A ZIP is a
folder in one file: each of its members arrives by itself.
Not here: reading the files (`ingest.py`), the hashes of their bytes (`file_hashes.py`), what a ZIP may hold
(`warehouse/lake/archives.py`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from contracts.file_names import FutureDate, date_in, is_correction, is_unfinished, tables_for_file
from contracts.model import Catalog, Table
from pipelines.ingest.refusals import Refusal
from warehouse.lake.archives import BadArchive, is_archive, members, on_one_line

Mark = tuple[int, int]  # size in bytes, time of change in ns
GONE: Mark = (0, 0)


@dataclass(frozen=True)
class Arrival:
    """A file in landing, or a `member` of a ZIP there. `table` is the version it is read by; None, and `refused` says
    why, where its name fits no contract or several. `dated`: by its name, not by its time. `mark` is what the file looked
    like when it was found.
    """

    path: Path
    delivered_on: date
    mark: Mark
    office: str = ""
    member: str = ""
    dated: bool = False
    table: Table | None = None
    correction: bool = False
    refused: Refusal | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """As people read it: `人口信息_20240301.csv`, `三月.zip/人口信息_20240301.csv`."""
        return f"{display_path(self.path.name)}/{self.member}" if self.member else display_path(self.path.name)


def arrivals(landing: Path, catalog: Catalog, files: Iterable[Path] | None = None) -> list[Arrival]:
    """Landing's files (or those given) by date and name, so that newer data is read later."""
    paths = landing_files(landing) if files is None else files
    found = (arrival for path in paths for arrival in _arriving(path, landing, catalog))
    return sorted(found, key=lambda a: (a.delivered_on, a.name, a.path))


def landing_files(landing: Path) -> list[Path]:
    """Every file in any folder of landing that ingest would read, sorted: not hidden, not still being written."""
    return sorted(p for p in landing.rglob("*") if p.is_file() and not is_unfinished(p.name))


def settled_files(files: list[Path], seconds: float) -> tuple[list[Path], list[Path]]:
    """Files that do not grow, and those that do. Waits, if it must, until the youngest has been left alone so long."""
    marks = {path: mark_of(path) for path in files}
    youngest = max((mark[1] for mark in marks.values()), default=0)
    time.sleep(max(0.0, min(seconds, youngest / 1e9 + seconds - time.time())))
    quiet = [path for path, mark in marks.items() if mark_of(path) == mark != GONE]
    return quiet, [path for path in files if path not in set(quiet) and mark_of(path) != GONE]


def mark_of(path: Path) -> Mark:
    """What tells that a file was changed; of one that is gone, nothing."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return GONE
    return stat.st_size, stat.st_mtime_ns


def display_path(name: str) -> str:
    """A file's name as text on one line: in GB18030, which a Linux disk keeps as mere bytes, as its writer meant it."""
    try:
        name.encode()
    except UnicodeEncodeError:
        name = name.encode("utf-8", "surrogateescape").decode("gb18030", "replace")
    return on_one_line(name)


def _arriving(path: Path, landing: Path, catalog: Catalog) -> Iterator[Arrival]:
    office = display_path(path.relative_to(landing).parts[0]) if path.parent != landing else ""
    arrival = Arrival(path, _changed_on(path), mark_of(path), office)
    if path.is_symlink():
        yield replace(arrival, refused=Refusal("link", arrival.name))
        return
    if not is_archive(path) or tables_for_file(catalog.sources(), arrival.name):
        yield _assigned(arrival, arrival.name, catalog)
        return
    try:
        inside = members(path)
    except BadArchive as error:
        yield replace(arrival, refused=Refusal.archive(error))
        return
    for member in inside:
        yield _assigned(replace(arrival, member=member.name), member.bare_name, catalog)


def _changed_on(path: Path) -> date:
    """Today for a time no calendar has (some tools write one), and for a file that is gone again."""
    try:
        return date.fromtimestamp(path.stat().st_mtime)
    except (OSError, OverflowError, ValueError):
        return date.today()


def _assigned(arrival: Arrival, name: str, catalog: Catalog) -> Arrival:
    """The arrival with the version of the contract that its name and date ask for."""
    fits = tables_for_file(catalog.sources(), name)
    if not fits:
        return replace(arrival, refused=Refusal("no_contract", arrival.name))
    if len(fits) > 1:
        return replace(
            arrival, refused=Refusal("several_contracts", arrival.name, tables=", ".join(t.name for t, _ in fits))
        )
    table, match = fits[0]
    try:
        written = date_in(match)
    except ValueError as error:
        return replace(arrival, table=table, refused=future_dated(error, arrival.name))
    day = written or arrival.delivered_on
    dated, correction = written is not None, is_correction(match)
    return replace(arrival, table=table.on(day), delivered_on=day, dated=dated, correction=correction)


def future_dated(error: ValueError, name: str) -> Refusal:
    """What `date_in` found wrong."""
    return Refusal("future_date" if isinstance(error, FutureDate) else "bad_date", name)
