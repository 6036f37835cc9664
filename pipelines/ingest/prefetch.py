"""Runs stages of a stream in threads: the next items are made while one is used (Polars and file reads release the GIL)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
AHEAD = 3
WORKERS = 2
MOST_WAITING = 8


def prefetch(source: Iterator[T]) -> Iterator[T]:
    """Yield the items of `source`; a thread makes up to AHEAD of them meanwhile. Its errors are raised in turn."""
    with ThreadPoolExecutor(1) as pool:
        following = deque(pool.submit(next, source, None) for _ in range(AHEAD))
        while (item := following.popleft().result()) is not None:
            following.append(pool.submit(next, source, None))
            yield item


def side_by_side(source: Iterator[T], work: Callable[[T], R]) -> Iterator[R]:
    """Yield `work(item)` for each item in order; a few run at a time in threads."""
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting: deque[Future[R]] = deque()
        for item in source:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= 2 * WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class BackgroundWriter:
    """Runs `work` on items in one thread, in order; up to MOST_WAITING may wait. `put` or the exit raises its errors."""

    def __init__(self, work: Callable[..., None]) -> None:
        self._work, self._waiting = work, deque[Future[None]]()

    def __enter__(self) -> BackgroundWriter:
        self._pool = ThreadPoolExecutor(1)
        return self

    def put(self, *item: object) -> None:
        self._waiting.append(self._pool.submit(self._work, *item))
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popleft().result()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=error is not None)
        while self._waiting and error is None:
            self._waiting.popleft().result()
