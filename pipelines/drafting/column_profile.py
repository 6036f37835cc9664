"""What a sample says about one column: how full, how distinct, which shapes, and so which type.

Not here: whether it is about a person (`personal.py`), what the contract says of it (`columns.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from contracts.identifiers import half_width
from contracts.model import LogicalType
from pipelines.drafting.dates import BEGINNING, date_formats, has_time
from pipelines.ingest.clean import FALSE, TRUE

NEARLY_ALL = 0.95  # a type holds when that share of the rows has it; the others will be sent back
LONG_CODE = 10  # digits of one length from here on are a code, not a quantity
WORDED = [word for word in (*TRUE, *FALSE) if word not in ("0", "1")]


@dataclass(frozen=True)
class Kind:
    """A column's type; `formats` are the spellings of dates that were seen, the most frequent first.

    `widened`: it holds only once full-width characters are made half-width.
    """

    logical_type: LogicalType
    formats: tuple[str, ...] = ()
    widened: bool = False


class ColumnProfile:
    """A column of a sample. `values` has each distinct text (`value`) and how often it stands there (`count`)."""

    def __init__(self, column: pl.Series) -> None:
        self.header, self.rows = column.name, len(column)
        self.filled = len(column) - column.null_count()
        counted = column.drop_nulls().alias("value").value_counts(name="count")
        self.values = counted.sort("count", "value", descending=[True, False])

    @property
    def required(self) -> bool:
        """No row of the sample lacks it."""
        return self.filled == self.rows

    @property
    def repeated(self) -> int:
        """Rows whose value stands in an earlier row, too."""
        return self.filled - len(self.values)

    @cached_property
    def texts(self) -> pl.Series:
        """The distinct values in half width."""
        return self.values.select(half_width(pl.col("value"))).to_series()

    @cached_property
    def lengths(self) -> pl.Series:
        """Characters of each distinct value."""
        return self.texts.str.len_chars()

    @property
    def longest(self) -> int:
        """Characters of the longest value; 0 of none."""
        return max(self.lengths, default=0)

    def share(self, pattern: str) -> float:
        """Which share of the filled rows matches; 0 of none."""
        return self.weight(self.texts.str.contains(pattern))

    def weight(self, chosen: pl.Series) -> float:
        """The share of the filled rows that the chosen distinct values make up."""
        return float(self.values["count"].filter(chosen).sum() / self.filled) if self.filled else 0.0

    @cached_property
    def with_zeros(self) -> bool:
        """Every value is a whole number, some written with zeros: 12.00."""
        whole = self.texts.str.contains(r"^[+-]?(?:0|[1-9][0-9]{0,14})(?:\.0+)?$").all()
        return bool(self.filled and whole and self.texts.str.contains(r"\.").any())

    @cached_property
    def kind(self) -> Kind:
        """The type nearly all values have."""
        if not self.filled:
            return Kind("string")
        widened = bool((self.texts != self.values["value"]).any())
        if self.share(BEGINNING) >= NEARLY_ALL:
            found = date_formats(self.texts, self.weight)
            if sum(found.values()) >= NEARLY_ALL:
                return Kind("timestamp" if any(map(has_time, found)) else "date", tuple(found), widened)
        if number := self._number():
            return Kind(number, (), widened)
        words = self.texts.str.to_lowercase()
        # one word everywhere says nothing of what the other would be
        if self.longest <= max(map(len, WORDED)) and words.is_in(WORDED).all() and words.n_unique() > 1:
            return Kind("boolean", (), widened)
        return Kind("string")

    def _number(self) -> LogicalType | None:
        """Numbers to calculate with: none begins with 0, and they are not as long, and of one length, as codes are."""
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
