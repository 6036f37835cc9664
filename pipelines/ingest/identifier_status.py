"""What is known of each identifier in a row: its own status, and whether the row's other columns agree with it.

Not here: what a status is (`contracts/identifiers/`), what becomes of a row with a bad one (`validate_rows.py`).
"""

from __future__ import annotations

import polars as pl

from contracts.identifiers import KINDS, Areas, id_no_agreed
from contracts.model import Column, Table


def with_statuses(values: pl.DataFrame, table: Table, areas: Areas) -> pl.DataFrame:
    """The typed rows, for each identifier with `<name>_status`."""
    identifiers = [column for column in table.columns if column.token]
    judged = values.with_columns(_own(column, areas) for column in identifiers)
    return judged.with_columns(_agreed(column) for column in identifiers if column.agrees)


def _own(column: Column, areas: Areas) -> pl.Expr:
    return KINDS[str(column.token)].status(pl.col(column.name), areas).alias(f"{column.name}_status")


def _agreed(column: Column) -> pl.Expr:
    said = {word: pl.col(name) for word, name in column.agrees.items()}
    status = f"{column.name}_status"
    return id_no_agreed(pl.col(column.name), pl.col(status), said.get("birth_date"), said.get("sex")).alias(status)
