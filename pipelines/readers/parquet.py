"""Reads Parquet files of other systems and of the hub's own pulls; typed values become text.

Row numbers count as in a spreadsheet whose row 1 has the names.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from contracts.layout import Layout
from contracts.model import Table
from pipelines.ingest.refusals import Refusal
from pipelines.readers.batch import IGNORED_ROW, NUL, Batch, match_header, non_record_rows

BATCH_ROWS = 100_000
FIRST_ROW = 2
MOST_ROWS_A_BYTE = 20  # rows with a key take about a byte each at least
MOMENT = "%Y-%m-%d %H:%M:%S%.6f"


def read(path: Path, table: Table) -> Iterator[Batch]:
    """Yield the rows of `path`. Refusal: not Parquet, nested columns, a wrong header, more rows than its bytes can hold."""
    assert table.layout is not None
    try:
        yield from _read(path, table, table.layout)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        raise Refusal("not_parquet", path.name) from None


def _read(path: Path, table: Table, layout: Layout) -> Iterator[Batch]:
    rows = pl.scan_parquet(path, glob=False)
    schema = rows.collect_schema()
    _check_size(path, rows)
    header = match_header(list(schema), table, path.name)
    names = {name: schema.names()[at] for name, at in header.positions.items()}
    nested = [source for source in names.values() if schema[source].is_nested()]
    if nested:
        raise Refusal("nested", path.name, columns="、".join(nested))
    texts = rows.select(_text(source, schema[source]).alias(name) for name, source in names.items())
    row = FIRST_ROW
    for frame in texts.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True):
        marks = dict.fromkeys(non_record_rows(frame, layout), IGNORED_ROW)
        with_nul = frame.select(
            pl.any_horizontal(pl.all().str.contains("\0", literal=True).fill_null(False))
        ).to_series()
        marks |= dict.fromkeys(with_nul.arg_true(), NUL)
        notes = header.notes if row == FIRST_ROW else ()
        yield Batch(row, frame, marks, unknown_columns=header.unknown, header_notes=notes)
        row += len(frame)


def _check_size(path: Path, rows: pl.LazyFrame) -> None:
    """Raise Refusal if the footer claims more rows than the bytes can hold (a decompression bomb)."""
    count, size = rows.select(pl.len()).collect().item(), path.stat().st_size
    if count > MOST_ROWS_A_BYTE * size:
        raise Refusal("too_many_rows", path.name, rows=count, size=size)


def _text(name: str, dtype: pl.DataType) -> pl.Expr:
    """A column as text: `2024-03-01`, `2024-03-01 08:30:00`, `true`, `12`, `0.5`."""
    value = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        value = value.dt.replace_time_zone(None) if dtype.time_zone else value
        return value.dt.strftime(MOMENT).str.strip_suffix(".000000")
    if isinstance(dtype, pl.Binary):
        return value.cast(pl.String, strict=False)
    if dtype.is_float():
        whole = value.is_finite() & (value == value.round()) & (value.abs() < 1e15)
        return pl.when(whole).then(value.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(value.cast(pl.String))
    if dtype.is_decimal():
        digits = value.cast(pl.String)
        return (
            pl.when(digits.str.contains(".", literal=True))
            .then(digits.str.strip_chars_end("0").str.strip_suffix("."))
            .otherwise(digits)
        )
    return value.cast(pl.String)
