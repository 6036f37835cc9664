"""One bad file beside a good one of the same night, and archives that lie."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.pipelines.mutants import HEADER, SECRETS
from tests.pipelines.office import Office, csv_text, resident
from warehouse.lake.lake import Delivery

GOOD = "人口信息_20240302.csv"
NAMES = {form: f"名册_20240301.{form}" for form in ("xlsx", "jsonl", "geojson", "parquet")}
LINE = dict(zip(HEADER, ["R1", "男", "1990-01-01", SECRETS[0], SECRETS[6]], strict=True))


def beside_a_good_file(office: Office) -> Delivery:
    """The delivery of the one bad file in landing; asserts that a good one is accepted and each has its receipt."""
    office.drop(GOOD, csv_text([resident(1)]))
    delivered = office.ingest()
    [good] = [d for d in delivered if d.file_name == GOOD]
    [bad] = [d for d in delivered if d.file_name != GOOD]
    assert (good.status, good.accepted) == ("accepted", 1)
    for delivery in delivered:
        text = office.receipt_text(delivery)
        assert not [secret for secret in SECRETS if secret in text or secret in delivery.reason]
    assert not list((office.settings.lake / "_work").iterdir())
    return bad


def pack_archive(office: Office, name: str, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    path = office.drop(name, b"")
    with zipfile.ZipFile(path, "w", method) as archive:
        for inside, content in files.items():
            archive.writestr(inside, content)
    return path


def declare(path: Path, size: int) -> None:
    """Make an archive's directory say that each of its members unpacks to `size` bytes."""
    content = bytearray(path.read_bytes())
    at = -1
    while (at := content.find(b"PK\1\2", at + 1)) >= 0:
        content[at + 24 : at + 28] = size.to_bytes(4, "little")
    path.write_bytes(content)
