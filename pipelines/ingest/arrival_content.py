"""The bytes of an arrival, wherever they rest: in landing, in a ZIP there, in the archive.

Not here: what the bytes mean (`read_delivery.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipelines.ingest.landing import Arrival
from warehouse.lake.archives import content as member_content
from warehouse.lake.raw_archive import RawArchive

BLOCK = 1 << 20  # bytes


def content_of(arrival: Arrival, archive: RawArchive) -> Iterator[bytes]:
    """The bytes in blocks. BadArchive for a damaged ZIP, HubError for a damaged archived file, OSError."""
    if arrival.archived:
        return archive.content(arrival.archived)
    return member_content(arrival.path, arrival.member) if arrival.member else _blocks(arrival.path)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
