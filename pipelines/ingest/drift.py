"""Compares a column's values with those of the delivery in force, by the drift bounds in its contract.

A profile is kept with a delivery's record: counts and shares, no values but those of code lists.
Not here: the consequences (`acceptance.py`), single wrong values (`validate_rows.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.model import Column, Table

Profile = dict[str, dict[str, Any]]
NUMERIC_TYPES = ("integer", "number", "date", "timestamp")


@dataclass(frozen=True)
class DriftedColumn:
    """A column beyond its bound; `what` says in Chinese how far, without quoting values."""

    column: Column
    what: str

    @property
    def holds(self) -> bool:
        """True if the contract holds a delivery for this drift."""
        return self.column.drift is not None and self.column.drift.then == "hold"


def column_profile(table: Table, rows: pl.LazyFrame) -> Profile:
    """The profile of each column with a bound: share of nulls, and code shares or mean and deviation (dates in days)."""
    found: Profile = {}
    for column in table.columns:
        if column.drift:
            value = pl.col(column.stored_columns()[0].name)
            nulls = value.is_null().mean()
            if column.codes:
                counts = rows.group_by(value.alias("code")).len().drop_nulls().sort("code").collect()
                shares = (counts["len"] / max(1, counts["len"].sum())).round(6)
                found[column.name] = {"shares": dict(zip(counts["code"], shares, strict=True))}
            elif column.logical_type in NUMERIC_TYPES:
                number = value.to_physical().cast(pl.Float64)
                [row] = rows.select(mean=number.mean(), std=number.std()).collect().to_dicts()
                found[column.name] = row
            found.setdefault(column.name, {})["nulls"] = round(rows.select(nulls).collect().item() or 0.0, 6)
    return found


def drifted_columns(table: Table, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[DriftedColumn]:
    """The columns that drifted beyond their bound; columns without an earlier profile are skipped."""
    for column in table.columns:
        bound, old, new = column.drift, before.get(column.name), now.get(column.name)
        if bound is None or not old or not new:
            continue
        if bound.nulls is not None and abs(new["nulls"] - old["nulls"]) > bound.nulls:
            yield DriftedColumn(column, f"空值由 {old['nulls']:.1%} 变为 {new['nulls']:.1%}")
        if bound.shift is not None and (distance := shift(old, new)) > bound.shift:
            yield DriftedColumn(column, f"取值分布变化 {distance:.2f}，约定不超过 {bound.shift:g}")


def shift(old: Mapping[str, Any], new: Mapping[str, Any]) -> float:
    """Total variation distance of code shares (0..1), or the difference of means in standard deviations of the older."""
    if "shares" in old and "shares" in new:
        codes = old["shares"].keys() | new["shares"].keys()
        return float(sum(abs(old["shares"].get(c, 0.0) - new["shares"].get(c, 0.0)) for c in codes)) / 2
    if old.get("mean") is None or new.get("mean") is None:
        return 0.0
    spread: float = old.get("std") or 0.0
    difference = abs(float(new["mean"]) - float(old["mean"]))
    return difference / spread if spread else (float("inf") if difference else 0.0)
