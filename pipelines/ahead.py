"""Stages of a stream side by side: while one batch is used, the next is made."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(source: Iterator[T]) -> Iterator[T]:
    """The same items and errors; the next item is made in a thread. Polars and file reading let other threads run."""
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, source, None)
        while (item := following.result()) is not None:
            following = pool.submit(next, source, None)
            yield item
