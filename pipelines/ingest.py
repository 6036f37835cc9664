"""Landing → lake: every new file becomes a delivery that is accepted, held or failed, and gets a receipt.

`read = accepted + rejected`, always. Memory is bounded by a batch of rows, not by the file. A delivery's record is
written last, so a crash at any point leaves the file to be read again.
Not here: reading formats (`readers/`), cleaning (`clean.py`), judging rows (`sorting.py`).
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from contracts.code_lists import CodeList
from contracts.errors import ContractError, HubError
from contracts.model import Catalog, Table
from contracts.predicates import bounds
from pipelines.ahead import ahead, side_by_side
from pipelines.landing import Arrival, Hashes, arrivals
from pipelines.readers import READERS, Batch
from pipelines.reasons import Refused
from pipelines.receipts import write_receipt
from pipelines.sorting import Sorted, Sorter
from pipelines.tally import Tally
from warehouse.identity import Tokens
from warehouse.lake import UNKNOWN, Delivery, Lake
from warehouse.settings import Settings
from warehouse.vault import Vault

EDITION = "5"  # raise it when the same file under the same contract would be read differently: it is then read again
Progress = Callable[[str], None]


def ingest_landing(
    settings: Settings,
    catalog: Catalog,
    code_lists: Mapping[str, CodeList],
    progress: Progress | None = None,
    settle: Callable[[Delivery], Delivery] | None = None,
) -> list[Delivery]:
    """Read what is new in landing; the deliveries of this run, oldest data first. `progress` is told each step;
    `settle` gives a delivery the status that people decided on.

    A file that cannot be read is a failed delivery and does not stop the others. HubError: keys unfit, disk full.
    """
    ingest = Ingest(settings, code_lists, progress or (lambda _: None), settle)
    hashes = Hashes(settings)
    done = [ingest.deliver(*hashes.identified(arrival)) for arrival in arrivals(settings.landing, catalog)]
    hashes.save()
    return [delivery for delivery in done if delivery]


class Ingest:
    """One run: settings, lists and keys that all its files share."""

    def __init__(
        self,
        settings: Settings,
        code_lists: Mapping[str, CodeList],
        progress: Progress,
        settle: Callable[[Delivery], Delivery] | None = None,
    ) -> None:
        self._settings, self._code_lists, self._progress = settings, code_lists, progress
        self._lake = Lake(settings, settle)
        self._tokens, self._vault = Tokens.create(settings), Vault.load(settings)

    def deliver(self, arrival: Arrival, sha256: str) -> Delivery | None:
        """One file's delivery, recorded; None if these bytes were read before in the same way."""
        table = arrival.table
        delivery = Delivery(
            id=sha256[:16],
            sha256=sha256,
            table=table.name if table else UNKNOWN,
            file_name=arrival.path.name,
            size=arrival.path.stat().st_size,
            delivered_on=arrival.delivered_on,
            received_at=datetime.now(ZoneInfo(self._settings.timezone)),
            contract_digest=reading_digest(table, self._code_lists) if table and not arrival.refused else "",
            status="failed",
        )
        known = self._lake.find(delivery.table, delivery.id)
        unread = known is None or known.status == "waiting"
        # bytes that were read under a good name are not read worse under a bad one
        if (
            known
            and not unread
            and (arrival.refused or delivery.contract_digest in (known.contract_digest, known.refused_digest))
        ):
            self._forget_refusal(known, delivery.contract_digest)
            return None
        if known and known.status != "failed":
            delivery = replace(delivery, received_at=known.received_at, delivered_on=known.delivered_on)
        self._progress(f"{delivery.table}: {delivery.file_name}")
        if table is None or arrival.refused:
            return self._fail(table, delivery, arrival.refused or Refused("no_contract", delivery.file_name))
        work = self._settings.lake / "_work" / delivery.id
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        try:
            tally = self._read(arrival.path, table, delivery, Tally(work, table))
            held = reason_to_hold(table, delivery.file_name, tally, self._lake.in_force(table))
            if held and known and known.status == "accepted":
                return self._keep(known, delivery, held)
            return self._finish(table, delivery, tally, held)
        except Refused as refused:
            if known and known.status == "accepted":
                return self._keep(known, delivery, refused)
            return self._fail(table, delivery, refused)
        except (pl.exceptions.PolarsError, OSError) as error:
            # reading raises Refused, so this is our own writing; a Polars text may quote values, so it is not passed on
            cause = error.strerror if isinstance(error, OSError) else "disk full or unwritable"
            raise HubError(
                f"writing {arrival.path.name} into the lake failed: {cause}",
                where=str(self._settings.home),
                remedy="make room; the file is read again at the next run, what is served is untouched",
            ) from None
        finally:
            shutil.rmtree(work)

    def _read(self, path: Path, table: Table, delivery: Delivery, tally: Tally) -> Tally:
        sorter = Sorter(table, delivery.id, delivery.delivered_on, self._code_lists, self._tokens)
        try:
            with self._vault.deposit(delivery.id) as deposit:
                for batch, rows in sorted_batches(path, table, sorter):
                    tally.add(batch, rows)
                    for kind, tokens, values in rows.raw:
                        deposit.add(kind, tokens, values)
                    self._progress(f"{table.name}: {path.name}: {tally.read} rows read")
        finally:
            tally.close()
        if tally.read == 0:
            raise Refused("empty", path.name)
        tally.reject_repeated()
        return tally

    def _finish(self, table: Table, delivery: Delivery, tally: Tally, held: Refused | None) -> Delivery:
        """Rows, issues and receipt into their places, then the record that makes them count."""
        delivery = replace(
            delivery,
            status="held" if held else "accepted",
            read=tally.read,
            accepted=tally.accepted,
            rejected=tally.rejected,
            by_rule=dict(sorted(tally.errors.items())),
            warnings=dict(sorted(tally.warnings.items())),
            unknown_columns=tuple(sorted(tally.unknown_columns)),
            reason=str(held or ""),
        )
        issues = self._lake.issues_path(table.name, delivery.id)
        tally.write_issues(issues)
        tally.write_rejected(self._lake.rejected_path(table.name, delivery.id))
        receipt = write_receipt(self._settings, delivery, table, held, issues, self._code_lists)
        delivery = replace(delivery, receipt=receipt)
        if tally.accepted:
            tally.write_accepted(self._lake.accepted_path(delivery))
        self._lake.record(delivery)
        counts = f"{delivery.accepted} rows accepted, {delivery.rejected} sent back"
        self._progress(f"{delivery.table}: {delivery.file_name}: {delivery.status}, {counts}")
        return delivery

    def _keep(self, known: Delivery, again: Delivery, refused: Refused) -> Delivery:
        """What was accepted stays in force as it was read: a changed contract must not make history vanish."""
        kept = replace(known, refused_digest=again.contract_digest, reason=str(refused))
        self._lake.record(kept)
        self._progress(f"{kept.table}: {kept.file_name} stays as it was read before: {refused.what}")
        return kept

    def _forget_refusal(self, known: Delivery, digest: str) -> None:
        """The contract that refused the file is gone again."""
        if known.refused_digest and known.contract_digest == digest:
            self._lake.record(replace(known, refused_digest="", reason=""))

    def _fail(self, table: Table | None, delivery: Delivery, refused: Refused) -> Delivery:
        failed = replace(delivery, status="failed", reason=str(refused))
        failed = replace(failed, receipt=write_receipt(self._settings, failed, table, refused))
        self._lake.record(failed)
        self._progress(f"{failed.table}: {failed.file_name} failed: {refused.what}")
        return failed


def sorted_batches(path: Path, table: Table, sorter: Sorter) -> Iterator[tuple[Batch, Sorted]]:
    """A file's rows, read and sorted. Refused is the only error that comes of the file's content."""
    assert table.layout is not None
    try:
        batches = ahead(READERS[table.layout.format](path, table))
        yield from side_by_side(batches, lambda batch: (batch, sorter.sort(batch)))
    except pl.exceptions.PolarsError:
        raise Refused("parse", path.name) from None


def reason_to_hold(table: Table, file: str, tally: Tally, in_force: Sequence[Delivery]) -> Refused | None:
    """Why a delivery that was read must not come into force: no row accepted, or fewer or more than can be right."""
    if tally.accepted == 0:
        return Refused("none_accepted", file, read=tally.read)
    before = max((d.accepted for d in in_force), default=0)
    if table.load == "snapshot" and tally.accepted < table.min_share * before:
        return Refused("shrunk", file, accepted=tally.accepted, before=before, share=table.min_share)
    for check in table.checks:
        if check.rule == "row_count" and check.severity == "error":
            low, high = bounds(check.args)
            if (low is not None and tally.accepted < low) or (high is not None and tally.accepted > high):
                return Refused("row_count", file, accepted=tally.accepted, low=low or 0, high=high or "∞")
    return None


def reading_digest(table: Table, code_lists: Mapping[str, CodeList]) -> str:
    """Stands for everything the reading of a file depends on besides its bytes: contract, code lists, our edition."""
    names = sorted({c.codes for c in table.columns if c.codes} | {"id_area"})
    for name in names:
        if name not in code_lists:
            raise ContractError(f"no code list {name}", where=table.path, remedy=f"add contracts/codes/{name}.csv")
    lists = [(name, code_lists[name].digest) for name in names]
    return hashlib.sha256(repr((EDITION, table.digest, lists)).encode()).hexdigest()
