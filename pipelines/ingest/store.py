"""Stores a delivery in the lake: its rows, issues and receipt first, its record last.

Without its record a delivery does not exist. Not here: reading, and deciding (`ingest.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from contracts.code_lists import CodeList
from contracts.model import Table
from pipelines.ingest.delivery_result import DeliveryResult
from pipelines.ingest.landing import Arrival
from pipelines.ingest.refusals import HOLDS, Refusal
from pipelines.readers.decode import found_encoding
from pipelines.receipts import write_receipt
from warehouse.checksums import StoredFile
from warehouse.lake.lake import Delivery, Lake, Status
from warehouse.settings import Settings

Progress = Callable[[str], None]
TEXT = (".csv", ".tsv", ".txt")


class DeliveryStore:
    """Writes the deliveries of one run into the lake."""

    def __init__(self, settings: Settings, lake: Lake, code_lists: Mapping[str, CodeList], progress: Progress) -> None:
        self._settings, self._lake, self._code_lists, self._progress = settings, lake, code_lists, progress

    def record_result(
        self, table: Table, delivery: Delivery, result: DeliveryResult, refusal: Refusal | None
    ) -> Delivery:
        """Store a delivery that was read: accepted, or held if there is a `refusal`."""
        delivery = replace(
            delivery,
            status="held" if refusal else "accepted",
            **refusal_texts(refusal),
            **result.counts(),
        )
        issues = self._lake.issues_path(table.name, delivery.id)
        result.write_issues(issues)
        result.write_rejected(rejected := self._lake.rejected_path(table.name, delivery.id))
        receipt = write_receipt(self._settings, delivery, table, refusal, issues, self._code_lists, result.encoding)
        delivery = replace(delivery, receipt=receipt)
        paths = {"issues": issues, "rejected": rejected, "receipt": self._settings.receipts / receipt}
        if result.accepted:
            paths["accepted"] = self._lake.accepted_path(delivery)
            result.write_accepted(paths["accepted"])
        delivery = replace(delivery, files=_stored(paths))
        self._lake.record(delivery)
        counts = f"{delivery.accepted} rows accepted, {delivery.rejected} sent back"
        self._progress(f"{delivery.table}: {delivery.file_name}: {delivery.status}, {counts}")
        return delivery

    def keep_previous(self, known: Delivery, again: Delivery, refusal: Refusal) -> Delivery:
        """Keep an accepted delivery as it was read before, although the changed contract refuses the file."""
        delivery = replace(known, refused_digest=again.contract_digest, reason=str(refusal))
        self._lake.record(delivery)
        self._progress(f"{delivery.table}: {delivery.file_name} stays as it was read before: {refusal.what}")
        return delivery

    def forget_refusal(self, known: Delivery, digest: str) -> None:
        """Remove the note of a refusal if the contract by which the file was accepted is back."""
        if known.refused_digest and known.contract_digest == digest:
            self._lake.record(replace(known, refused_digest="", reason=""))

    def record_refusal(
        self, arrival: Arrival, delivery: Delivery, refusal: Refusal, path: Path | None = None
    ) -> Delivery:
        """Store a delivery of which no row was read: held for a rule of HOLDS, else failed. `path` holds its bytes."""
        status: Status = "held" if refusal.rule in HOLDS else "failed"
        delivery = replace(delivery, status=status, **refusal_texts(refusal))
        receipt = write_receipt(self._settings, delivery, arrival.table, refusal, encoding=_encoding(arrival, path))
        files = _stored({"receipt": self._settings.receipts / receipt})
        delivery = replace(delivery, receipt=receipt, files=files)
        self._lake.record(delivery)
        self._progress(f"{delivery.table}: {delivery.file_name} {delivery.status}: {refusal.what}")
        return delivery

    def redate(self, known: Delivery, arrival: Arrival) -> Delivery | None:
        """Move a snapshot whose bytes are sent again to the later day; None if nothing changes. `also_on` keeps all days."""
        again = arrival.table is not None and arrival.table.load == "snapshot" and known.accepted
        days = {known.delivered_on, *known.also_on}
        if not again or not arrival.has_date or arrival.delivered_on in days:
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


def _stored(paths: Mapping[str, Path]) -> dict[str, StoredFile]:
    """The checksums of the files that were written, by part."""
    return {part: StoredFile.of(path) for part, path in paths.items() if path.is_file()}


def _encoding(arrival: Arrival, path: Path | None) -> str:
    """The encoding of a refused text file, so that its receipt can use the same; "" for other files."""
    if path is None or not path.is_file() or path.is_symlink():
        return ""
    layout = arrival.table.layout if arrival.table else None
    is_text = layout.format == "csv" if layout else Path(arrival.name).suffix.lower() in TEXT
    return found_encoding(path) if is_text else ""


def refusal_texts(refusal: Refusal | None) -> dict[str, Any]:
    """The record's texts on a refusal: `reason` for the operator, `told` and `advice` for the office."""
    reason, advice = refusal.for_clerk() if refusal else ("", "")
    return {"reason": str(refusal or ""), "told": reason, "advice": advice}
