"""The input and form of the truth about contradictions: the rows that ingest accepts, and the cases of a rule.

Not here: the contradictions themselves (people.py, homes.py).
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
    """The rows of one block that ingest accepts: the truth of an office's `Rows` with the file's columns.

    `is_current` is False for cancelled rows. `buildings`: building_id, grid_code (the true one), written_grid, and any
    dwelling of it.
    """

    registrations: pl.LazyFrame
    holdings: pl.LazyFrame
    tickets: pl.LazyFrame
    elderly_files: pl.LazyFrame
    buildings: pl.LazyFrame

    @classmethod
    def of(cls, offices: Offices, buildings: Buildings) -> AcceptedRows:
        """The accepted rows of these offices."""
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
        """Registrations that are not cancelled."""
        return self.registrations.filter("is_current")

    @property
    def titles(self) -> pl.LazyFrame:
        """Titles that are not cancelled."""
        return self.holdings.filter("is_current")


@dataclass(frozen=True)
class Cases:
    """The cases of one rule. `find` gives one row per case: `keys` (list of `source:record_key`) and `dwelling`.

    `subject`: the kind of subject, as in the rule's header. `keys`: rows that are about this case's subject and no other of
    the rule. `dwelling`: the one to visit, -1 if none is known.
    """

    rule: str
    subject: str
    find: Callable[[AcceptedRows], pl.LazyFrame]


def key_of(source: str) -> pl.Expr:
    """A row's key in findings: `source:record_key`."""
    return pl.concat_str([pl.lit(f"{source}:"), pl.col("record_key")])


def row_by_row(source: str, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Cases that are one row each."""
    return rows.select(pl.concat_list(key_of(source)).alias("keys"), "dwelling")


def _accepted(rows: Rows) -> pl.LazyFrame:
    both = pl.concat([rows.truth, rows.file], how="horizontal").lazy()
    return both.filter(pl.col("reject_kind").is_null()).drop("reject_kind")
