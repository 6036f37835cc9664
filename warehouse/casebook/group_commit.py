"""Writes that arrive together become one transaction: one lock, one flush to the disk, and each is answered after it.

Whoever comes while another transaction is being flushed waits in a queue; the first of them to get the lock writes for all.
Alone, a write waits for nobody. Not here: what is written (append_only.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

CommitResult = TypeVar("CommitResult")


class Transaction:
    """One write: all of it or none, whatever becomes of the others that came with it. It may be run again after it failed."""

    def __init__(self, write: Callable[[Connection], Any]) -> None:
        self._write = write
        self.is_over = False
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self, tx: Connection) -> None:
        self.result = self._write(tx)


class GroupCommit:
    """Safe to call from many threads; each call returns when what it wrote is on the disk, or raises."""

    def __init__(self, store: Engine) -> None:
        self._store = store
        self._waiting: deque[Transaction] = deque()
        self._writing = Lock()

    def write(self, act: Callable[[Connection], CommitResult]) -> CommitResult:
        """What `act` returns, once it is committed; its own error where it has one."""
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
        """All in one transaction. Where that fails, each again in its own: what is wrong with one is no other's matter."""
        try:
            with self._store.begin() as tx:
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
