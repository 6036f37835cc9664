"""Slots for work that takes much memory: a few at once, counted over all processes by locks of files.

The system drops a lock with the process that holds it. Not here: the work.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.files import private_folder


class Slots:
    """`number` slots of one deployment; `folder` holds their files, and is made when one is asked for."""

    def __init__(self, folder: Path, number: int) -> None:
        self._files = [folder / f".slot-{n}" for n in range(number)]

    @contextmanager
    def take(self) -> Iterator[bool]:
        """Hold a slot; False if all are taken."""
        private_folder(self._files[0].parent)
        for path in self._files:
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                continue
            try:
                yield True
            finally:
                os.close(file)
            return
        yield False
