"""Moves the files of landing into the encrypted archive when a night has published their rows, or removes them (`shred`).

A file leaves landing when every delivery in it is accepted or withdrawn. A held or failed one stays for somebody to look at,
`refused_days` long. A file is removed only after its sealed copy was read back, so a crash leaves it in both places, where
the same bytes are one delivery. Not here: the archive itself (`warehouse/lake/raw_archive.py`).
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from contracts.errors import HubError
from contracts.model import Catalog
from pipelines.ingest.arrival_content import content_of
from pipelines.ingest.file_hashes import FileHashes
from pipelines.ingest.landing import Arrival, arrivals
from pipelines.ingest.store import Progress
from warehouse.files import sync_folder
from warehouse.lake.archives import members
from warehouse.lake.lake import UNKNOWN, Delivery, Lake
from warehouse.lake.raw_archive import ArchivedFile, RawArchive
from warehouse.settings import Settings

UPLOAD_FOLDER = re.compile("[0-9a-f]{16}")  # the API makes one for each upload


def archive_landing(settings: Settings, catalog: Catalog, progress: Progress = lambda _: None) -> list[str]:
    """Archive or shred what last night's ingest has read; return a sentence for each file for which that failed.

    Raises nothing of a file: it stays in landing, and the next night tries again.
    """
    if settings.keep_landing:
        return []
    mover, failed, moved = _Mover(settings), list[str](), 0
    by_path = groupby(sorted(arrivals(settings.landing, catalog), key=lambda a: a.path), key=lambda a: a.path)
    for path, found in by_path:
        inside = list(found)
        try:
            moved += mover.move(path, inside)
        except HubError as error:
            failed.append(f"{inside[0].name} stays in landing: {error}")
        except OSError as error:
            failed.append(
                f"{inside[0].name} stays in landing: {error.strerror} -> look at disk and rights of "
                f"{settings.archive} and {settings.landing}, or set HUB_KEEP_LANDING; the next night tries again"
            )
    if moved:
        progress(f"{moved} files moved from landing into the archive")
    return failed


class _Mover:
    """The way from landing into the archive, for the files that the last ingest has read."""

    def __init__(self, settings: Settings) -> None:
        self._archive, self._lake, self._hashes = RawArchive(settings), Lake(settings), FileHashes(settings)
        self._now = datetime.now(ZoneInfo(settings.timezone))
        self._looked_at = timedelta(days=settings.refused_days)
        self._archive.remove_leftovers()

    def move(self, path: Path, inside: list[Arrival]) -> bool:
        """Move one file with all that is in it; False if it stays. HubError or OSError if that failed."""
        hashes = [self._hashes.known_hash(arrival) for arrival in inside]
        if not all(map(self._is_done, inside, hashes)):
            return False
        for arrival, sha256 in zip(inside, hashes, strict=True):
            if arrival.table is None or arrival.table.archive == "encrypt":
                self._seal(arrival, sha256)
        if any(arrival.has_changed() for arrival in inside):
            return False
        path.unlink()
        sync_folder(path.parent)
        if UPLOAD_FOLDER.fullmatch(path.parent.name):
            with suppress(OSError):  # something else lies there
                path.parent.rmdir()
        return True

    def _is_done(self, arrival: Arrival, sha256: str) -> bool:
        """True if nobody needs the file in landing any more."""
        delivery = self._lake.find(arrival.table.name if arrival.table else UNKNOWN, sha256[:16]) if sha256 else None
        if delivery is None or delivery.status == "waiting":
            return False
        return delivery.status in ("accepted", "withdrawn") or self._is_old(delivery)

    def _is_old(self, delivery: Delivery) -> bool:
        return delivery.received_at + self._looked_at <= self._now

    def _seal(self, arrival: Arrival, sha256: str) -> None:
        file = ArchivedFile(
            place=arrival.place,
            name=arrival.name,
            office=arrival.office,
            sha256=sha256,
            size=_size(arrival),
            stamp=arrival.stamp,
            archived_at=self._now,
        )
        if not self._archive.holds(file):
            self._archive.add(file, content_of(arrival, self._archive))


def _size(arrival: Arrival) -> int:
    """The size in bytes of the file, or of the member of a ZIP."""
    if not arrival.member:
        return arrival.stamp[0]
    return next(member.size for member in members(arrival.path) if member.name == arrival.member)
