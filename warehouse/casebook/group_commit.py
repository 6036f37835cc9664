"""Group commit: writes that arrive together become one transaction with one lock and one flush to the disk.

Writes that arrive while a transaction is being flushed wait in a queue; the first to get the lock commits them all. A single
write does not wait. Not here: the content of writes (append_only.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from warehouse.casebook.database import writers_queue

CommitResult = TypeVar("CommitResult")


class Transaction:
    """One write, committed as a whole or not at all, independently of others in the group; it may be run twice."""

    def __init__(self, write: Callable[[Connection], Any]) -> None:
        self._write = write
        self.is_over = False
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self, tx: Connection) -> None:
        self.result = self._write(tx)


class GroupCommit:
    """Commits writes in groups; safe to call from many threads, and in several processes, whose groups take turns."""

    def __init__(self, store: Engine) -> None:
        self._store, self._turn = store, writers_queue(store)
        self._waiting: deque[Transaction] = deque()
        self._writing = Lock()

    def write(self, act: Callable[[Connection], CommitResult]) -> CommitResult:
        """Run `act` in a transaction; returns its result after the commit, or raises its own error."""
        mine = Transaction(act)
        self._waiting.append(mine)
        with self._writing:
            if not mine.is_over:
                self._commit([self._waiting.popleft() for _ in range(len(self._waiting))])
        if mine.error is not None:
            raise mine.error
        done: CommitResult = mine.result
        return done

    def _commit(self, acts: list[Transaction]) -> None:
        """Run all in one transaction; if that fails, each again in its own, so that an error affects only its write."""
        try:
            with self._turn(), self._store.begin() as tx:
                for act in acts:
                    act.run(tx)
        except Exception as error:
            if len(acts) == 1:
                acts[0].error = error
            else:
                for act in acts:
                    self._commit([act])
        except BaseException as error:
            for act in acts:
                act.error = error
            raise
        finally:
            for act in acts:
                act.is_over = True
