"""Caches the SHA-256 of landing's files by path, size and time of change, so that a quiet night reads none of them.

Not here: listing the files (`landing.py`).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from pipelines.ingest.landing import Arrival, stamp_of
from pipelines.ingest.refusals import Refusal
from warehouse.checksums import dump_json, load_json
from warehouse.files import write_atomically
from warehouse.lake.archives import BadArchive, content
from warehouse.lake.raw_archive import RawArchive
from warehouse.settings import Settings


class FileHashes:
    """The cache of one deployment: call `identify` for each arrival of a run, then `save`. An archived file knows its hash."""

    def __init__(self, settings: Settings) -> None:
        self._path = path = settings.lake / "_deliveries" / "hashes.json"
        try:
            self._known: dict[str, list[object]] = load_json(path.read_bytes())
        except (FileNotFoundError, ValueError):  # damaged: every file is hashed again
            self._known = {}
        self._current: dict[str, list[object]] = {}

    def identify(self, arrival: Arrival) -> tuple[Arrival, str]:
        """The arrival and the hash of its bytes; refused, with the hash of its name, if they cannot be read or it is a link."""
        if arrival.archived:
            return arrival, arrival.archived.sha256
        refusal = arrival.refusal
        try:
            if not arrival.path.is_symlink():
                return arrival, self.sha256(arrival)
        except OSError:
            refusal = Refusal("unreadable", arrival.name)
        except BadArchive as error:
            refusal = Refusal.archive(error)
        return replace(arrival, refusal=refusal), hashlib.sha256(arrival.name.encode()).hexdigest()

    def sha256(self, arrival: Arrival) -> str:
        digest = self.known_hash(arrival) or _digest(arrival)
        self._current[_key(arrival)] = [*arrival.stamp, digest]
        return digest

    def known_hash(self, arrival: Arrival) -> str:
        """The hash of a file in landing that is as it was at the last `save`; "" if it is not."""
        known = self._known.get(_key(arrival))
        return str(known[2]) if known and known[:2] == [*arrival.stamp] else ""

    def is_known(self, path: Path) -> bool:
        """True if the file in landing is as it was at the last `save`."""
        stamp, prefix = [*stamp_of(path)], _prefix(path)
        of_file = [known for key, known in self._known.items() if key.startswith(prefix)]  # several for a ZIP
        return bool(of_file) and all(known[:2] == stamp for known in of_file)

    def known_hashes(self) -> set[str]:
        """The hashes of the files in landing at the last `save`."""
        return {str(known[2]) for known in self._known.values()}

    def save(self) -> None:
        """Write the hashes of this run's files; those of other files are dropped."""
        write_atomically(self._path, dump_json(self._current))


def hashes_at_hand(settings: Settings) -> set[str]:
    """The hashes of the files that a night can read again, from landing or the archive."""
    return FileHashes(settings).known_hashes() | {file.sha256 for file in RawArchive(settings).files()}


def _prefix(path: Path) -> str:
    return f"{str(path)!a}!"


def _key(arrival: Arrival) -> str:
    return f"{_prefix(arrival.path)}{arrival.member}"


def _digest(arrival: Arrival) -> str:
    if not arrival.member:
        with arrival.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    digest = hashlib.sha256()
    for block in content(arrival.path, arrival.member):
        digest.update(block)
    return digest.hexdigest()
