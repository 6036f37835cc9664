"""Stages of a stream side by side: while one item is used, the next are made. Polars and file reading let threads run."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
WORKERS = 2


def ahead(source: Iterator[T]) -> Iterator[T]:
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
