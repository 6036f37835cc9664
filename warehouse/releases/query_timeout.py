"""Interrupts SQL that takes too long; the connection stays usable. Not here: the limits in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

import duckdb

from contracts.errors import HubError

AGAIN: Final = 0.05  # seconds between two interrupts: one that falls between two statements stops neither


class QueryTimeout(HubError):
    """The SQL was interrupted because it exceeded its time limit."""


@contextmanager
def time_limit(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """A context in which SQL on the connection is interrupted after `seconds`; QueryTimeout then."""
    done, late = Event(), Event()

    def watch() -> None:
        if not done.wait(seconds):
            late.set()
            while not done.wait(AGAIN):
                connection.interrupt()

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    except duckdb.InterruptException:
        if not late.is_set():
            raise
        raise QueryTimeout(f"it took more than {seconds:g} seconds", remedy="ask for less at a time") from None
    finally:
        done.set()
        watcher.join()
