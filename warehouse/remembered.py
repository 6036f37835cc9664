"""What a night need not work out again: derived files in `remembered/<name>-<digest>/`, private to the hub.

The digest stands for everything the files depend on, so what is found is right; losing it costs time and nothing else.
Belongs here: finding, replacing, forgetting. Does not: what is in the files.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from warehouse.files import private_folder
from warehouse.settings import Settings


@dataclass(frozen=True)
class Remembered:
    """What is remembered under one name for one digest of its circumstances."""

    root: Path
    name: str
    digest: str

    @classmethod
    def of(cls, settings: Settings, name: str, *circumstances: object) -> Remembered:
        """`circumstances`: texts and numbers that the files depend on, beside the rows they tell of."""
        text = "\n".join(str(c) for c in circumstances)
        return cls(settings.remembered, name, sha256(text.encode()).hexdigest()[:16])

    @property
    def folder(self) -> Path:
        return self.root / f"{self.name}-{self.digest}"

    def file(self, name: str) -> Path | None:
        """A remembered file, None where it is not there."""
        path = self.folder / name
        return path if path.is_file() else None

    @contextmanager
    def replacing(self) -> Iterator[Path]:
        """A new folder to write every file into; it takes the old one's place whole, and other digests are forgotten."""
        private_folder(self.root)
        fresh = self.root / f".{self.name}-{self.digest}"
        shutil.rmtree(fresh, ignore_errors=True)
        private_folder(fresh)
        yield fresh
        for old in self.root.glob(f"{self.name}-*"):
            shutil.rmtree(old)
        fresh.rename(self.folder)
