"""Which files lie in landing, which contract each is for, and what hash its bytes have.

`landing/<source>/<file>`: the folder is the office's own choice, the file's name says which table it is.
Not here: reading the files (`ingest.py`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from contracts.model import Catalog, Table
from contracts.waiting import date_in, is_unfinished, waiting_for
from pipelines.reasons import Refused
from warehouse.files import write_atomically
from warehouse.settings import Settings


@dataclass(frozen=True)
class Arrival:
    """A file in landing. `table` is None, and `refused` says why, where its name fits no contract or several."""

    path: Path
    table: Table | None
    delivered_on: date
    refused: Refused | None = None


def arrivals(landing: Path, catalog: Catalog) -> list[Arrival]:
    """Landing's files by date and name, so that newer data is read later."""
    found = (_arrival(p, catalog) for p in landing_files(landing))
    return sorted(found, key=lambda a: (a.delivered_on, a.path.name, a.path))


def landing_files(landing: Path) -> list[Path]:
    """Every file in any folder of landing that ingest would read, sorted: not hidden, not still being written."""
    return sorted(p for p in landing.rglob("*") if p.is_file() and not is_unfinished(p.name))


def _arrival(path: Path, catalog: Catalog) -> Arrival:
    day = date.fromtimestamp(path.stat().st_mtime)
    fits = waiting_for(catalog.sources(), path.name)
    if not fits:
        return Arrival(path, None, day, Refused("no_contract", path.name))
    if len(fits) > 1:
        names = ", ".join(t.name for t, _ in fits)
        return Arrival(path, None, day, Refused("several_contracts", path.name, tables=names))
    table, match = fits[0]
    try:
        return Arrival(path, table, date_in(match) or day)
    except ValueError:
        return Arrival(path, table, day, Refused("bad_date", path.name))


class Hashes:
    """SHA-256 of files, remembered by path, size and time of change, so that a quiet night reads nothing."""

    def __init__(self, settings: Settings) -> None:
        self._memory = memory = settings.lake / "_deliveries" / "hashes.json"
        known = memory.read_text(encoding="utf-8") if memory.exists() else "{}"
        self._known: dict[str, list[object]] = json.loads(known)
        self._seen: dict[str, list[object]] = {}

    def identified(self, arrival: Arrival) -> tuple[Arrival, str]:
        """The arrival and the hash of its bytes; of its name, and refused, where the bytes cannot be had."""
        try:
            return arrival, self.sha256(arrival.path)
        except OSError:
            name = arrival.path.name
            return replace(arrival, refused=Refused("unreadable", name)), hashlib.sha256(name.encode()).hexdigest()

    def sha256(self, path: Path) -> str:
        stat = path.stat()
        mark: list[object] = [stat.st_size, stat.st_mtime_ns]
        known = self._known.get(str(path))
        if known is None or known[:2] != mark:
            with path.open("rb") as file:
                known = [*mark, hashlib.file_digest(file, "sha256").hexdigest()]
        self._seen[str(path)] = known
        return str(known[2])

    def remembered(self) -> set[str]:
        """The hashes of the files that lay in landing at the last `save`."""
        return {str(known[2]) for known in self._known.values()}

    def save(self) -> None:
        """Keep what was asked for; files that are gone are forgotten."""
        write_atomically(self._memory, json.dumps(self._seen, ensure_ascii=False, indent=0).encode())
