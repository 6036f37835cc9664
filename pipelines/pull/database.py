"""The process that asks a database, run by `query.py`: a job as JSON on stdin, the rows as part files in its folder.

A process of its own because the driver writes what fails to stderr, rows and all, ends in Rust panics, and cannot be
interrupted. ConnectorX hands out Arrow arrays; Polars takes them by the Arrow PyCapsule interface, so that no PyArrow
is needed, one batch in memory at a time. Imports nothing of ours: it is started with `-I` and starts fast.
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


class ExportSummary:
    """One Arrow array at its two addresses. Whoever takes it moves the content out and releases it."""

    def __init__(self, array: int, schema: int) -> None:
        self._array, self._schema = array, schema

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        return _capsule(self._schema, b"arrow_schema", None), _capsule(self._array, b"arrow_array", None)


def batches(url: str, query: str) -> Iterator[pl.DataFrame]:
    """The query's rows, typed as the database types them."""
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
        columns = [pl.Series(ExportSummary(*addresses)) for addresses in batch.to_ptrs()]
        yield pl.DataFrame(dict(zip(names, columns, strict=True)))


def main() -> None:
    job = json.load(sys.stdin)
    for nth, frame in enumerate(batches(job["url"], job["query"])):
        if len(frame):
            frame.write_parquet(Path(job["folder"]) / f"{nth:06d}.parquet", compression="lz4")


if __name__ == "__main__":
    main()
