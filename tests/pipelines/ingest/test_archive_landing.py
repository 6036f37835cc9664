"""After a night landing's files are in the archive: read again from there, in no place twice, lost in none."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.model import Catalog
from pipelines.ingest.archive_landing import archive_landing
from tests.pipelines.ingest.test_landing import pack_archive
from tests.pipelines.office import HOTLINE_HEADER, Office, csv_text, id_no, resident, ticket
from warehouse.casebook.casebook import open_casebook
from warehouse.lake.delivery_decisions import decide
from warehouse.lake.raw_archive import RawArchive

pytestmark = pytest.mark.slow

NAME = "人口信息_20240301.csv"


def archive(office: Office) -> list[str]:
    return archive_landing(office.settings, office.catalog)


def landed(office: Office) -> list[str]:
    return sorted(path.name for path in office.settings.landing.rglob("*") if path.is_file())


def archived(office: Office) -> list[str]:
    return [file.name for file in RawArchive(office.settings).files()]


def with_resident(office: Office, **changes: object) -> None:
    table = replace(office.catalog.tables["source.resident"], **changes)
    office.catalog = Catalog({**office.catalog.tables, "source.resident": table})


def test_an_accepted_file_leaves_landing_encrypted_and_can_be_taken_out_again(office: Office) -> None:
    delivery = office.receive([resident(1), resident(2)])
    content = (office.settings.landing / "office" / NAME).read_bytes()
    assert archive(office) == []
    assert landed(office) == []
    [file] = RawArchive(office.settings).files()
    assert (file.sha256, file.name, file.office) == (delivery.sha256, NAME, "office")
    assert b"".join(RawArchive(office.settings).content(file)) == content
    everything = b"".join(p.read_bytes() for p in office.settings.home.rglob("*") if p.is_file())
    assert id_no(1).encode() not in everything
    assert office.ingest() == []
    assert archive(office) == []


def test_a_changed_contract_reads_it_again_from_the_archive_and_leaves_nothing_in_plain(office: Office) -> None:
    first = office.receive([resident(1), resident(2, sex="M")])
    receipt = office.receipt(first)
    archive(office)
    with_resident(office, digest="another")
    [second] = office.ingest()
    assert (second.id, second.read, second.accepted, second.rejected) == (first.id, 2, 1, 1)
    assert (second.delivered_on, second.received_at, second.office) == (
        first.delivered_on,
        first.received_at,
        first.office,
    )
    assert office.receipt(second) == receipt
    assert not list((office.settings.lake / "_work").iterdir())
    assert office.ingest() == []


def test_files_of_a_zip_are_archived_one_by_one_and_read_again_in_their_encoding(office: Office) -> None:
    pack_archive(office, {
        f"平城区/{NAME}": csv_text([resident(1)]).encode("gb18030"),
        "12345工单_20240302.csv": csv_text([ticket("T1")], HOTLINE_HEADER),
    })  # fmt: skip
    assert [d.status for d in office.ingest()] == ["accepted"] * 2
    archive(office)
    assert (landed(office), archived(office)) == ([], ["三月.zip/12345工单_20240302.csv", f"三月.zip/平城区/{NAME}"])
    with_resident(office, digest="another")
    assert [d.file_name for d in office.ingest()] == [f"三月.zip/平城区/{NAME}"]


def test_what_is_lost_is_read_from_the_archive_as_it_was_read_from_landing(office: Office) -> None:
    office.receive([resident(1)])
    undated = office.drop("12345工单_20240302.csv", csv_text([ticket("T1")], HOTLINE_HEADER))
    os.utime(undated, (1_700_000_000, 1_700_000_000))
    pack_archive(office, {"12345工单_20240303.csv": csv_text([ticket("T2")], HOTLINE_HEADER)})
    office.ingest()
    before = office.lake.deliveries()
    archive(office)
    shutil.rmtree(office.settings.lake)
    office.ingest()
    after = office.lake.deliveries()
    assert [replace(d, received_at=b.received_at) for d, b in zip(after, before, strict=True)] == before


@pytest.mark.parametrize(
    "content",
    [b"\xff\xff\xff", csv_text([resident(1)]).replace("姓名", "名").encode("gb18030")],
    ids=["unreadable", "a column is missing"],
)
def test_what_is_refused_stays_for_somebody_to_look_at_but_not_for_ever(office: Office, content: bytes) -> None:
    office.drop(NAME, content)
    [refused] = office.ingest()
    assert refused.status in ("failed", "held")
    archive(office)
    assert (landed(office), archived(office)) == ([NAME], [])
    office.lake.record(replace(refused, received_at=refused.received_at - timedelta(days=15)))
    archive(office)
    assert (landed(office), archived(office)) == ([], [NAME])
    [again] = [*office.ingest(), refused]  # nothing new
    with_resident(office, digest="another")
    [again] = office.ingest()
    assert (again.id, again.status) == (refused.id, refused.status)
    assert office.receipt_path(again).read_bytes() == office.receipt_path(refused).read_bytes()


def test_a_withdrawn_file_leaves_landing_and_stays_withdrawn(office: Office) -> None:
    office.drop(NAME, csv_text([resident(1)]).replace("姓名", "名"))
    [held] = office.ingest()
    with open_casebook(office.settings) as casebook:
        decide(office.lake, casebook, held, "withdrawn", "the wrong village", "ops")
    archive(office)
    assert (landed(office), archived(office)) == ([], [NAME])
    assert office.ingest() == []


def test_one_file_that_waits_keeps_its_zip(office: Office) -> None:
    pack_archive(office, {NAME: csv_text([resident(1)]), "说明.txt": "x"})
    office.ingest()
    archive(office)
    assert landed(office) == ["三月.zip"]


def test_what_came_or_changed_after_it_was_read_stays(office: Office) -> None:
    office.receive([resident(1)])
    office.drop(NAME, csv_text([resident(1), resident(2)]))
    office.drop("人口信息_20240302.csv", csv_text([resident(3)]))
    (office.settings.landing / "office" / "link.csv").symlink_to(office.settings.codes / "id_area.csv")
    archive(office)
    assert landed(office) == ["link.csv", NAME, "人口信息_20240302.csv"]
    office.ingest()
    archive(office)
    assert landed(office) == ["link.csv"]
    assert archived(office) == [NAME, "人口信息_20240302.csv"]


def test_who_must_keep_landing_keeps_it(office: Office) -> None:
    office.settings.keep_landing = True
    office.receive([resident(1)])
    archive(office)
    assert (landed(office), archived(office)) == ([NAME], [])


def test_by_contract_nothing_is_kept(office: Office) -> None:
    with_resident(office, archive="shred")
    delivery = office.receive([resident(1)])
    archive(office)
    assert (landed(office), archived(office)) == ([], [])
    with_resident(office, digest="another")
    assert office.ingest() == []
    assert office.lake.in_force(office.catalog.tables["source.resident"]) == [delivery]


def test_an_upload_folder_goes_with_its_file_and_an_office_s_own_stays(office: Office) -> None:
    content = csv_text([resident(1)])
    for folder in ("0123456789abcdef", "三月"):
        (office.settings.landing / "户政科" / folder).mkdir(parents=True)
        (office.settings.landing / "户政科" / folder / NAME).write_text(content, encoding="utf-8")
    office.ingest()
    archive(office)
    assert [path.name for path in (office.settings.landing / "户政科").iterdir()] == ["三月"]
    assert len(archived(office)) == 2  # the same bytes from two places


def test_a_disk_that_takes_nothing_leaves_the_file_where_it_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.receive([resident(1)])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("warehouse.files.os.fsync", full)
        [warning] = archive(office)
    assert warning.startswith(f"{NAME} stays in landing: No space left on device -> ")
    assert (landed(office), archived(office)) == ([NAME], [])
    assert archive(office) == []
    assert landed(office) == []


def test_a_sealed_copy_that_does_not_open_is_sealed_again(office: Office) -> None:
    office.receive([resident(1)])
    content = (office.settings.landing / "office" / NAME).read_bytes()
    archive(office)
    [path] = RawArchive(office.settings).paths()
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    stamp = RawArchive(office.settings).files()[0].stamp
    os.utime(office.drop(NAME, content), ns=(stamp[1], stamp[1]))
    office.ingest()
    archive(office)
    assert list(RawArchive(office.settings).damage()) == []
    assert landed(office) == []


KILLED_AT = ("warehouse.files.os.replace", "warehouse.lake.raw_archive.atomic_file", "pathlib.Path.unlink", "os.fsync")
KILL = """
import os, signal, sys
from pathlib import Path
from unittest.mock import patch
from pipelines.ingest.archive_landing import archive_landing
from tests.pipelines.office import CATALOG
from warehouse.settings import Settings
with patch(sys.argv[2], lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)):
    archive_landing(Settings(home=Path(sys.argv[1]), settle_seconds=0), CATALOG)
"""


@pytest.mark.parametrize("call", KILLED_AT)
def test_killed_anywhere_it_loses_nothing_and_reads_nothing_twice(office: Office, call: str) -> None:
    first = office.receive([resident(1)])
    content = (office.settings.landing / "office" / NAME).read_bytes()
    run = subprocess.run([sys.executable, "-c", KILL, str(office.settings.home), call], check=False)
    assert run.returncode == -signal.SIGKILL
    assert landed(office) == [NAME]
    assert office.ingest() == []
    assert office.lake.deliveries() == [first]
    archive(office)
    [file] = RawArchive(office.settings).files()
    assert b"".join(RawArchive(office.settings).content(file)) == content
    assert landed(office) == []
    assert [path.name for path in RawArchive(office.settings).root.iterdir()] == [file.file_name]


def test_a_damaged_archived_file_stops_the_reading_that_needs_it_and_names_it(office: Office) -> None:
    office.receive([resident(1)])
    archive(office)
    [path] = RawArchive(office.settings).paths()
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    assert office.ingest() == []  # nothing must be read again
    with_resident(office, digest="another")
    with pytest.raises(Exception, match="block 1 of 1 does not open") as stopped:
        office.ingest()
    assert str(path) in str(stopped.value)
    path.rename(path.with_suffix(".away"))  # the remedy
    assert office.ingest() == []
    assert len(office.accepted("resident")) == 1
