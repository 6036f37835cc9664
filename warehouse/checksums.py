"""SHA-256 of files: taken when a file is written, compared before it is read, copied or served.

Belongs here: the checksum of one file, of a JSON document in itself, and of a folder (`SHA256SUMS`, which `sha256sum -c`
reads). Does not: which files a store has, and what to do about a damaged one (`lake/`, `releases/`, `backup/`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.files import write_atomically

SUMS = "SHA256SUMS"
CHECKSUM = "checksum"


@dataclass(frozen=True)
class StoredFile:
    """The checksum and the size in bytes of a file when it was written."""

    sha256: str
    size: int

    @classmethod
    def of(cls, path: Path) -> StoredFile:
        return cls(sha256(path), path.stat().st_size)

    def damage(self, path: Path, deep: bool = True) -> str:
        """Why the file at `path` is not the one that was written, "" if it is; not `deep` compares sizes alone."""
        if not path.is_file():
            return "missing"
        if (size := path.stat().st_size) != self.size:
            return f"{size} bytes, expected {self.size} bytes"
        if deep and (found := sha256(path)) != self.sha256:
            return f"its content changed: sha256 {found[:12]}…, expected {self.sha256[:12]}…"
        return ""


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def dump_json(content: Mapping[str, Any]) -> bytes:
    """A JSON document that ends with its own checksum; dates are written as text."""
    plain = json.loads(json.dumps(content, ensure_ascii=False, default=str))
    return (json.dumps(plain | {CHECKSUM: _digest(plain)}, ensure_ascii=False, indent=1) + "\n").encode()


def load_json(document: bytes) -> dict[str, Any]:
    """The content of such a document; one without checksum is of an older hub. ValueError if it is damaged."""
    content = json.loads(document)
    if not isinstance(content, dict):
        raise ValueError("no JSON object")
    promised = content.pop(CHECKSUM, None)
    if promised is not None and promised != _digest(content):
        raise ValueError("the document is not what was written")
    return content


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


class FolderSums:
    """The checksums of a folder's files in its `SHA256SUMS`, by path below the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self) -> dict[str, str]:
        """The checksum by path; empty for a folder of an older hub."""
        try:
            lines = (self.folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return {}
        return {name: digest for digest, mark, name in (line.partition("  ") for line in lines) if mark}

    def write(self, paths: Iterable[Path]) -> None:
        """Take the checksums of `paths` in; those of files that are gone are kept, so that a loss is noticed."""
        self._save(self.read() | {path.relative_to(self.folder).as_posix(): sha256(path) for path in paths})

    def forget(self, *names: str) -> None:
        """Drop the checksums of files that were removed on purpose."""
        self._save({name: digest for name, digest in self.read().items() if name not in names})

    def _save(self, sums: Mapping[str, str]) -> None:
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
        write_atomically(self.folder / SUMS, lines.encode())
        os.chmod(self.folder / SUMS, 0o600)

    def damage(self, *names: str) -> dict[str, str]:
        """Why files are not those that were written, by path; without those that are, and those without a checksum."""
        sums, found = self.read(), dict[str, str]()
        for name in names:
            path, promised = self.folder / name, sums.get(name)
            if not path.is_file():
                found[name] = "missing"
            elif promised and (now := sha256(path)) != promised:
                found[name] = f"its content changed: sha256 {now[:12]}…, expected {promised[:12]}…"
        return found

    def holds(self, name: str) -> bool:
        """True if the file is there and as its checksum says; False also if none was taken."""
        return name in self.read() and not self.damage(name)
