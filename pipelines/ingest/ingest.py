"""Takes new files from landing into the lake: each becomes a delivery, accepted, held or failed, with a receipt.

`read = accepted + rejected`, always. Memory is bounded by a batch of rows, not by the file. A delivery's record is
written last, so a crash at any point leaves the file to be read again.
Not here: reading a file's rows (`read_delivery.py`), holding a delivery (`acceptance.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from contracts.code_lists import CodeList
from contracts.errors import HubError
from contracts.model import Catalog, Table
from pipelines.ingest.acceptance import check_acceptance
from pipelines.ingest.arrival_content import content_of
from pipelines.ingest.delivery_result import DeliveryResult
from pipelines.ingest.file_hashes import FileHashes
from pipelines.ingest.landing import Arrival, arrivals, landing_files, settled_files
from pipelines.ingest.prefetch import BackgroundWriter
from pipelines.ingest.read_delivery import read_into, reading_digest
from pipelines.ingest.refusals import Refusal
from pipelines.ingest.store import DeliveryStore, Progress
from pipelines.ingest.validate_rows import RowValidator
from warehouse.environment import environment_fault
from warehouse.lake.archives import BadArchive
from warehouse.lake.lake import UNKNOWN, Delivery, Lake
from warehouse.lake.raw_archive import RawArchive
from warehouse.lake.tokens import Tokens
from warehouse.lake.vault import Vault
from warehouse.settings import Settings


@dataclass
class IngestResult:
    """The deliveries of one run, oldest data first, and the names of files still being written."""

    deliveries: list[Delivery] = field(default_factory=list)
    growing_files: list[str] = field(default_factory=list)


def ingest_landing(
    settings: Settings,
    catalog: Catalog,
    code_lists: Mapping[str, CodeList],
    progress: Progress = lambda _: None,
    settle: Callable[[Delivery], Delivery] | None = None,
) -> IngestResult:
    """Read the new files in landing, and again what is there or archived and would now be read otherwise.

    `progress` is called at each step; `settle` sets the status people decided on. A file that cannot be read is a failed
    delivery and does not stop the others. HubError: unusable keys, disk full, a damaged archived file.
    """
    shutil.rmtree(settings.lake / "_work", ignore_errors=True)  # a killed night may have left raw numbers there
    ingest = Ingest(settings, catalog, code_lists, progress, settle)
    quiet, growing = settled_files(landing_files(settings.landing), settings.settle_seconds)
    hashes, done = FileHashes(settings), IngestResult(growing_files=[path.name for path in growing])
    for arrival in arrivals(settings.landing, catalog, quiet, RawArchive(settings)):
        delivery = ingest.deliver(*hashes.identify(arrival))
        if arrival.has_changed():
            done.growing_files.append(arrival.name)
        elif delivery:
            done.deliveries.append(delivery)
    hashes.save()
    return done


class Ingest:
    """One run of ingest, with the settings, code lists and keys its files share."""

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        code_lists: Mapping[str, CodeList],
        progress: Progress,
        settle: Callable[[Delivery], Delivery] | None,
    ) -> None:
        self._settings, self._catalog, self._code_lists, self._progress = settings, catalog, code_lists, progress
        self._lake, self._archive = Lake(settings, settle), RawArchive(settings)
        self._store = DeliveryStore(settings, self._lake, code_lists, progress)
        self._tokens, self._vault = Tokens.create(settings), Vault.load(settings)

    def deliver(self, arrival: Arrival, sha256: str) -> Delivery | None:
        """Read and record one file; None if the same bytes were read before in the same way, or change while being read."""
        table, delivery = arrival.table, self._new(arrival, sha256)
        known = self._lake.find(delivery.table, delivery.id)
        if known and known.status != "waiting":
            # bytes that were read under a valid name keep that result under an invalid one
            if arrival.refusal or delivery.contract_digest in (known.contract_digest, known.refused_digest):
                self._store.forget_refusal(known, delivery.contract_digest)
                return self._store.redate(known, arrival) if not arrival.refusal else None
            self._progress(f"{known.table}: {known.file_name} is read again: its contract or our reading changed")
        if known and known.status != "failed":
            # the same bytes may have come under several dates: the latest counts, the others are remembered
            day = max(arrival.delivered_on, known.delivered_on) if arrival.has_date else known.delivered_on
            days = {*known.also_on, known.delivered_on, arrival.delivered_on} if arrival.has_date else {*known.also_on}
            also_on = tuple(sorted(days - {day})) if known.accepted else ()
            delivery = replace(delivery, received_at=known.received_at, delivered_on=day, also_on=also_on)
        self._progress(f"{delivery.table}: {delivery.file_name}")
        if table is None or arrival.refusal:
            refusal = arrival.refusal or Refusal("no_contract", delivery.file_name)
            plain = None if arrival.member or arrival.archived else arrival.path
            return self._store.record_refusal(arrival, delivery, refusal, plain)
        try:
            with self._working(delivery.id) as work:
                return self._read(arrival, table, delivery, work, known)
        except (pl.exceptions.PolarsError, OSError) as error:
            # reading raises Refusal, so this is our own writing; a Polars message may quote values and is not passed on
            fault = environment_fault(error)
            raise HubError(
                f"writing {arrival.name} into the lake failed: {fault.what if fault else 'disk full or unwritable'}",
                where=str(self._settings.home),
                remedy="make room; the file is read again at the next run, what is served is untouched",
            ) from None

    def _new(self, arrival: Arrival, sha256: str) -> Delivery:
        table = arrival.table
        return Delivery(
            id=sha256[:16],
            sha256=sha256,
            table=table.name if table else UNKNOWN,
            file_name=arrival.name,
            size=arrival.stamp[0],
            delivered_on=arrival.delivered_on,
            received_at=datetime.now(ZoneInfo(self._settings.timezone)),
            contract_digest=reading_digest(table, self._code_lists) if table and not arrival.refusal else "",
            contract_version=table.version if table else "",
            correction=arrival.correction,
            office=arrival.office,
            status="failed",
        )

    @contextmanager
    def _working(self, delivery_id: str) -> Iterator[Path]:
        """A work folder for one delivery, removed afterwards."""
        work = self._settings.lake / "_work" / delivery_id
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        try:
            yield work
        finally:
            shutil.rmtree(work)

    def _read(
        self, arrival: Arrival, table: Table, delivery: Delivery, work: Path, known: Delivery | None
    ) -> Delivery | None:
        path, was_accepted = self._readable(arrival, work), known and (known.judged or known.status) == "accepted"
        try:
            self._unpack(arrival, path)
            result = self._read_rows(arrival, table, delivery, path, work)
        except Refusal as refusal:
            if arrival.has_changed():
                return None
            if known and was_accepted:
                return self._store.keep_previous(known, delivery, refusal)
            return self._store.record_refusal(arrival, delivery, refusal, path)
        if arrival.has_changed():
            return None
        in_force = [d for d in self._lake.in_force(table) if d.id != delivery.id]
        acceptance = check_acceptance(table, arrival.name, result, in_force, delivery.correction)
        if acceptance.refusal and known and was_accepted:
            return self._store.keep_previous(known, delivery, acceptance.refusal)
        return self._store.record_result(
            table, replace(delivery, profile=acceptance.profile), result, acceptance.refusal
        )

    def _read_rows(self, arrival: Arrival, table: Table, delivery: Delivery, path: Path, work: Path) -> DeliveryResult:
        result = DeliveryResult(work, table)
        validator = RowValidator(
            table,
            delivery.id,
            delivery.delivered_on,
            self._code_lists,
            self._tokens,
            timezone=self._settings.timezone,
        )
        with self._vault.deposit(delivery.id) as deposit, BackgroundWriter(deposit.add) as vault:
            for rows in read_into(result, path, arrival.name, validator, self._catalog):
                for kind, tokens, values in rows.raw:
                    vault.put(kind, tokens, values)
                self._progress(f"{table.name}: {arrival.name}: {result.read} rows read")
        return result

    def _readable(self, arrival: Arrival, work: Path) -> Path:
        """The path to read: the file itself, or a copy in `work` of what is in a ZIP or archived."""
        return work / "content" if arrival.member or arrival.archived else arrival.path

    def _unpack(self, arrival: Arrival, path: Path) -> None:
        if path == arrival.path:
            return
        try:
            with path.open("wb") as file:
                for block in content_of(arrival, self._archive):
                    file.write(block)
        except BadArchive as error:
            raise Refusal.archive(error) from None
