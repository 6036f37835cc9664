"""What a night need not work out again: derived files in `cache/<name>-<digest>/`, private to the hub.

The digest stands for everything the files depend on, so what is found is right; losing it costs time and nothing else.
Belongs here: finding, replacing, forgetting. Does not: what is in the files.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from warehouse.files import private_folder, sync_folder
from warehouse.settings import Settings

PARQUET = b"PAR1"  # how such a file ends
FORMER = "remembered"  # the folder's name until November 2026


@dataclass(frozen=True)
class Cache:
    """What is cached under one name for one digest of its circumstances."""

    root: Path
    name: str
    digest: str

    @classmethod
    def of(cls, settings: Settings, name: str, *circumstances: object) -> Cache:
        """`circumstances`: texts and numbers that the files depend on, beside the rows they tell of."""
        text = "\n".join(str(c) for c in circumstances)
        return cls(settings.cache, name, sha256(text.encode()).hexdigest()[:16])

    @property
    def folder(self) -> Path:
        return self.root / f"{self.name}-{self.digest}"

    def file(self, name: str) -> Path | None:
        """A cached Parquet file; None where it is not there, or its end is missing."""
        path = self.folder / name
        if not path.is_file() or path.stat().st_size < len(PARQUET):
            return None
        with path.open("rb") as file:
            file.seek(-len(PARQUET), os.SEEK_END)
            return path if file.read() == PARQUET else None

    @contextmanager
    def replacing(self) -> Iterator[Path]:
        """A new folder to write every file into; it takes the old one's place whole, and other digests are forgotten."""
        private_folder(self.root)
        fresh = self.root / f".{self.name}-{self.digest}"
        shutil.rmtree(fresh, ignore_errors=True)
        private_folder(fresh)
        yield fresh
        for path in fresh.iterdir():
            path.chmod(0o600)
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        for old in self.root.glob(f"{self.name}-*"):
            shutil.rmtree(old)
        fresh.rename(self.folder)
        sync_folder(self.root)


def remove_former_cache(settings: Settings) -> None:
    """Remove the cache of a home that was made when it had another name: it is derived, private, and read by nobody now."""
    shutil.rmtree(settings.home / FORMER, ignore_errors=True)


@cache
def code_version(package: Path, *libraries: str) -> str:
    """The code of a package and the versions of libraries: what it would work out otherwise tomorrow is not cached."""
    code = sha256(b"\x1f".join(file.read_bytes() for file in sorted(package.glob("*.py")))).hexdigest()
    return " ".join([code, *(f"{name} {version(name)}" for name in libraries)])
