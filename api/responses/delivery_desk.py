"""The deliveries one user may see, and for an office the files it may deliver and their way into landing.

Belongs here: the user's tables, agreed names, landing a file and its waiting record. Does not: receiving bytes (`uploads.py`).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from api.errors import BadRequest
from api.uploads import Upload
from contracts.file_names import FutureDate, agreed_file_name, date_in, is_correction, is_unfinished, tables_for_file
from contracts.model import Catalog, Table
from warehouse.access.policy import NotFound, User
from warehouse.files import private_folder, sync_folder
from warehouse.lake.archives import BadArchive, content, is_archive, members
from warehouse.lake.lake import UNKNOWN, Delivery, Lake, Status
from warehouse.lake.receipts import receipt_file
from warehouse.settings import Settings

ID = re.compile(r"[0-9a-f]{1,64}")
LONGEST_NAME = 255  # bytes, of any file system
UNPACK_FACTOR = 4  # an archive may unpack to so many times the largest upload


class ExpectedFile(NamedTuple):
    """The table of an expected file, with the date of its data and whether it replaces rows by key, from its name."""

    table: Table
    delivered_on: date | None
    correction: bool


class UploadedFile(NamedTuple):
    """A file an office sent, by itself or in an archive."""

    name: str
    sha256: str
    size: int


class AcceptedUpload(NamedTuple):
    """The deliveries of an upload: one, or one for each file of an archive. `new`: at least one was not known before."""

    deliveries: list[Delivery]
    new: bool


class DeliveryDesk:
    """A user's deliveries: an office has those of its sources, an admin all but no receipts, other roles none."""

    def __init__(self, settings: Settings, catalog: Catalog, user: User) -> None:
        self._settings, self._catalog, self._user = settings, catalog, user
        self._lake = Lake(settings)
        self._in_force: dict[str, set[str]] = {}
        every = [*(t.name for t in catalog.sources()), UNKNOWN]
        self._tables = {"admin": every, "office": list(user.sources)}.get(user.role, [])

    @property
    def folder(self) -> Path:
        """The landing folder of the office's uploads."""
        return self._settings.landing / self._user.username

    def deliveries(self, table: str | None, status: Status | None) -> list[Delivery]:
        """Her deliveries of a table (None: all) in a status (None: any), newest data first."""
        found = (d for name in self._tables if table in (None, name) for d in self._lake.deliveries(name))
        return sorted((d for d in found if status in (None, d.status)), key=lambda d: d.order, reverse=True)

    def in_force(self, delivery: Delivery) -> bool:
        """True if the delivery is in force; of a register that is the newest accepted one and its corrections."""
        table = self._catalog.find(f"source.{delivery.table}")
        if table is not None and delivery.table not in self._in_force:
            self._in_force[delivery.table] = {d.id for d in self._lake.in_force(table)}
        return delivery.id in self._in_force.get(delivery.table, ())

    def delivery(self, delivery_id: str) -> Delivery:
        """The delivery of that id. NotFound if there is none in her tables."""
        if ID.fullmatch(delivery_id):
            for table in self._tables:
                if found := self._lake.find(table, delivery_id):
                    return found
        raise NotFound("there is no such delivery", remedy="see /v1/deliveries")

    def receipt(self, delivery_id: str) -> tuple[Delivery, Path]:
        """The delivery and its receipt, which holds masked values of residents: for offices only. NotFound otherwise."""
        delivery = self.delivery(delivery_id)
        path = receipt_file(self._settings, delivery) if self._user.role == "office" else None
        if path is None:
            raise NotFound("there is no receipt of it", remedy="a file is read in the night after it was sent")
        return delivery, path

    def label(self, table: str) -> str:
        """The label of a source table; "" if no contract describes it."""
        known = self._catalog.find(f"source.{table}")
        return known.business_name if known else ""

    def require_name(self, file_name: str, *, archive: bool) -> None:
        """BadRequest unless a file of this name is expected from the office, or it is a ZIP and `archive` allows one."""
        _require_plain(file_name)
        if not (archive and is_archive(Path(file_name))):
            self._expected(file_name)

    def take(self, upload: Upload, file_name: str) -> AcceptedUpload:
        """Move an upload into landing for the next night. Bytes that were ingested already are not stored again.

        The record is written before the file: a night that starts in between finds no file without its record.
        """
        found = [self._waiting_delivery(file) for file in self._files(upload, file_name)]
        known = [self._lake.find(d.table, d.id) for d in found]
        if not all(k and k.status != "waiting" for k in known):
            for delivery, before in zip(found, known, strict=True):
                if before is None:
                    self._lake.record(delivery)
            self._move(upload, file_name)
        return AcceptedUpload([k or d for k, d in zip(known, found, strict=True)], not all(known))

    def _files(self, upload: Upload, file_name: str) -> list[UploadedFile]:
        """The files of an upload: itself, or those in an archive, by name without folders. BadRequest if one is unexpected."""
        if not is_archive(Path(file_name)):
            return [UploadedFile(file_name, upload.sha256, upload.size)]
        try:
            inside = members(upload.path, UNPACK_FACTOR * self._settings.largest_upload)
            for member in inside:  # before anything is unpacked
                _require_plain(member.bare_name)
                self._expected(member.bare_name)
            hashes = [_sha256(content(upload.path, member.name)) for member in inside]
        except BadArchive as error:
            raise BadRequest(error.what, remedy=error.remedy) from None
        return [
            UploadedFile(member.bare_name, sha256, member.size) for member, sha256 in zip(inside, hashes, strict=True)
        ]

    def _waiting_delivery(self, file: UploadedFile) -> Delivery:
        expected, now = self._expected(file.name), datetime.now(ZoneInfo(self._settings.timezone))
        return Delivery(
            id=file.sha256[:16],
            sha256=file.sha256,
            table=expected.table.name,
            file_name=file.name,
            size=file.size,
            delivered_on=expected.delivered_on or now.date(),
            received_at=now,
            contract_digest="",
            status="waiting",
            correction=expected.correction,
            office=self._user.username,
        )

    def _move(self, upload: Upload, file_name: str) -> None:
        """Moves the file into a folder of its own, so that a second file of the same name replaces none."""
        folder = self.folder / upload.sha256[:16]
        private_folder(folder)
        if any(folder.iterdir()):  # these bytes lie here already, under the name they first had
            return
        os.replace(upload.path, folder / file_name)
        for changed in (folder, self.folder, self._settings.landing):
            sync_folder(changed)

    def _expected(self, file_name: str) -> ExpectedFile:
        """The table and data of a file by its name. BadRequest, with the agreed names, if the office delivers no such file."""
        fits = tables_for_file(self._catalog.sources(), file_name)
        if len(fits) == 1 and fits[0][0].name in self._user.sources:
            table, match = fits[0]
            try:
                return ExpectedFile(table, date_in(match), is_correction(match))
            except FutureDate:
                raise BadRequest("the date in the file's name lies in the future", remedy="correct it") from None
            except ValueError:
                raise BadRequest("the date in the file's name is no date", remedy="write it as 20240301") from None
        own = [t for name in self._user.sources if (t := self._catalog.find(f"source.{name}"))]
        agreed = ", ".join(agreed_file_name(table) for table in own)
        raise BadRequest("no file of this name is expected from you", remedy=f"agreed names: {agreed}")


def _sha256(blocks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def _require_plain(file_name: str) -> None:
    """BadRequest if the text is no plain file name or holds a personal number: names end up in lists and logs."""
    from contracts.identifiers import contains_number  # late: imports polars, for which no start should wait

    is_odd = not file_name.isprintable() or any(c in file_name for c in "/\\") or is_unfinished(file_name)
    if is_odd or ".." in file_name or len(file_name.encode()) > LONGEST_NAME:
        raise BadRequest("this is no plain file name", remedy="send the agreed name, without folders")
    if contains_number(file_name):
        raise BadRequest("the file's name holds an ID number or a phone number", remedy="send the agreed name")
