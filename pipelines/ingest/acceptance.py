"""Why a delivery that was read must not come into force by itself: what a contract allows, held against what came.

Not here: rows (`validate_rows.py`), what changed inside a column (`drift.py`).
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
    """Why a delivery is held, if it is, and its profile, which the next one is measured against."""

    held: Refusal | None
    profile: Profile


def check_acceptance(
    table: Table, file: str, tally: DeliveryResult, in_force: Sequence[Delivery], correction: bool
) -> AcceptanceResult:
    """Judge a delivery whose rows are in `tally`, where columns that moved are said. The check of a file asks the same."""
    measured = column_profile(table, tally.scan_accepted()) if tally.accepted else {}
    before = next((d.profile for d in reversed(in_force) if not d.correction), {})
    beyond = [] if correction else list(drifted_columns(table, before, measured))
    for column in beyond:
        tally.add_drift(column)
    return AcceptanceResult(_reason_to_hold(table, file, tally, in_force, beyond, whole=not correction), measured)


def _reason_to_hold(
    table: Table,
    file: str,
    tally: DeliveryResult,
    in_force: Sequence[Delivery],
    beyond: Sequence[DriftedColumn],
    whole: bool,
) -> Refusal | None:
    """No row accepted, more sent back than agreed, fewer or more rows than can be right, a column that moved too far.

    How many rows a table has is asked of a `whole` one only, not of a correction.
    """
    if tally.accepted == 0:
        return Refusal("none_accepted", file, read=tally.read)
    if tally.rejected > table.max_rejected * tally.read:
        return Refusal("too_many_rejected", file, rejected=tally.rejected, read=tally.read, share=table.max_rejected)
    before = max((d.accepted for d in in_force if not d.correction), default=0)
    if whole and table.load == "snapshot" and tally.accepted < table.min_share * before:
        return Refusal("shrunk", file, accepted=tally.accepted, before=before, share=table.min_share)
    for check in table.checks if whole else ():
        if check.rule == "row_count" and check.severity == "error":
            low, high = bounds(check.args)
            if (low is not None and tally.accepted < low) or (high is not None and tally.accepted > high):
                return Refusal("row_count", file, accepted=tally.accepted, low=low or 0, high=high or "∞")
    far = next((m for m in beyond if m.holds), None)
    return Refusal("drifted", file, column=far.column.physical_name, what=far.what) if far else None
