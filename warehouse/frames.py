"""Rows in memory as a relation of a DuckDB connection, for as long as a statement reads them.

Belongs here: the hand-over. Does not: what is made of the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import polars as pl


@contextmanager
def frame_as(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> Iterator[None]:
    """Inside the block `name` has the frame's rows; after it the connection holds on to none of them."""
    connection.register(name, frame)
    try:
        yield
    finally:
        connection.unregister(name)
