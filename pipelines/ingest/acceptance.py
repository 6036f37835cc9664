"""Decides whether a delivery may come into force by itself, by the limits in its contract.

Not here: rows (`validate_rows.py`), changes inside a column (`drift.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.model import Table
from contracts.predicates import bounds
from pipelines.ingest.delivery_result import DeliveryResult
from pipelines.ingest.drift import DriftedColumn, Profile, column_profile, drifted_columns
from pipelines.ingest.refusals import Refusal
from warehouse.lake.lake import Delivery


@dataclass(frozen=True)
class AcceptanceResult:
    """`refusal` says why the delivery is held, None if it is not; the next delivery is compared with `profile`."""

    refusal: Refusal | None
    profile: Profile


def check_acceptance(
    table: Table, file: str, result: DeliveryResult, in_force: Sequence[Delivery], correction: bool
) -> AcceptanceResult:
    """Check a delivery that was read into `result`, and add a warning there for each drifted column."""
    profile = column_profile(table, result.scan_accepted()) if result.accepted else {}
    before = next((d.profile for d in reversed(in_force) if not d.correction), {})
    drifted = [] if correction else list(drifted_columns(table, before, profile))
    for column in drifted:
        result.add_drift(column)
    return AcceptanceResult(_reason_to_hold(table, file, result, in_force, drifted, whole=not correction), profile)


def _reason_to_hold(
    table: Table,
    file: str,
    result: DeliveryResult,
    in_force: Sequence[Delivery],
    drifted: Sequence[DriftedColumn],
    whole: bool,
) -> Refusal | None:
    """The first limit broken: no row accepted, too many rejected, too few or too many rows, too much drift.

    Row counts are checked for a `whole` table only, not for a correction.
    """
    if result.accepted == 0:
        return Refusal("none_accepted", file, read=result.read)
    if result.rejected > table.max_rejected * result.read:
        return Refusal("too_many_rejected", file, rejected=result.rejected, read=result.read, share=table.max_rejected)
    before = max((d.accepted for d in in_force if not d.correction), default=0)
    if whole and table.load == "snapshot" and result.accepted < table.min_share * before:
        return Refusal("shrunk", file, accepted=result.accepted, before=before, share=table.min_share)
    for check in table.checks if whole else ():
        if check.rule == "row_count" and check.severity == "error":
            low, high = bounds(check.args)
            if (low is not None and result.accepted < low) or (high is not None and result.accepted > high):
                return Refusal("row_count", file, accepted=result.accepted, low=low or 0, high=high or "∞")
    holding = next((column for column in drifted if column.holds), None)
    return Refusal("drifted", file, column=holding.column.physical_name, what=holding.what) if holding else None
