"""Masks and reports ID and mobile numbers in free text columns; a row with one in its key is rejected.

Free is a string column with no token, and no codes, pattern or named check that limit its values. In a personal column all
numbers are masked; elsewhere a code may be as long as a number, so only numbers that stand alone are.
Not here: columns that ask for `scrub` (`clean.py`).
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from contracts.identifiers import has_number_alone, scrub, scrub_alone
from contracts.model import Check, Severity, Table

NUMBER_IN_TEXT = "number_in_text"


class FreeText:
    """The free columns of one table, each with the way its numbers are masked."""

    def __init__(self, table: Table) -> None:
        checks = (*table.checks, *(check for column in table.columns for check in column.checks))
        bound = {check.column for check in checks if _limits_values(check)}
        free = [c for c in table.columns if c.logical_type == "string" and not c.token and c.name not in bound]
        self._keys = [c.name for c in free if c.primary_key]
        self._scrubbers: dict[str, Callable[[pl.Expr], pl.Expr]] = {
            c.name: scrub if c.is_personal else scrub_alone
            for c in free
            if not c.primary_key and "scrub" not in c.clean
        }

    def mask_numbers(self, text: pl.DataFrame) -> tuple[pl.DataFrame, list[tuple[str, str, Severity, pl.Series]]]:
        """The text with numbers masked, and for each column that had some: name, rule, severity and a mask of the rows."""
        found: list[tuple[str, str, Severity, pl.Series]] = []
        for name in self._keys:
            found.append((name, NUMBER_IN_TEXT, "error", text.select(has_number_alone(pl.col(name))).to_series()))
        clean = text.with_columns(scrubber(pl.col(name)) for name, scrubber in self._scrubbers.items())
        for name in self._scrubbers:
            found.append((name, NUMBER_IN_TEXT, "warning", clean[name].ne_missing(text[name])))
        return clean, [one for one in found if one[3].any()]


def _limits_values(check: Check) -> bool:
    return check.rule in ("code", "pattern", "named") and check.severity == "error" and check.rejects_rows
