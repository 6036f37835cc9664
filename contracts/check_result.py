"""Results of a contract's checks on a candidate release: counts and descriptions, never a value of a row."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.model import Severity, Table


@dataclass(frozen=True)
class CheckResult:
    """The result of one check. `rows` were checked, `broken` fail it; None where it is about the table as a whole."""

    table: str
    column: str | None
    rule: str
    severity: Severity
    passed: bool
    rows: int
    broken: int | None
    description: str = ""

    @property
    def blocks(self) -> bool:
        return not self.passed and self.severity == "error"

    def __str__(self) -> str:
        name = f"{self.table}.{self.column}" if self.column else self.table
        rows = "" if self.broken is None else f" in {self.broken} rows"
        return f"{name}: {self.rule} broken{rows}{f' ({self.description})' if self.description else ''}"


def summary(table: Table, results: list[CheckResult]) -> str:
    """A line of progress for a table."""
    return f"{table.qualified}: {len(results)} checks, {sum(not r.passed for r in results) or 'none'} broken"
