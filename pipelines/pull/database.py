"""The child process that queries a database for `query.py`: a job as JSON on stdin, the rows as part files in a folder.

A process of its own, because the driver writes failing rows to stderr, ends in Rust panics, and cannot be interrupted.
ConnectorX returns Arrow arrays, which Polars takes by the Arrow PyCapsule interface without PyArrow, one batch at a time.
Imports nothing of the hub, because it is started with `-I` and must start fast.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
from connectorx.connectorx import read_sql

BATCH_ROWS = 50_000
READ_ONLY = {"mysql": "set session transaction read only"}
READ_ONLY_POSTGRES = "set session characteristics as transaction read only"

_capsule = ctypes.pythonapi.PyCapsule_New
_capsule.restype, _capsule.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)


class ArrowArray:
    """An Arrow array given by the addresses of its two C structs; the consumer takes over the content and releases it."""

    def __init__(self, array: int, schema: int) -> None:
        self._array, self._schema = array, schema

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        return _capsule(self._schema, b"arrow_schema", None), _capsule(self._array, b"arrow_array", None)


def batches(url: str, query: str) -> Iterator[pl.DataFrame]:
    """Yield the query's rows with the database's types."""
    read_only = READ_ONLY.get(url.split(":")[0], READ_ONLY_POSTGRES)
    stream: Any = read_sql(
        url,
        "arrow_stream",
        protocol="binary",
        queries=[query],
        partition_query=None,
        pre_execution_queries=[read_only],
        batch_size=BATCH_ROWS,
    )
    names, _ = stream.schema_ptr()
    if len(set(names)) < len(names):
        sys.exit("hub: repeated column")
    for batch in stream:
        columns = [pl.Series(ArrowArray(*addresses)) for addresses in batch.to_ptrs()]
        yield pl.DataFrame(dict(zip(names, columns, strict=True)))


def main() -> None:
    job = json.load(sys.stdin)
    for nth, frame in enumerate(batches(job["url"], job["query"])):
        if len(frame):
            frame.write_parquet(Path(job["folder"]) / f"{nth:06d}.parquet", compression="lz4")


if __name__ == "__main__":
    main()
