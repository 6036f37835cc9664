"""One delivery while it is read: its counts, and its accepted and rejected rows and issues in parts on disk.

Parts keep memory bounded; they become one Parquet file each when the whole file has been read without a refusal.
Not here: judging rows (`sorting.py`).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl

from contracts.model import Check, Column, Table
from pipelines.readers import Batch
from pipelines.sorting import ROW, RULES, SHEET, Sorted, issue_rows, shown
from pipelines.uniqueness import AT, Keys
from warehouse.files import replacing

ROW_GROUP = 100_000


class Tally:
    """`read = accepted + rejected` after every step. `errors` and `warnings` count issues by rule."""

    def __init__(self, work: Path, table: Table) -> None:
        self._work, self._table = work, table
        self.read = self.rejected = 0
        self.errors, self.warnings = Counter[str](), Counter[str]()
        self.unknown_columns: set[str] = set()
        self._accepted: list[Path] = []
        self._rejected: list[Path] = []
        self._issues: list[Path] = []
        self._sheets: dict[str, None] = {}
        checks = (*table.checks, *(check for column in table.columns for check in column.checks))
        self._unique = {tuple(check.args["columns"]): check for check in checks if check.rule == "unique"}
        self._keys = {names: Keys([table.column(n).stored()[0].name for n in names]) for names in self._unique}
        self._repeated = pl.Series(AT, [], dtype=pl.UInt32)

    @property
    def accepted(self) -> int:
        return self.read - self.rejected

    def add(self, batch: Batch, rows: Sorted) -> None:
        """What became of one batch."""
        self.unknown_columns.update(batch.unknown_columns)
        self._sheets[batch.sheet] = None
        self.read += rows.read
        self.rejected += len(rows.rejected)
        assert len(rows.accepted) == rows.read - len(rows.rejected)
        if len(rows.rejected):
            self._rejected.append(self._part("rejected", rows.rejected))
        if len(rows.accepted):
            self._accepted.append(self._part("accepted", rows.accepted))
            for keys in self._keys.values():
                keys.add(rows.accepted)
        self._add_issues(rows.issues)

    def _add_issues(self, issues: pl.DataFrame) -> None:
        for rule, severity, count in issues.group_by("rule", "severity").len().sort("rule").iter_rows():
            (self.errors if severity == "error" else self.warnings)[rule] += count
        if len(issues):
            self._issues.append(self._part("issues", issues))

    def _part(self, kind: str, frame: pl.DataFrame) -> Path:
        path = self._work / f"{kind}-{len(self._accepted) + len(self._rejected) + len(self._issues):06d}.parquet"
        frame.write_parquet(path, compression="lz4")
        return path

    def reject_repeated(self) -> None:
        """Once all rows are in: of rows with one key the first stays. A mere warning leaves all of them."""
        for names, check in self._unique.items() if self._accepted else ():
            self._judge_unique(check, [self._table.column(name) for name in names], self._keys[names])
        if len(self._repeated):
            self.rejected += len(self._repeated)
            self._rejected.append(self._part("rejected", self._repeated_rows()))

    def _repeated_rows(self) -> pl.DataFrame:
        rows = pl.scan_parquet(self._accepted).with_row_index(AT).filter(pl.col(AT).is_in(self._repeated.implode()))
        text = rows.drop(AT).with_columns(pl.exclude(ROW).cast(pl.String), pl.lit("unique").alias(RULES))
        return text.collect()

    def _judge_unique(self, check: Check, columns: list[Column], keys: Keys) -> None:
        places = keys.repeated(self._accepted)
        if places.is_empty():
            return
        rows = pl.scan_parquet(self._accepted).with_row_index(AT).filter(pl.col(AT).is_in(places.implode())).collect()
        rejects = check.severity == "error" and check.mostly == 1.0
        value = pl.lit(None, pl.String)
        if len(columns) == 1:
            value = pl.col(f"{columns[0].name}_masked") if columns[0].token else shown(columns[0]).cast(pl.String)
        self._add_issues(issue_rows(rows, check.column or "", "unique", "error" if rejects else "warning", value))
        if rejects:
            self._repeated = pl.concat([self._repeated, places.cast(pl.UInt32)]).unique()

    def write_accepted(self, path: Path) -> None:
        """The lake's file: the contract's lake columns and nothing else."""
        rows = pl.scan_parquet(self._accepted)
        if len(self._repeated):
            rows = rows.with_row_index(AT).filter(~pl.col(AT).is_in(self._repeated.implode())).drop(AT)
        with replacing(path) as temporary:
            rows.drop(SHEET).sink_parquet(temporary, compression="zstd", compression_level=1, row_group_size=ROW_GROUP)
            written = pl.scan_parquet(temporary).select(pl.len()).collect().item()
            assert written == self.accepted, f"{written} rows written, {self.accepted} accepted"

    def write_rejected(self, path: Path) -> None:
        """The rows that went back: the lake's columns as text, `row_no`, `sheet`, and the `rules` each broke."""
        self._write_sorted(self._rejected, path)

    def write_issues(self, path: Path) -> None:
        self._write_sorted(self._issues, path)

    def _write_sorted(self, parts: list[Path], path: Path) -> None:
        """All parts in the order of sheets and rows; no file where there are none."""
        if not parts:
            path.unlink(missing_ok=True)
            return
        with replacing(path) as temporary:
            order = pl.col(SHEET).cast(pl.Enum(list(self._sheets)))
            pl.scan_parquet(parts).sort(order, ROW, maintain_order=True).sink_parquet(temporary, compression="zstd")
