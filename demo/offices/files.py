"""Writes files block by block: CSV in an office's encoding, GeoJSON, and Parquet for the truth."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

import polars as pl

_ROW_GROUP: Final = 250_000  # rows; fixed, so that the bytes depend on nothing else
_SLICE: Final = 16_384  # rows encoded at once: small enough for the processor's cache


class CsvFile:
    """A CSV with a header row, in `encoding`, lines ended by `line_end`; nulls are empty fields. A context manager."""

    def __init__(self, path: Path, encoding: str, line_end: str) -> None:
        self._file = path.open("wb")
        self._encoding, self._line_end = encoding, line_end
        self._is_new = True

    def __enter__(self) -> CsvFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows; the first frame's columns become the header."""
        for part in frame.iter_slices(_SLICE):
            buffer = io.BytesIO()
            part.write_csv(buffer, include_header=self._is_new, line_terminator=self._line_end)
            self._is_new = False
            lines = buffer.getvalue()
            self._file.write(lines if self._encoding == "utf-8" else lines.decode("utf-8").encode(self._encoding))


class GeoJsonFile:
    """A FeatureCollection, one feature a line. A context manager."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._between = ""

    def __enter__(self) -> GeoJsonFile:
        self._file.write('{"type": "FeatureCollection", "features": [\n')
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.write("\n]}\n")
        self._file.close()

    def write(self, features: Sequence[Mapping[str, object]]) -> None:
        """Append features."""
        for feature in features:
            self._file.write(self._between + json.dumps(feature, ensure_ascii=False))
            self._between = ",\n"


class ParquetFile:
    """A Parquet file, collected in parts (Arrow IPC) beside it and written at the end. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts: list[Path] = []

    def __enter__(self) -> ParquetFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._join()
        finally:
            for part in self._parts:
                part.unlink(missing_ok=True)

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows; all blocks have the same columns and types."""
        part = self._path.with_name(f"{self._path.name}.{len(self._parts):05d}.part")
        self._parts.append(part)
        frame.write_ipc(part, compression="lz4")

    def _join(self) -> None:
        pl.scan_ipc(self._parts).sink_parquet(
            self._path, compression="lz4", statistics=False, row_group_size=_ROW_GROUP, maintain_order=True
        )
