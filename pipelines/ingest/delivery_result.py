"""Collects one delivery's counts, accepted and rejected rows and issues while it is read.

Rows are written to work files batch by batch, so that memory is bounded; `store.py` moves them into the lake at the end.
Not here: checking rows (`validate_rows.py`).
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl

from contracts.model import Check, Column, Severity, Table
from pipelines.ingest.drift import DriftedColumn
from pipelines.ingest.parquet_writer import RowWriter
from pipelines.ingest.uniqueness import AT, RowKeys
from pipelines.ingest.validate_rows import ROW, RULES, SHEET, ValidatedRows, issue_rows, masked_value
from pipelines.readers import Batch
from warehouse.files import atomic_file


class DeliveryResult:
    """The result so far; `read = accepted + rejected` after every step. `errors` and `warnings` count issues by rule."""

    def __init__(self, work: Path, table: Table) -> None:
        self._work, self._table = work, table
        self.read = self.rejected = self.ignored = 0
        self.errors, self.warnings = Counter[str](), Counter[str]()
        self.unknown_columns: set[str] = set()
        self.encoding = ""
        self._accepted = work / "accepted.parquet"
        self._writer: RowWriter | None = None
        self._starts: list[tuple[int, str]] = []
        self._rejected: list[Path] = []
        self._issues: list[Path] = []
        self._sheets: dict[str, None] = {}
        checks = (*table.checks, *(check for column in table.columns for check in column.checks))
        self._unique = {tuple(check.args["columns"]): check for check in checks if check.rule == "unique"}
        self._keys = {
            names: RowKeys([table.column(n).stored_columns()[0].name for n in names]) for names in self._unique
        }
        self._duplicates = pl.Series(AT, [], dtype=pl.UInt32)
        self._is_late = False  # issues were added for rows of earlier batches

    @property
    def accepted(self) -> int:
        return self.read - self.rejected

    def add(self, batch: Batch, rows: ValidatedRows) -> None:
        """Add the validated rows of one batch."""
        self.unknown_columns.update(batch.unknown_columns)
        self.encoding = batch.encoding or self.encoding
        self._sheets[batch.sheet] = None
        if len(rows.accepted):
            self._starts.append((self.accepted, batch.sheet))
            self._write(rows.accepted.drop(SHEET))
            for keys in self._keys.values():
                keys.add(rows.accepted)
        self.read += rows.read
        self.ignored += rows.ignored
        self.rejected += len(rows.rejected)
        assert len(rows.accepted) == rows.read - len(rows.rejected)
        if len(rows.rejected):
            self._rejected.append(self._part("rejected", rows.rejected))
        self._add_issues(rows.issues)
        for column, shown in batch.header_notes:
            self._warn_of_column(column, "header", shown, batch.sheet)

    def _write(self, rows: pl.DataFrame) -> None:
        self._writer = self._writer or RowWriter(self._accepted, rows.schema)
        self._writer.add(rows)

    def _add_issues(self, issues: pl.DataFrame) -> None:
        for rule, severity, count in issues.group_by("rule", "severity").len().sort("rule").iter_rows():
            (self.errors if severity == "error" else self.warnings)[rule] += count
        if len(issues):
            self._issues.append(self._part("issues", issues))

    def _part(self, kind: str, frame: pl.DataFrame) -> Path:
        path = self._work / f"{kind}-{len(self._rejected) + len(self._issues):06d}.parquet"
        frame.write_parquet(path, compression="lz4")
        return path

    def close(self) -> None:
        """Finish writing; no more rows may be added."""
        if self._writer:
            self._writer.close()

    def reject_duplicates(self) -> None:
        """Reject rows that repeat the key of an earlier row, or only warn, as the contract says; call it after all rows."""
        self.close()
        for names, check in self._unique.items() if self._writer else ():
            self._check_unique(check, [self._table.column(name) for name in names], self._keys[names])
        if len(self._duplicates):
            self.rejected += len(self._duplicates)
            text = self._rows_at(self._duplicates).with_columns(
                pl.exclude(ROW).cast(pl.String), pl.lit("unique").alias(RULES)
            )
            self._rejected.append(self._part("rejected", text))

    def _rows_at(self, places: pl.Series) -> pl.DataFrame:
        """The accepted rows at these places, with their sheet."""
        starts = pl.LazyFrame(self._starts, schema={AT: pl.UInt32, SHEET: pl.String}, orient="row")
        rows = pl.scan_parquet(self._accepted).with_row_index(AT).filter(pl.col(AT).is_in(places.implode()))
        return rows.join_asof(starts.sort(AT), on=AT).drop(AT).collect()

    def _check_unique(self, check: Check, columns: list[Column], keys: RowKeys) -> None:
        places = keys.duplicates(self._accepted)
        if places.is_empty():
            return
        self._is_late = True
        rejects = check.severity == "error" and check.mostly == 1.0
        value = pl.lit(None, pl.String)
        if len(columns) == 1:
            value = (
                pl.col(f"{columns[0].name}_masked") if columns[0].token else masked_value(columns[0]).cast(pl.String)
            )
        severity: Severity = "error" if rejects else "warning"
        self._add_issues(issue_rows(self._rows_at(places), check.column or "", "unique", severity, value))
        if rejects:
            self._duplicates = pl.concat([self._duplicates, places.cast(pl.UInt32)]).unique()

    def add_drift(self, drifted: DriftedColumn) -> None:
        """Add a warning for a drifted column."""
        self._warn_of_column(drifted.column.name, "drift", drifted.what, next(iter(self._sheets)))

    def _warn_of_column(self, column: str, rule: str, shown: str, sheet: str) -> None:
        """Add a warning for a whole column, at the header row."""
        self._is_late = True
        row = self._table.layout.header_row if self._table.layout else 1
        at = pl.DataFrame({ROW: [row], SHEET: [sheet]}, schema_overrides={ROW: pl.Int64})
        self._add_issues(issue_rows(at, column, rule, "warning", pl.lit(shown)))

    def counts(self) -> dict[str, Any]:
        """The row counts for the delivery's record."""
        return {
            "read": self.read,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "ignored": self.ignored,
            "by_rule": dict(sorted(self.errors.items())),
            "warnings": dict(sorted(self.warnings.items())),
            "unknown_columns": tuple(sorted(self.unknown_columns)),
        }

    def scan_accepted(self) -> pl.LazyFrame:
        """The accepted rows with the contract's lake columns."""
        rows = pl.scan_parquet(self._accepted)
        if self._duplicates.is_empty():
            return rows
        return rows.with_row_index(AT).filter(~pl.col(AT).is_in(self._duplicates.implode())).drop(AT)

    def write_accepted(self, path: Path) -> None:
        """Move the accepted rows to `path`, or write them again if duplicates must be left out."""
        with atomic_file(path) as temporary:
            if self._duplicates.is_empty():
                os.replace(self._accepted, temporary)
            else:
                writer = RowWriter(temporary, self.scan_accepted().collect_schema())
                for rows in self.scan_accepted().collect_batches(maintain_order=True):
                    writer.add(rows)
                writer.close()
            written = pl.scan_parquet(temporary).select(pl.len()).collect().item()
            assert written == self.accepted, f"{written} rows written, {self.accepted} accepted"

    def write_rejected(self, path: Path) -> None:
        """Write the rejected rows: the lake's columns as text, `row_no`, `sheet`, and the broken `rules`."""
        self._write_sorted(self._rejected, path)

    def write_issues(self, path: Path) -> None:
        self._write_sorted(self._issues, path)

    def _write_sorted(self, parts: list[Path], path: Path) -> None:
        """Write all parts ordered by sheet and row; remove the file if there are none."""
        if not parts:
            path.unlink(missing_ok=True)
            return
        rows = pl.scan_parquet(parts)
        if self._is_late:  # otherwise the batches are in order, and millions of rows need not be in memory
            rows = rows.sort(pl.col(SHEET).cast(pl.Enum(list(self._sheets))), ROW, maintain_order=True)
        with atomic_file(path) as temporary:
            rows.sink_parquet(temporary, compression="zstd")
