"""The cache of derived files from earlier nights, in `cache/<name>-<digest>/`, private to the hub.

The digest covers everything the files depend on, so a file that is found is valid; losing the cache costs time only.
Belongs here: finding, replacing and removing cached files. Does not: their content.
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

from warehouse.checksums import FolderSums
from warehouse.files import private_folder, sync_folder
from warehouse.settings import Settings

FORMER = "remembered"  # the folder's name until November 2026


@dataclass(frozen=True)
class Cache:
    """The cached files of one name and one digest of its circumstances."""

    root: Path
    name: str
    digest: str

    @classmethod
    def of(cls, settings: Settings, name: str, *circumstances: object) -> Cache:
        """The cache for these `circumstances`: texts and numbers that the files depend on, besides the cached rows."""
        text = "\n".join(str(c) for c in circumstances)
        return cls(settings.cache, name, sha256(text.encode()).hexdigest()[:16])

    @property
    def folder(self) -> Path:
        return self.root / f"{self.name}-{self.digest}"

    def file(self, name: str) -> Path | None:
        """A cached file; None if it is missing, damaged, or of a hub that took no checksums."""
        return self.folder / name if FolderSums(self.folder).holds(name) else None

    @contextmanager
    def replace_files(self) -> Iterator[Path]:
        """A new folder to write every file into; it replaces the old one as a whole and removes those of other digests."""
        private_folder(self.root)
        fresh = self.root / f".{self.name}-{self.digest}"
        shutil.rmtree(fresh, ignore_errors=True)
        private_folder(fresh)
        yield fresh
        FolderSums(fresh).write(list(fresh.iterdir()))
        for path in fresh.iterdir():
            path.chmod(0o600)
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        for old in self.root.glob(f"{self.name}-*"):
            shutil.rmtree(old)
        fresh.rename(self.folder)
        sync_folder(self.root)


def remove_former_cache(settings: Settings) -> None:
    """Remove the cache folder under its former name, which nothing reads any more."""
    shutil.rmtree(settings.home / FORMER, ignore_errors=True)


@cache
def code_version(package: Path, *libraries: str) -> str:
    """A hash of a package's code with the versions of `libraries`, so that files of other code are not taken over."""
    code = sha256(b"\x1f".join(file.read_bytes() for file in sorted(package.glob("*.py")))).hexdigest()
    return " ".join([code, *(f"{name} {version(name)}" for name in libraries)])
