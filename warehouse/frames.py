"""Makes rows in memory a relation of a DuckDB connection, as long as a statement reads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import polars as pl


@contextmanager
def frame_as(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> Iterator[None]:
    """A block in which the relation `name` has the frame's rows; after it the connection keeps no reference to them."""
    connection.register(name, frame)
    try:
        yield
    finally:
        connection.unregister(name)
