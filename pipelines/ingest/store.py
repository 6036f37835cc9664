"""What becomes of a delivery once it was looked at: its rows, issues and receipt in their places, then its record.

The record is written last: without it the delivery did not happen. Not here: reading, and deciding (`ingest.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from contracts.code_lists import CodeList
from contracts.model import Table
from pipelines.ingest.delivery_result import DeliveryResult
from pipelines.ingest.landing import Arrival
from pipelines.ingest.refusals import HOLDS, Refusal
from pipelines.readers.decode import found_encoding
from pipelines.receipts import write_receipt
from warehouse.lake.lake import Delivery, Lake
from warehouse.settings import Settings

Progress = Callable[[str], None]
TEXT = (".csv", ".tsv", ".txt")


class DeliveryStore:
    """One run's way into the lake."""

    def __init__(self, settings: Settings, lake: Lake, code_lists: Mapping[str, CodeList], progress: Progress) -> None:
        self._settings, self._lake, self._code_lists, self._progress = settings, lake, code_lists, progress

    def finish(self, table: Table, delivery: Delivery, tally: DeliveryResult, held: Refusal | None) -> Delivery:
        """Rows, issues and receipt into their places, then the record that makes them count."""
        delivery = replace(
            delivery,
            status="held" if held else "accepted",
            **clerk_text(held),
            **tally.counts(),
        )
        issues = self._lake.issues_path(table.name, delivery.id)
        tally.write_issues(issues)
        tally.write_rejected(self._lake.rejected_path(table.name, delivery.id))
        receipt = write_receipt(self._settings, delivery, table, held, issues, self._code_lists, tally.encoding)
        delivery = replace(delivery, receipt=receipt)
        if tally.accepted:
            tally.write_accepted(self._lake.accepted_path(delivery))
        self._lake.record(delivery)
        counts = f"{delivery.accepted} rows accepted, {delivery.rejected} sent back"
        self._progress(f"{delivery.table}: {delivery.file_name}: {delivery.status}, {counts}")
        return delivery

    def keep(self, known: Delivery, again: Delivery, refused: Refusal) -> Delivery:
        """What was accepted stays in force as it was read: a changed contract must not make history vanish."""
        kept = replace(known, refused_digest=again.contract_digest, reason=str(refused))
        self._lake.record(kept)
        self._progress(f"{kept.table}: {kept.file_name} stays as it was read before: {refused.what}")
        return kept

    def forget_refusal(self, known: Delivery, digest: str) -> None:
        """The contract that refused the file is gone again."""
        if known.refused_digest and known.contract_digest == digest:
            self._lake.record(replace(known, refused_digest="", reason=""))

    def fail(self, arrival: Arrival, delivery: Delivery, refused: Refusal) -> Delivery:
        """Held where the office and we must first agree on its columns, failed where nothing can be read of it."""
        failed = replace(delivery, status="held" if refused.rule in HOLDS else "failed", **clerk_text(refused))
        failed = replace(
            failed, receipt=write_receipt(self._settings, failed, arrival.table, refused, encoding=_encoding(arrival))
        )
        self._lake.record(failed)
        self._progress(f"{failed.table}: {failed.file_name} {failed.status}: {refused.what}")
        return failed

    def redated(self, known: Delivery, arrival: Arrival) -> Delivery | None:
        """The same bytes sent again as of a later day: a register is again what it was before, so they count for that day.
        Its history keeps every day."""
        again = arrival.table is not None and arrival.table.load == "snapshot" and known.accepted
        days = {known.delivered_on, *known.also_on}
        if not again or not arrival.dated or arrival.delivered_on in days:
            return None
        days.add(arrival.delivered_on)
        if arrival.delivered_on < known.delivered_on:
            self._lake.record(replace(known, also_on=tuple(sorted(days - {known.delivered_on}))))
            return None
        also_on = tuple(sorted(days - {arrival.delivered_on}))
        moved = replace(known, delivered_on=arrival.delivered_on, file_name=arrival.name, also_on=also_on)
        before, after = self._lake.accepted_path(known), self._lake.accepted_path(moved)
        after.parent.mkdir(parents=True, exist_ok=True)
        after.unlink(missing_ok=True)
        after.hardlink_to(before)
        self._lake.record(moved)
        before.unlink()
        self._progress(f"{moved.table}: {known.file_name} was sent again as {moved.file_name} and counts for that day")
        return moved


def _encoding(arrival: Arrival) -> str:
    """Of a text file that was refused, so that its receipt can be answered in it."""
    layout = arrival.table.layout if arrival.table else None
    is_text = layout.format == "csv" if layout else arrival.path.suffix.lower() in TEXT
    return found_encoding(arrival.path) if is_text and not arrival.member and not arrival.path.is_symlink() else ""


def clerk_text(refused: Refusal | None) -> dict[str, Any]:
    """What a record says to the operator and to the office about a delivery that is not in force."""
    told, advice = refused.for_clerk() if refused else ("", "")
    return {"reason": str(refused or ""), "told": told, "advice": advice}
