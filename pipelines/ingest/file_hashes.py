"""SHA-256 of what arrives, remembered by path, size and time of change, so that a quiet night reads nothing.

Not here: which files those are (`landing.py`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from pipelines.ingest.landing import Arrival
from pipelines.ingest.refusals import Refusal
from warehouse.files import write_atomically
from warehouse.lake.archives import BadArchive, content
from warehouse.settings import Settings


class FileHashes:
    """The memory of one deployment: `identified` for each arrival of a run, then `save`."""

    def __init__(self, settings: Settings) -> None:
        self._memory = memory = settings.lake / "_deliveries" / "hashes.json"
        known = memory.read_text(encoding="utf-8") if memory.exists() else "{}"
        self._known: dict[str, list[object]] = json.loads(known)
        self._seen: dict[str, list[object]] = {}

    def identified(self, arrival: Arrival) -> tuple[Arrival, str]:
        """The arrival and the hash of its bytes; of its name, and refused, where the bytes cannot be had or are not ours."""
        refused = arrival.refused
        try:
            if not arrival.path.is_symlink():
                return arrival, self.sha256(arrival)
        except OSError:
            refused = Refusal("unreadable", arrival.name)
        except BadArchive as error:
            refused = Refusal.archive(error)
        return replace(arrival, refused=refused), hashlib.sha256(arrival.name.encode()).hexdigest()

    def sha256(self, arrival: Arrival) -> str:
        key = f"{str(arrival.path)!a}!{arrival.member}"
        known = self._known.get(key)
        if known is None or known[:2] != [*arrival.mark]:
            known = [*arrival.mark, _digest(arrival)]
        self._seen[key] = known
        return str(known[2])

    def remembered(self) -> set[str]:
        """The hashes of what lay in landing at the last `save`."""
        return {str(known[2]) for known in self._known.values()}

    def save(self) -> None:
        """Keep what was asked for; files that are gone are forgotten."""
        write_atomically(self._memory, json.dumps(self._seen, ensure_ascii=False, indent=0).encode())


def _digest(arrival: Arrival) -> str:
    if not arrival.member:
        with arrival.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    digest = hashlib.sha256()
    for block in content(arrival.path, arrival.member):
        digest.update(block)
    return digest.hexdigest()
