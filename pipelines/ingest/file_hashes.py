"""Caches the SHA-256 of landing's files by path, size and time of change, so that a quiet night reads none of them.

Not here: listing the files (`landing.py`).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from pipelines.ingest.landing import Arrival
from pipelines.ingest.refusals import Refusal
from warehouse.checksums import seal, unseal
from warehouse.files import write_atomically
from warehouse.lake.archives import BadArchive, content
from warehouse.settings import Settings


class FileHashes:
    """The cache of one deployment: call `identify` for each arrival of a run, then `save`."""

    def __init__(self, settings: Settings) -> None:
        self._path = path = settings.lake / "_deliveries" / "hashes.json"
        try:
            self._known: dict[str, list[object]] = unseal(path.read_bytes())
        except (FileNotFoundError, ValueError):  # damaged: every file is hashed again
            self._known = {}
        self._current: dict[str, list[object]] = {}

    def identify(self, arrival: Arrival) -> tuple[Arrival, str]:
        """The arrival and the hash of its bytes; refused, with the hash of its name, if they cannot be read or it is a link."""
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
        key = f"{str(arrival.path)!a}!{arrival.member}"
        known = self._known.get(key)
        if known is None or known[:2] != [*arrival.stamp]:
            known = [*arrival.stamp, _digest(arrival)]
        self._current[key] = known
        return str(known[2])

    def known_hashes(self) -> set[str]:
        """The hashes of the files in landing at the last `save`."""
        return {str(known[2]) for known in self._known.values()}

    def save(self) -> None:
        """Write the hashes of this run's files; those of other files are dropped."""
        write_atomically(self._path, seal(self._current))


def _digest(arrival: Arrival) -> str:
    if not arrival.member:
        with arrival.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    digest = hashlib.sha256()
    for block in content(arrival.path, arrival.member):
        digest.update(block)
    return digest.hexdigest()
