"""Writes batches of rows into one Parquet file in a thread, while the caller makes the next batch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Thread

import polars as pl
from polars.io.plugins import register_io_source

ROW_GROUP = 100_000
QUEUE_SIZE = 2  # batches; `add` blocks while the queue is full


class RowWriter:
    """`add` frames of one schema, then `close`; the file is complete only then. Both raise errors of writing."""

    def __init__(self, path: Path, schema: pl.Schema) -> None:
        self._queue: Queue[pl.DataFrame | None] = Queue(QUEUE_SIZE)
        self._rows = register_io_source(lambda *_: self._frames(), schema=schema)
        self._error: Exception | None = None
        self._ended = False
        self._thread = Thread(target=self._write, args=(path,))
        self._thread.start()

    def add(self, frame: pl.DataFrame) -> None:
        self._queue.put(frame)
        if self._error:
            raise self._error

    def close(self) -> None:
        """Finish the file; may be called again."""
        if self._thread.is_alive():
            self._queue.put(None)
        self._thread.join()
        if self._error:
            raise self._error

    def _frames(self) -> Iterator[pl.DataFrame]:
        while not self._ended and (frame := self._queue.get()) is not None:
            yield frame
        self._ended = True

    def _write(self, path: Path) -> None:
        try:
            self._rows.sink_parquet(path, compression="zstd", compression_level=1, row_group_size=ROW_GROUP)
        except (pl.exceptions.PolarsError, OSError) as error:
            self._error = error
            for _ in self._frames():  # empty the queue, so that `add` does not block for ever
                pass
