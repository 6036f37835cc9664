"""Writes files atomically (temporary name, fsync, rename, fsync of the folder), and makes folders private.

Not here: what is written, and where (`lake/lake.py`, `lake/tokens.py`, `releases/publish.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def private_folder(path: Path) -> None:
    """Make the folder `path`, for its owner only (0700); an existing one stays as it is."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)


def open_to_others(path: Path) -> bool:
    """True if others can get at `path`: its own mode allows it, and so does its folder's."""
    return bool(path.stat().st_mode & 0o077 and path.parent.stat().st_mode & 0o011)


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`, to write to; it replaces `path` if the block succeeds, else it is removed.

    Missing folders are made. After a crash `path` has the old content or the new, never a part.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path`, which keeps its old content if that fails."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)


def sync_folder(folder: Path) -> None:
    """Make renames inside `folder` survive a power loss."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
