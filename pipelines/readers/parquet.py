"""Reads Parquet files of other systems and of the hub's own pulls; typed values become text.

Row numbers count as in a spreadsheet whose row 1 has the names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl

from contracts.layout import Layout
from contracts.model import Table
from pipelines.ingest.refusals import Refusal
from pipelines.ingest.time_zones import MOMENT, NO_FRACTION
from pipelines.readers.batch import BAD_ENCODING, IGNORED_ROW, NUL, Batch, match_header, non_record_rows

BATCH_ROWS = 100_000
FIRST_ROW = 2
MOST_ROWS_A_BYTE = 20  # rows with a key take about a byte each at least
BROKEN = "\0broken"  # no column of a contract has this name
os.putenv("POLARS_IGNORE_TIMEZONE_PARSE_ERROR", "1")  # a fixed offset (+05:30, by pandas) is no fault of the file


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
    nested = [source for source in names.values() if schema[source].is_nested() or schema[source] == pl.Object]
    if nested:
        raise Refusal("nested", path.name, columns="、".join(nested))
    in_utc = _old_utc_columns(path) if any(isinstance(dtype, pl.Datetime) for dtype in schema.values()) else set()
    texts = {name: _text(source, schema[source], source in in_utc) for name, source in names.items()}
    broken = [pl.col(s).is_not_null() & texts[n].is_null() for n, s in names.items() if schema[s] == pl.Binary]
    selected = rows.select(pl.any_horizontal(False, *broken).alias(BROKEN), **texts)
    row = FIRST_ROW
    for batch in selected.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True):
        frame = batch.drop(BROKEN)
        marks = dict.fromkeys(non_record_rows(frame, layout), IGNORED_ROW)
        with_nul = frame.select(
            pl.any_horizontal(pl.all().str.contains("\0", literal=True).fill_null(False))
        ).to_series()
        marks |= dict.fromkeys(with_nul.arg_true(), NUL) | dict.fromkeys(batch[BROKEN].arg_true(), BAD_ENCODING)
        notes = header.notes if row == FIRST_ROW else ()
        yield Batch(row, frame, marks, unknown_columns=header.unknown, header_notes=notes)
        row += len(frame)


def _check_size(path: Path, rows: pl.LazyFrame) -> None:
    """Raise Refusal if the footer claims more rows than the bytes can hold (a decompression bomb)."""
    count, size = rows.select(pl.len()).collect().item(), path.stat().st_size
    if count > MOST_ROWS_A_BYTE * size:
        raise Refusal("too_many_rows", path.name, rows=count, size=size)


def _old_utc_columns(path: Path) -> set[str]:
    """The columns of the old time type INT96 in a file of Spark or Hive, which write UTC and do not say so.

    As Spark does, only files of parquet-mr are taken so: Impala writes what its clock showed.
    """
    with duckdb.connect() as connection:
        (writer,) = connection.execute("select created_by from parquet_file_metadata(?)", [str(path)]).fetchone() or (
            "",
        )
        if not str(writer).startswith("parquet-mr"):
            return set()
        columns = connection.execute("select name from parquet_schema(?) where type = 'INT96'", [str(path)]).fetchall()
    return {name for (name,) in columns}


def _text(name: str, dtype: pl.DataType, is_utc: bool) -> pl.Expr:
    """A column as text: `2024-03-01`, `2024-03-01 08:30:00`, `2024-03-01 00:30:00+00:00` (a moment), `true`, `12`, `0.5`."""
    value = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        is_moment = is_utc or dtype.time_zone is not None
        # past the zone's name, which Polars may not know: a moment is stored in UTC
        clock = value.cast(pl.Int64).cast(pl.Datetime(dtype.time_unit)) if is_moment else value
        text = clock.dt.strftime(MOMENT).str.strip_suffix(NO_FRACTION)
        return text + "+00:00" if is_moment else text
    if isinstance(dtype, pl.Duration):
        return value.dt.to_string("iso")
    if isinstance(dtype, pl.Time):
        return value.dt.strftime("%H:%M:%S%.6f").str.strip_suffix(NO_FRACTION)
    if isinstance(dtype, pl.Binary):
        return value.map_batches(_decoded, return_dtype=pl.String)
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


def _decoded(values: pl.Series) -> pl.Series:
    """Bytes as UTF-8, as old writers store text; null where they are no text."""
    texts = []
    for value in values:
        try:
            texts.append(None if value is None else value.decode())
        except UnicodeDecodeError:
            texts.append(None)
    return pl.Series(values.name, texts, dtype=pl.String)
