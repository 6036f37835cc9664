"""The lake: one Parquet file each of accepted rows, rejected rows and issues per delivery, and the delivery's record.

A delivery's record is written last: without it the delivery did not happen, whatever files a crash left behind.
Not here: reading office files (`pipelines/ingest/ingest.py`), building tables from the rows (`build/engine.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from contracts.errors import DeliveryError, HubError
from contracts.model import Table
from warehouse.checksums import StoredFile, dump_json, load_json
from warehouse.files import write_atomically
from warehouse.settings import Settings

Status = Literal["waiting", "accepted", "held", "failed", "withdrawn"]
UNKNOWN = "_unknown"


@dataclass(frozen=True)
class Delivery:
    """One file from an office. `id` is the head of the hash of its bytes, so the same bytes twice are one delivery.

    waiting: uploaded, not read yet · accepted: in force by its table's load · held: kept out of force for `reason` ·
    failed: could not be read · withdrawn: taken out of force by a person.
    `read = accepted + rejected`, in rows; `ignored` rows (totals, as the contract says) are no records. `by_rule` counts
    the issues that reject rows, `warnings` those that do not. A `correction` replaces rows by key, whatever the load.
    `reason` is in English for the operator, `told` the same in Chinese for the office, `advice` the remedy in Chinese.
    `office` is its folder of landing, `receipt` the receipt's path below the receipts' folder.
    `profile` is the base for measuring drift, by column: see `pipelines/ingest/drift.py`.
    `contract_digest` covers everything its reading depended on: the contract and the code lists it names. If a later
    reading, under `refused_digest`, is refused, an accepted delivery stays as it was read; `reason` says why.
    `also_on`: other days for which the same bytes were delivered, oldest first; a register may return to an old state.
    `files`: its files when they were written, by part: accepted, rejected, issues, receipt; none if an older hub wrote them.
    After a decision (`delivery_decisions.py`), `judged` is the status by reading and `decision` the decision's reason.
    """

    id: str
    sha256: str
    table: str
    file_name: str
    size: int
    delivered_on: date
    received_at: datetime
    contract_digest: str
    status: Status
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    ignored: int = 0
    correction: bool = False
    office: str = ""
    receipt: str = ""
    contract_version: str = ""
    by_rule: dict[str, int] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)
    unknown_columns: tuple[str, ...] = ()
    reason: str = ""
    told: str = ""
    advice: str = ""
    refused_digest: str = ""
    profile: dict[str, Any] = field(default_factory=dict)
    judged: Status | Literal[""] = ""
    decision: str = ""
    also_on: tuple[date, ...] = ()
    files: dict[str, StoredFile] = field(default_factory=dict)

    @property
    def why_not(self) -> str:
        """The reason why it is not in force, for the operator."""
        return f"{self.file_name}: withdrawn" if self.status == "withdrawn" else self.reason

    @property
    def order(self) -> tuple[date, datetime, str]:
        """The sort key for oldest first: the date of the data, then the time of receipt."""
        return (self.delivered_on, self.received_at, self.id)

    def as_json(self) -> bytes:
        return dump_json(asdict(self))

    @classmethod
    def from_json(cls, document: bytes) -> Delivery:
        """A record read back. Fields of a later version are ignored, so that going back a version works.

        ValueError, KeyError or TypeError if it is damaged.
        """
        content = load_json(document)
        known: dict[str, Any] = {f.name: content[f.name] for f in fields(cls) if f.name in content}
        known["delivered_on"] = date.fromisoformat(known["delivered_on"])
        known["received_at"] = datetime.fromisoformat(known["received_at"])
        known["also_on"] = tuple(date.fromisoformat(day) for day in known.get("also_on", ()))
        known["unknown_columns"] = tuple(known.get("unknown_columns", ()))
        known["files"] = {part: StoredFile(**stored) for part, stored in known.get("files", {}).items()}
        return cls(**known)


class Lake:
    """The deliveries of a deployment: `lake/<table>/date=<day>/<id>.parquet`, `lake/_rejected/…`, `lake/_issues/…`,
    `lake/_deliveries/…`. `settle` applies people's decisions to every record before it is written."""

    def __init__(self, settings: Settings, settle: Callable[[Delivery], Delivery] | None = None) -> None:
        self.root, self._settle = settings.lake, settle
        self._sound: set[Path] = set()

    def accepted_path(self, delivery: Delivery) -> Path:
        """The file of accepted rows, in a folder per day of the data, so that readers of a long history can skip days."""
        return self.root / delivery.table / f"date={delivery.delivered_on}" / f"{delivery.id}.parquet"

    def rows_path(self, delivery: Delivery) -> Path:
        """As `accepted_path`, after the file was compared with its checksum. HubError if it is damaged."""
        path = self.accepted_path(delivery)
        if path not in self._sound:
            promised = delivery.files.get("accepted")
            problem = promised.damage(path) if promised else "" if path.is_file() else "missing"
            if problem:
                raise damage_error(path, problem)
            self._sound.add(path)
        return path

    def rejected_path(self, table: str, delivery_id: str) -> Path:
        return self.root / "_rejected" / table / f"{delivery_id}.parquet"

    def issues_path(self, table: str, delivery_id: str) -> Path:
        return self.root / "_issues" / table / f"{delivery_id}.parquet"

    def record_path(self, table: str, delivery_id: str) -> Path:
        return self.root / "_deliveries" / table / f"{delivery_id}.json"

    def record(self, delivery: Delivery) -> None:
        """Write the delivery's record, which brings it into being; its files must be in place before."""
        delivery = self._settle(delivery) if self._settle else delivery
        write_atomically(self.record_path(delivery.table, delivery.id), delivery.as_json())

    def find(self, table: str, delivery_id: str) -> Delivery | None:
        path = self.record_path(table, delivery_id)
        return _read_record(path) if path.exists() else None

    def by_prefix(self, prefix: str) -> Delivery:
        """The delivery whose id starts with `prefix`; `table/id` names one of the same bytes delivered for two tables.

        DeliveryError if there is none or several.
        """
        table, _, head = prefix.rpartition("/")
        found = [d for d in self.deliveries(table or None) if head and d.id.startswith(head.lower())]
        known = [d for d in found if d.table != UNKNOWN] or found
        if len(known) != 1:
            what = f"{len(known)} deliveries have an id that starts so" if known else "no delivery has such an id"
            remedy = "`hub receipt list` shows their ids" + ("; write TABLE/ID" if known else "")
            raise DeliveryError(what, where=prefix, remedy=remedy)
        return known[0]

    def deliveries(self, table: str | None = None) -> list[Delivery]:
        """All deliveries, or those of one table, oldest first; a file that fits no contract has the table `_unknown`."""
        return sorted(self._records(table or "*"), key=lambda d: d.order)

    def _records(self, table: str) -> Iterator[Delivery]:
        yield from map(_read_record, self.record_paths(table))

    def record_paths(self, table: str = "*") -> list[Path]:
        """The files of all records, or of those of one table."""
        found = (self.root / "_deliveries").glob(f"{table}/*.json")
        return sorted(path for path in found if not path.name.startswith("."))

    def in_force(self, table: Table) -> list[Delivery]:
        """The accepted deliveries a release is built from, oldest first: of a snapshot the newest whole one and its
        corrections, otherwise all."""
        accepted = [d for d in self.deliveries(table.name) if d.status == "accepted"]
        if table.load != "snapshot":
            return accepted
        whole = [i for i, d in enumerate(accepted) if not d.correction]
        return accepted[whole[-1] :] if whole else []


def damage_error(path: Path, problem: str) -> HubError:
    """The error for a damaged file of the lake, which is made again from the file in landing."""
    return HubError(problem, where=str(path), remedy="run `hub lake repair`, then `hub nightly`")


def _read_record(path: Path) -> Delivery:
    """A delivery's record. HubError if it is damaged."""
    try:
        return Delivery.from_json(path.read_bytes())
    except (ValueError, KeyError, TypeError):
        raise damage_error(path, "this record of a delivery is damaged") from None
