"""Sets the status of each identifier in a row, by its own digits and by the row's other columns.

Not here: the statuses (`contracts/identifiers/`), the issue for a bad one (`validate_rows.py`).
"""

from __future__ import annotations

import polars as pl

from contracts.identifiers import KINDS, Areas, id_no_status_in_row
from contracts.model import Column, Table


def with_statuses(values: pl.DataFrame, table: Table, areas: Areas) -> pl.DataFrame:
    """The typed rows with a column `<name>_status` for each identifier."""
    identifiers = [column for column in table.columns if column.token]
    own = values.with_columns(_own_status(column, areas) for column in identifiers)
    return own.with_columns(_agreed_status(column) for column in identifiers if column.agrees)


def _own_status(column: Column, areas: Areas) -> pl.Expr:
    return KINDS[str(column.token)].status(pl.col(column.name), areas).alias(f"{column.name}_status")


def _agreed_status(column: Column) -> pl.Expr:
    other = {word: pl.col(name) for word, name in column.agrees.items()}
    status = f"{column.name}_status"
    return id_no_status_in_row(pl.col(column.name), pl.col(status), other.get("birth_date"), other.get("sex")).alias(
        status
    )
