"""An office at its desk: what it sends, and what then lies where."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import quote

from api.app import create_app
from tests.api.city import PASSWORD
from tests.api.document import DocumentedClient
from tests.pipelines.office import csv_text, resident
from warehouse.casebook.casebook import NewUser, open_casebook
from warehouse.lake.lake import Delivery, Lake
from warehouse.settings import Settings

NAME = "人口信息_20240301.csv"
ROWS = csv_text([resident(1), resident(2, sex="?")]).encode("gb18030")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Desk:
    """A deployment without a release, and the people at it."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.lake = settings, Lake(settings)
        users = [
            NewUser("户政科", PASSWORD, "office", (), ("resident", "property")),
            NewUser("hotline", PASSWORD, "office", (), ("hotline",)),
            NewUser("admin", PASSWORD, "admin"),
            NewUser("worker", PASSWORD, "grid_worker", ("140213",)),
        ]
        with open_casebook(settings) as casebook:
            casebook.add_users(users)
        self.app = create_app(settings)
        self.client = DocumentedClient(self.app)
        self._headers: dict[str, dict[str, str]] = {}

    def headers(self, user: str) -> dict[str, str]:
        if user not in self._headers:
            answer = self.client.post("/v1/login", json={"username": user, "password": PASSWORD})
            self._headers[user] = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return self._headers[user]

    def send(self, content: bytes | Iterator[bytes], name: str = NAME, user: str = "户政科", to: str = ""):
        url = f"/v1/deliveries{to}?file_name={quote(name)}"
        return self.client.post(url, content=content, headers=self.headers(user))

    def get(self, path: str = "", user: str = "户政科"):
        return self.client.get(f"/v1/deliveries{path}", headers=self.headers(user))

    def landed(self) -> list[str]:
        """Every file and hidden file in landing and where checks are made, below the office's folder; no slots (api/slots.py)."""
        roots = (self.settings.landing, self.settings.checks)
        files = (path for root in roots for path in root.rglob("*") if path.is_file())
        return sorted(path.name for path in files if not path.name.startswith(".slot-"))


def record(desk: Desk, name: str, table: str = "resident", day: int = 1, **more: object) -> Delivery:
    delivery = Delivery(
        id=name,
        sha256=name * 4,
        table=table,
        file_name=f"人口信息_202403{day:02d}.csv",
        size=1,
        delivered_on=date(2024, 3, day),
        received_at=datetime(2024, 4, 1, tzinfo=UTC),
        contract_digest="c",
        status="accepted",
    )
    desk.lake.record(replace(delivery, **more))
    return delivery


def zip_of(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def as_windows_writes(archive: bytes) -> bytes:
    """The archive with file names in GB18030 and no flag that says so; a folder keeps the names' length the same."""
    utf_8 = f"x/{NAME}".encode()
    old = NAME.encode("gb18030")
    old = b"x" * (len(utf_8) - len(old) - 1) + b"/" + old
    flagged = archive.replace(utf_8, old)
    for at, mark in ((6, b"PK\x03\x04"), (8, b"PK\x01\x02")):
        flagged = bytearray(flagged)
        place = flagged.index(mark) + at
        flagged[place : place + 2] = b"\0\0"
    return bytes(flagged)
