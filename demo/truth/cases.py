"""What a truth about a contradiction is made of: the rows that ingest takes, and how a rule's cases are told.

Not here: which contradictions there are (people.py, homes.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from demo.geography.buildings import Buildings
from demo.offices.office import Offices, Rows


@dataclass(frozen=True)
class AcceptedRows:
    """The rows of one block that ingest takes: the truth of its office's `Rows` without reject_kind, beside the file's columns.

    `is_current` tells the rows that stand from the cancelled ones. `buildings`: building_id, grid_code (where it stands),
    written_grid, and any dwelling of it.
    """

    registrations: pl.LazyFrame
    holdings: pl.LazyFrame
    tickets: pl.LazyFrame
    elderly_files: pl.LazyFrame
    buildings: pl.LazyFrame

    @classmethod
    def of(cls, offices: Offices, buildings: Buildings) -> AcceptedRows:
        """What of these offices' rows an ideal reader gets to see."""
        first = pl.Series("dwelling", np.searchsorted(buildings.building, np.arange(buildings.table.height)))
        return cls(
            registrations=_accepted(offices.resident),
            holdings=_accepted(offices.property),
            tickets=_accepted(offices.hotline),
            elderly_files=_accepted(offices.elderly_file),
            buildings=buildings.table.lazy().with_columns(first),
        )

    @property
    def residents(self) -> pl.LazyFrame:
        """Registrations that stand."""
        return self.registrations.filter("is_current")

    @property
    def titles(self) -> pl.LazyFrame:
        """Titles that stand."""
        return self.holdings.filter("is_current")


@dataclass(frozen=True)
class Cases:
    """The cases of one rule. `find` gives one row per case: `keys` (list of `source:record_key`) and `dwelling`.

    `subject`: the kind of thing a case is about, as in the rule's header. `keys`: rows each of which speaks of this case's
    subject and of no other subject of the rule. `dwelling`: where somebody would go, -1 where nowhere is known.
    """

    rule: str
    subject: str
    find: Callable[[AcceptedRows], pl.LazyFrame]


def key_of(source: str) -> pl.Expr:
    """A row's key as findings name it: `source:record_key`."""
    return pl.concat_str([pl.lit(f"{source}:"), pl.col("record_key")])


def row_by_row(source: str, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Cases that are one row each."""
    return rows.select(pl.concat_list(key_of(source)).alias("keys"), "dwelling")


def _accepted(rows: Rows) -> pl.LazyFrame:
    both = pl.concat([rows.truth, rows.file], how="horizontal").lazy()
    return both.filter(pl.col("reject_kind").is_null()).drop("reject_kind")
