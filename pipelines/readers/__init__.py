"""Reads files, one module per format: `read(path, table)` streams batches of text cells and raises DeliveryError.

Belongs here: bytes to text with row numbers, exactly as the contract's layout says; nothing is guessed.
Does not: cleaning, types, checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from contracts.layout import Format
from contracts.model import Table
from pipelines.readers import csv, geojson, jsonl, parquet, subprocess_reader, xlsx
from pipelines.readers.batch import Batch

READERS: Mapping[Format, Callable[[Path, Table], Iterator[Batch]]] = {
    "csv": csv.read,
    "xlsx": subprocess_reader.by_child(xlsx.read),
    "parquet": subprocess_reader.by_child(parquet.read),
    "jsonl": jsonl.read,
    "geojson": geojson.read,
}

__all__ = ["READERS", "Batch"]
