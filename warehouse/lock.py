"""The lock of a deployment: one night, or one command that changes the lake or the vault, at a time.

The system drops the lock with the process that holds it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from contracts.errors import HubError
from warehouse.files import private_folder
from warehouse.settings import Settings

LOCK = "night.lock"


@contextmanager
def deployment_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock. HubError, naming the process, if another has it."""
    private_folder(settings.home)
    path = settings.home / LOCK
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise HubError(
                f"another night is running (process {lock.read().strip() or 'unknown'})",
                where=str(path),
                remedy="wait until it has ended",
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
