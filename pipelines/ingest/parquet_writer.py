"""Rows that come batch by batch into one Parquet file, while the next batch is made. Not here: whose rows they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Thread

import polars as pl
from polars.io.plugins import register_io_source

ROW_GROUP = 100_000
WAITING = 2  # batches; a third has to wait until the file has taken one


class RowWriter:
    """`add` frames of one schema, then `close`; the file is whole only after that. Errors of writing come out of both."""

    def __init__(self, path: Path, schema: pl.Schema) -> None:
        self._queue: Queue[pl.DataFrame | None] = Queue(WAITING)
        self._rows = register_io_source(lambda *_: self._taken(), schema=schema)
        self._error: Exception | None = None
        self._ended = False
        self._thread = Thread(target=self._write, args=(path,))
        self._thread.start()

    def add(self, frame: pl.DataFrame) -> None:
        self._queue.put(frame)
        if self._error:
            raise self._error

    def close(self) -> None:
        """Ends the file, whether or not it is wanted; may be called again."""
        if self._thread.is_alive():
            self._queue.put(None)
        self._thread.join()
        if self._error:
            raise self._error

    def _taken(self) -> Iterator[pl.DataFrame]:
        while not self._ended and (frame := self._queue.get()) is not None:
            yield frame
        self._ended = True

    def _write(self, path: Path) -> None:
        try:
            self._rows.sink_parquet(path, compression="zstd", compression_level=1, row_group_size=ROW_GROUP)
        except (pl.exceptions.PolarsError, OSError) as error:
            self._error = error
            for _ in self._taken():  # nobody may wait for room that never comes
                pass
