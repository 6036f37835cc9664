"""Sets the status of each identifier in a row: by its own digits, the row's other columns, and the rows beside it.

Not here: the statuses (`contracts/identifiers/`), the issue for a bad one (`validate_rows.py`).
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from contracts.identifiers import KINDS, Areas, id_no_status_in_row, rounded_by_company
from contracts.model import Column, Table

NEWBORN = "newborn"
REGISTERED_WITHIN = timedelta(days=365)  # of the birth, a child may have no number


def with_statuses(values: pl.DataFrame, table: Table, areas: Areas, day: date) -> pl.DataFrame:
    """The typed rows of a delivery of that `day` with a column `<name>_status` for each identifier."""
    identifiers = [column for column in table.columns if column.token]
    own = values.with_columns(_own_status(column, areas) for column in identifiers)
    agreed = own.with_columns(_agreed_status(column, day) for column in identifiers if column.agrees)
    numbers = [column.name for column in identifiers if column.token == "id_no"]
    return agreed.with_columns(
        rounded_by_company(agreed[name], agreed[f"{name}_status"]).alias(f"{name}_status") for name in numbers
    )


def _own_status(column: Column, areas: Areas) -> pl.Expr:
    return KINDS[str(column.token)].status(pl.col(column.name), areas).alias(f"{column.name}_status")


def _agreed_status(column: Column, day: date) -> pl.Expr:
    other = {word: pl.col(name) for word, name in column.agrees.items()}
    status, born = pl.col(f"{column.name}_status"), other.get("birth_date")
    agreed = id_no_status_in_row(pl.col(column.name), status, born, other.get("sex"), other.get("id_type"))
    if born is not None:
        is_newborn = (status == "missing") & (born > day - REGISTERED_WITHIN).fill_null(False)
        agreed = pl.when(is_newborn).then(pl.lit(NEWBORN)).otherwise(agreed)
    return agreed.alias(f"{column.name}_status")
