"""Lists the files in landing and in the archive, each with the version of the contract it is read by.

`landing/<office>/…/<file>`: the folder is the office's own choice, the file's name decides the table. Each member of a ZIP is
an arrival of its own.
Not here: reading the files (`ingest.py`), their bytes (`arrival_content.py`) and the hashes of those (`file_hashes.py`), what a
ZIP may hold (`warehouse/lake/archives.py`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from contracts.file_names import FutureDate, date_in, is_correction, is_unfinished, tables_for_file
from contracts.model import Catalog, Table
from pipelines.ingest.refusals import Refusal
from warehouse.lake.archives import BadArchive, is_archive, members, on_one_line
from warehouse.lake.file_kinds import OTHER_ARCHIVES, file_kind
from warehouse.lake.raw_archive import ArchivedFile, RawArchive

Stamp = tuple[int, int]  # size in bytes, time of change in ns
NO_FILE: Stamp = (0, 0)


@dataclass(frozen=True)
class Arrival:
    """A file in landing, or a `member` of a ZIP there, with its `stamp` when it was found; or one that is `archived`.

    `place` is its path below landing, where an archived one lay; of that `path` is the sealed file.
    `table` is the contract's version it is read by; None, with a `refusal`, if its name fits no contract or several.
    `has_date`: `delivered_on` is from its name, not from its time of change.
    """

    path: Path
    place: str
    delivered_on: date
    stamp: Stamp
    office: str = ""
    member: str = ""
    archived: ArchivedFile | None = None
    has_date: bool = False
    table: Table | None = None
    correction: bool = False
    refusal: Refusal | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """The name for people: `人口信息_20240301.csv`, `三月.zip/人口信息_20240301.csv`."""
        if self.archived:
            return self.archived.name
        return f"{display_path(self.path.name)}/{self.member}" if self.member else display_path(self.path.name)

    def has_changed(self) -> bool:
        """True if the file in landing is another than when it was found, or is gone."""
        return self.archived is None and stamp_of(self.path) != self.stamp


def arrivals(
    landing: Path, catalog: Catalog, files: Iterable[Path] | None = None, archive: RawArchive | None = None
) -> list[Arrival]:
    """The arrivals of landing, or of `files`, and of the archive, by date and name, so that newer data is read later."""
    paths = landing_files(landing) if files is None else files
    found = [arrival for path in paths for arrival in _arrivals_in(path, landing, catalog)]
    if archive:
        found += [_archived_arrival(file, archive, catalog) for file in archive.files()]
    return sorted(found, key=lambda a: (a.delivered_on, a.name, a.place))


def landing_files(landing: Path) -> list[Path]:
    """All files in landing's folders that ingest would read, sorted; without hidden and unfinished ones."""
    return sorted(p for p in landing.rglob("*") if p.is_file() and not is_unfinished(p.name))


def settled_files(files: list[Path], seconds: float) -> tuple[list[Path], list[Path]]:
    """The unchanged and the growing files; waits, if necessary, until the youngest is `seconds` old."""
    stamps = {path: stamp_of(path) for path in files}
    youngest = max((stamp[1] for stamp in stamps.values()), default=0)
    time.sleep(max(0.0, min(seconds, youngest / 1e9 + seconds - time.time())))
    quiet = [path for path, stamp in stamps.items() if stamp_of(path) == stamp != NO_FILE]
    return quiet, [path for path in files if path not in set(quiet) and stamp_of(path) != NO_FILE]


def stamp_of(path: Path) -> Stamp:
    """The file's size and time of change; NO_FILE if it no longer exists."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return NO_FILE
    return stat.st_size, stat.st_mtime_ns


def display_path(name: str) -> str:
    """A file's name as text on one line; bytes that are not UTF-8 are decoded as GB18030."""
    try:
        name.encode()
    except UnicodeEncodeError:
        name = name.encode("utf-8", "surrogateescape").decode("gb18030", "replace")
    return on_one_line(name)


def _arrivals_in(path: Path, landing: Path, catalog: Catalog) -> Iterator[Arrival]:
    office = display_path(path.relative_to(landing).parts[0]) if path.parent != landing else ""
    place, stamp = display_path(str(path.relative_to(landing))), stamp_of(path)
    arrival = Arrival(path, place, _changed_on(stamp), stamp, office)
    if path.is_symlink():
        yield replace(arrival, refusal=Refusal("link", arrival.name))
        return
    if not is_archive(path) or tables_for_file(catalog.sources(), arrival.name):
        yield _assign_table(arrival, arrival.name, catalog)
        return
    try:
        inside = members(path)
    except BadArchive as error:
        yield replace(arrival, refusal=Refusal.archive(error))
        return
    for member in inside:
        inner = replace(arrival, member=member.name, place=f"{place}/{member.name}")
        yield _assign_table(inner, member.bare_name, catalog)


def _archived_arrival(file: ArchivedFile, archive: RawArchive, catalog: Catalog) -> Arrival:
    arrival = Arrival(archive.path(file), file.place, _changed_on(file.stamp), file.stamp, file.office, archived=file)
    return _assign_table(arrival, file.name.rsplit("/", 1)[-1], catalog)


def _changed_on(stamp: Stamp) -> date:
    """The date of the last change; today if the time is out of range (some tools write such) or the file is gone."""
    try:
        return date.fromtimestamp(stamp[1] / 1e9) if stamp != NO_FILE else date.today()
    except (OSError, OverflowError, ValueError):
        return date.today()


def _assign_table(arrival: Arrival, name: str, catalog: Catalog) -> Arrival:
    """The arrival with the contract's version for its name and date, or a refusal."""
    fits = tables_for_file(catalog.sources(), name)
    if not fits:
        return replace(arrival, refusal=_unknown_name(arrival))
    if len(fits) > 1:
        return replace(
            arrival, refusal=Refusal("several_contracts", arrival.name, tables=", ".join(t.name for t, _ in fits))
        )
    table, match = fits[0]
    try:
        written = date_in(match)
    except ValueError as error:
        return replace(arrival, table=table, refusal=date_refusal(error, arrival.name))
    day = written or arrival.delivered_on
    has_date, correction = written is not None, is_correction(match)
    return replace(arrival, table=table.version_on(day), delivered_on=day, has_date=has_date, correction=correction)


def _unknown_name(arrival: Arrival) -> Refusal:
    kind = "" if arrival.member or not os.access(arrival.path, os.R_OK) else file_kind(arrival.path)
    if kind in OTHER_ARCHIVES:
        return Refusal("other_archive", arrival.name, kind=kind)
    return Refusal("no_contract", arrival.name)


def date_refusal(error: ValueError, name: str) -> Refusal:
    """The refusal for an error of `date_in`."""
    return Refusal("future_date" if isinstance(error, FutureDate) else "bad_date", name)
