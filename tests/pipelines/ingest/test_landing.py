"""Files in landing: archives, names in old encodings, growing files, misleading names."""

import os
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from pipelines.ingest.landing import arrivals, display_path, settled_files
from tests.pipelines.office import CATALOG, HOTLINE_HEADER, PROPERTY_HEADER, Office, csv_text, resident, ticket


def pack_archive(office: Office, files: Mapping[str, str | bytes], name: str = "三月.zip") -> Path:
    path = office.drop(name, b"")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, content in files.items():
            archive.writestr(inside, content)
    return path


def test_the_files_in_an_archive_arrive_one_by_one(office: Office) -> None:
    files = {
        "人口信息_20240301.csv": csv_text([resident(1)]).encode("gb18030"),
        "热线/12345工单_20240302.csv": csv_text([ticket("T1")], HOTLINE_HEADER),
        "热线/说明.txt": "x",
        "__MACOSX/人口信息_20240301.csv": b"\0",
        "~$人口信息_20240301.csv": b"\0",
    }
    pack_archive(office, files)
    found = {d.file_name: (d.table, d.status, d.delivered_on) for d in office.ingest()}
    assert found == {
        "三月.zip/人口信息_20240301.csv": ("resident", "accepted", date(2024, 3, 1)),
        "三月.zip/热线/12345工单_20240302.csv": ("hotline", "accepted", date(2024, 3, 2)),
        "三月.zip/热线/说明.txt": ("_unknown", "failed", date.fromtimestamp(arrivals_time(office))),
    }
    assert office.ingest() == []
    office.drop("人口信息_20240301.csv", csv_text([resident(1)]))
    assert office.ingest() == []  # the same bytes, packed or not, are one delivery


def arrivals_time(office: Office) -> float:
    return next(office.settings.landing.rglob("*.zip")).stat().st_mtime


def test_names_packed_by_windows_are_read(office: Office) -> None:
    path = pack_archive(office, {"x" * 20: csv_text([resident(1)]).encode("gb18030")})
    name = "人口信息_20240301.csv".encode("gb18030")
    path.write_bytes(path.read_bytes().replace(b"x" * 20, name.ljust(20, b"x")[:20]))
    [arrival] = arrivals(office.settings.landing, CATALOG)
    assert arrival.member.startswith("人口信息_20240301")


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"../人口信息_20240301.csv": "x"}, "a name in the archive leads out of it"),
        ({"/etc/人口信息_20240301.csv": "x"}, "a name in the archive leads out of it"),
        ({"C:\\人口信息_20240301.csv": "x"}, "a name in the archive leads out of it"),
        ({"内.zip": "x"}, "an archive lies in the archive"),
        ({"人口信息_20240301.csv": "0" * 3_000_000}, "unpacks to 2 MiB"),
    ],
    ids=["up", "root", "drive", "nested", "bomb"],
)
def test_archives_that_are_refused_as_a_whole(office: Office, files: dict[str, str], reason: str) -> None:
    pack_archive(office, files)
    office.drop("人口信息_20240302.csv", csv_text([resident(1)]))
    by_name = {d.file_name: d for d in office.ingest()}
    assert reason in by_name["三月.zip"].reason
    assert by_name["人口信息_20240302.csv"].status == "accepted"
    assert not list(office.settings.home.parent.glob("*信息*"))


def test_a_damaged_archive_and_a_damaged_member(office: Office) -> None:
    path = pack_archive(office, {"人口信息_20240301.csv": os.urandom(5000)})
    content = bytearray(path.read_bytes())
    content[100] ^= 0xFF
    path.write_bytes(content)
    office.drop("二月.zip", b"PK\x03\x04 and nothing")
    assert {(d.file_name, d.status) for d in office.ingest()} == {
        ("三月.zip/人口信息_20240301.csv", "failed"),
        ("二月.zip", "failed"),
    }


def test_a_file_that_grows_is_left_for_the_next_night(tmp_path: Path) -> None:
    quiet, growing = tmp_path / "quiet.csv", tmp_path / "growing.csv"
    for path in (quiet, growing):
        path.write_text("x")
        os.utime(path, (1, 1))
    looked = []

    class Growing(type(growing)):  # type: ignore[misc]
        def stat(self, **_: object) -> os.stat_result:
            looked.append(growing.write_text("x" * len(looked)))
            return os.stat(growing)

    assert settled_files([quiet, Growing(growing)], 0.0) == ([quiet], [growing])


def test_a_file_that_changes_while_it_is_read_is_not_recorded(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    path = office.drop("人口信息_20240301.csv", csv_text([resident(1)]))
    monkeypatch.setattr("pipelines.ingest.ingest.read_into", append_for_ever(path))
    done = office.run()
    assert (done.deliveries, done.growing_files) == ([], ["人口信息_20240301.csv"])
    assert office.lake.deliveries() == []


def append_for_ever(path: Path):  # type: ignore[no-untyped-def]  # a stand-in that takes what read_into takes
    from pipelines.ingest.read_delivery import read_into

    def read(*arguments: object) -> object:
        with path.open("a") as file:
            file.write("more\n")
        return read_into(*arguments)  # type: ignore[arg-type]

    return read


def test_a_file_name_in_gb18030_is_read_as_its_writer_meant_it(office: Office) -> None:
    office.drop("x", b"")
    folder = os.fsencode(office.settings.landing / "office")
    with open(folder + b"/" + "人口信息_20240301.csv".encode("gb18030"), "wb") as file:
        file.write(csv_text([resident(1)]).encode("gb18030"))
    assert ("人口信息_20240301.csv", "accepted") in [(d.file_name, d.status) for d in office.ingest()]
    assert display_path("人口.csv") == "人口.csv"


def test_another_table_under_this_name_is_recognised(office: Office) -> None:
    office.drop("人口信息_20240301.csv", csv_text([], PROPERTY_HEADER))
    [delivery] = office.ingest()
    assert (delivery.status, delivery.table) == ("held", "resident")
    assert "the columns are those of another table, 不动产登记" in delivery.reason
