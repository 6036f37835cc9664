"""Stages of a stream side by side: while one item is used, the next are made. Polars and file reading let threads run."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
WORKERS = 2
MOST_WAITING = 8


def prefetch(source: Iterator[T]) -> Iterator[T]:
    """The same items and errors; the next item is made in a thread."""
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, source, None)
        while (item := following.result()) is not None:
            following = pool.submit(next, source, None)
            yield item


def side_by_side(source: Iterator[T], work: Callable[[T], R]) -> Iterator[R]:
    """`work` done to each item, a few at a time in threads; results and errors come in the order of the items."""
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting: deque[Future[R]] = deque()
        for item in source:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= 2 * WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class BackgroundWriter:
    """`work` done in one thread, in order, while its caller goes on; a few items may wait. An error comes out at the next
    `put`, or at the end.
    """

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
