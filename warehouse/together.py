"""Writes that arrive together become one transaction: one lock, one flush to the disk, and each is answered after it.

Whoever comes while another transaction is being flushed waits in a queue; the first of them to get the lock writes for all.
Alone, a write waits for nobody. Not here: what is written (ledger.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

Done = TypeVar("Done")


class Act:
    """One write: all of it or none, whatever becomes of the others in its transaction."""

    def __init__(self, write: Callable[[Connection], Any]) -> None:
        self._write = write
        self.is_over = False
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self, tx: Connection) -> None:
        self.result = self._write(tx)

    def run_beside_others(self, tx: Connection) -> None:
        """In a savepoint of its own, keeping its error to itself."""
        try:
            with tx.begin_nested():
                self.run(tx)
        except Exception as error:
            self.error = error


class Together:
    """Safe to call from many threads; each call returns when what it wrote is on the disk, or raises."""

    def __init__(self, store: Engine) -> None:
        self._store = store
        self._waiting: deque[Act] = deque()
        self._writing = Lock()

    def write(self, act: Callable[[Connection], Done]) -> Done:
        """What `act` returns, once it is committed. Its own error undoes it alone; an error of the commit is everybody's."""
        mine = Act(act)
        self._waiting.append(mine)
        with self._writing:
            if not mine.is_over:
                self._commit([self._waiting.popleft() for _ in range(len(self._waiting))])
        if mine.error is not None:
            raise mine.error
        done: Done = mine.result
        return done

    def _commit(self, acts: list[Act]) -> None:
        try:
            with self._store.begin() as tx:
                if len(acts) == 1:
                    acts[0].run(tx)
                else:
                    for act in acts:
                        act.run_beside_others(tx)
        except BaseException as error:
            for act in acts:
                act.error = act.error or error
            if not isinstance(error, Exception):
                raise
        finally:
            for act in acts:
                act.is_over = True
