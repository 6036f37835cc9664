"""Profiles one column of a sample: filled rows, distinct values, lengths, patterns, and its type.

Not here: whether it is personal data (`personal.py`), its contract entries (`columns.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from contracts.identifiers import half_width
from contracts.model import LogicalType
from pipelines.drafting.dates import DATE_START, date_formats, has_time
from pipelines.ingest.clean import FALSE, TRUE

NEARLY_ALL = 0.95  # share of rows that must have a type; the others will be rejected
LONG_CODE = 10  # digits; numbers of one such length or more are codes, not quantities
BOOLEAN_WORDS = [word for word in (*TRUE, *FALSE) if word not in ("0", "1")]


@dataclass(frozen=True)
class Kind:
    """A column's type; `formats` are the date patterns found, most frequent first.

    `needs_half_width`: values have the type only after full-width characters are converted to half-width.
    """

    logical_type: LogicalType
    formats: tuple[str, ...] = ()
    needs_half_width: bool = False


class ColumnProfile:
    """A column of a sample; `values` has columns value (distinct text) and count."""

    def __init__(self, column: pl.Series) -> None:
        self.header, self.rows = column.name, len(column)
        self.filled = len(column) - column.null_count()
        counted = column.drop_nulls().alias("value").value_counts(name="count")
        self.values = counted.sort("count", "value", descending=[True, False])

    @property
    def is_complete(self) -> bool:
        """True if every row of the sample has a value."""
        return self.filled == self.rows

    @property
    def duplicates(self) -> int:
        """The number of rows whose value occurs in an earlier row."""
        return self.filled - len(self.values)

    @cached_property
    def texts(self) -> pl.Series:
        """The distinct values, converted to half width."""
        return self.values.select(half_width(pl.col("value"))).to_series()

    @cached_property
    def lengths(self) -> pl.Series:
        """The length of each distinct value in characters."""
        return self.texts.str.len_chars()

    @property
    def longest(self) -> int:
        """The length of the longest value in characters; 0 without values."""
        return max(self.lengths, default=0)

    def share(self, pattern: str) -> float:
        """The share of the filled rows that match; 0 without values."""
        return self.weight(self.texts.str.contains(pattern))

    def weight(self, chosen: pl.Series) -> float:
        """The share of the filled rows that have one of the chosen distinct values."""
        return float(self.values["count"].filter(chosen).sum() / self.filled) if self.filled else 0.0

    @cached_property
    def with_zeros(self) -> bool:
        """True if every value is a whole number and some are written with decimal zeros: 12.00."""
        whole = self.texts.str.contains(r"^[+-]?(?:0|[1-9][0-9]{0,14})(?:\.0+)?$").all()
        return bool(self.filled and whole and self.texts.str.contains(r"\.").any())

    @cached_property
    def kind(self) -> Kind:
        """The type of nearly all values (NEARLY_ALL)."""
        if not self.filled:
            return Kind("string")
        widened = bool((self.texts != self.values["value"]).any())
        if self.share(DATE_START) >= NEARLY_ALL:
            found = date_formats(self.texts, self.weight)
            if sum(found.values()) >= NEARLY_ALL:
                return Kind("timestamp" if any(map(has_time, found)) else "date", tuple(found), widened)
        if number := self._number():
            return Kind(number, (), widened)
        words = self.texts.str.to_lowercase()
        # a column with one word only may not be boolean: the other word is unknown
        if self.longest <= max(map(len, BOOLEAN_WORDS)) and words.is_in(BOOLEAN_WORDS).all() and words.n_unique() > 1:
            return Kind("boolean", (), widened)
        return Kind("string")

    def _number(self) -> LogicalType | None:
        """integer or number for quantities; None for codes, which begin with 0 or are long and of one length."""
        whole = self.texts.str.contains("^[+-]?[0-9]+$")
        kind: LogicalType = "integer"
        if self.weight(whole) < NEARLY_ALL:
            kind = "number"
            if self.share(r"^[+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?$") < NEARLY_ALL:
                return None
        code = whole & (self.lengths >= LONG_CODE) & (self.lengths == self.longest)
        if self.weight(code) >= NEARLY_ALL or self.texts.str.contains("^0[0-9]|^[0-9]{16}").any():
            return None
        return kind
