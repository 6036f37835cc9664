"""Spellings that were parsed before: `remembered/address-<digest>.parquet`, so that a night parses only new ones.

The digest is of everything a result depends on besides the spelling: areas, buildings, decisions, and the parser's own code.
Losing the file costs time and changes nothing. It holds addresses, so it is its owner's alone.
Not here: parsing (`parser.py`), and what the night makes of it (`made.py`).
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

from contracts.identifiers.areas import TABLE
from pipelines.address.reference import Reference
from warehouse.address_decisions import AddressDecision
from warehouse.files import private_folder
from warehouse.settings import Settings

PREFIX = "address-"


def digest(reference: Reference, decisions: Sequence[AddressDecision]) -> str:
    """What the results depend on, in 16 hexadecimal characters. The day counts only by which areas stand on it."""
    areas, buildings, on = reference
    states = sorted((*map(str, area), str(area.stands(on)), str(area.valid_from <= on)) for area in areas)
    told = sorted(
        (d.kind, d.written, d.community_code or "", d.estate or "", d.standard_address or "") for d in decisions
    )
    parts = (edition(), repr(states), buildings.write_csv(), repr(told))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


@cache
def edition() -> str:
    """The parser's own code and the libraries that decide what is nearly a name."""
    files = [*sorted(Path(__file__).parent.glob("*.py")), TABLE]
    code = hashlib.sha256(b"\x1f".join(file.read_bytes() for file in files)).hexdigest()
    return " ".join([code, *(f"{name} {version(name)}" for name in ("polars", "pypinyin", "rapidfuzz"))])


def remembered(settings: Settings, digest_: str) -> Path:
    """The file of this digest, in a folder of its owner's alone; those of other digests are removed."""
    private_folder(settings.remembered)
    path = settings.remembered / f"{PREFIX}{digest_}.parquet"
    for old in settings.remembered.glob(f"{PREFIX}*"):
        if old != path:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    return path
