"""Hostile archives and workbooks: each costs only itself, and too large ones are refused before unpacking."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlsxwriter

from contracts.model import Table
from pipelines.readers import READERS, Batch, subprocess_reader, xlsx
from tests.pipelines.hostile import LINE, NAMES, beside_a_good_file, declare, pack_archive
from tests.pipelines.mutants import HEADER, narrow
from tests.pipelines.office import Office, workbook
from warehouse.lake import archives

pytestmark = pytest.mark.slow


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path, narrow())


@pytest.fixture
def nothing_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Archives may be written (receipts are), and their directories read."""

    def only_written(archive: zipfile.ZipFile, name: str, mode: str = "r", *more: object, **named: object) -> object:
        assert mode == "w", f"{name} was unpacked"
        return open_member(archive, name, mode, *more, **named)  # type: ignore[call-overload]

    open_member = zipfile.ZipFile.open
    monkeypatch.setattr(zipfile.ZipFile, "open", only_written)
    monkeypatch.setattr("pipelines.ingest.read_delivery.READERS", READERS | {"xlsx": xlsx.read})  # in this process


ZEROS = bytes(40 << 20)


@pytest.mark.usefixtures("nothing_unpacked")
@pytest.mark.parametrize("name", ["三月.zip", NAMES["xlsx"]])
def test_a_bomb_is_refused_by_its_directory(office: Office, name: str) -> None:
    declare(pack_archive(office, name, {"xl/workbook.xml": b"x" * 1000}), 3 << 30)
    assert "unpacks to 3072 MiB" in beside_a_good_file(office).reason


def test_an_archive_whose_members_lie_on_one_another_is_a_bomb(office: Office) -> None:
    path = pack_archive(
        office, "三月.zip", {f"人口信息_202403{day:02d}.csv": os.urandom(60_000) for day in range(1, 31)}
    )
    content = bytearray(path.read_bytes())
    first, at = content.index(b"PK\1\2"), -1
    start = content[first + 42 : first + 46]
    while (at := content.find(b"PK\1\2", at + 1)) >= 0:
        content[at + 24 : at + 28] = (1 << 20).to_bytes(4, "little")
        content[at + 42 : at + 46] = start
    body = content[: 60_000 + 60]
    directory = content[first:]
    directory[-6:-2] = len(body).to_bytes(4, "little")
    path.write_bytes(body + directory)
    assert "unpacks to 30 MiB" in beside_a_good_file(office).reason


def test_no_more_is_unpacked_than_the_directory_says(office: Office) -> None:
    path = pack_archive(office, "三月.zip", {"人口信息_20240301.csv": ZEROS})
    declare(path, 5000)
    with pytest.raises(archives.BadArchive, match="damaged"):
        assert sum(map(len, archives.content(path, "人口信息_20240301.csv"))) <= 5000
    assert "damaged" in beside_a_good_file(office).reason


def test_a_workbook_that_says_it_is_small_is_not_opened(office: Office) -> None:
    declare(pack_archive(office, NAMES["xlsx"], {"xl/workbook.xml": ZEROS}), 5000)
    assert "not a workbook" in beside_a_good_file(office).reason


@pytest.mark.usefixtures("nothing_unpacked")
@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
@pytest.mark.parametrize("name", ["三月.zip", NAMES["xlsx"]])
def test_what_cannot_be_unpacked_piece_by_piece_is_not_unpacked(office: Office, name: str, method: int) -> None:
    declare(pack_archive(office, name, {"xl/workbook.xml": ZEROS}, method), 5000)
    assert beside_a_good_file(office).status == "failed"


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"../人口信息_20240301.csv": b"x"}, "leads out"),
        ({"a/../../../etc/人口信息_20240301.csv": b"x"}, "leads out"),
        ({"..\\人口信息_20240301.csv": b"x"}, "leads out"),
        ({".": b"x"}, "leads out"),
        ({"a/人口信息_20240301.csv": b"x", "a//人口信息_20240301.csv": b"y"}, "have one name"),
    ],
    ids=["up", "far up", "windows", "dot", "twice"],
)
def test_names_in_an_archive(office: Office, files: dict[str, bytes], reason: str) -> None:
    pack_archive(office, "三月.zip", files)
    assert reason in beside_a_good_file(office).reason


def test_an_archive_with_a_password(office: Office) -> None:
    path = pack_archive(office, "三月.zip", {"人口信息_20240301.csv": b"x"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    assert "has a password" in beside_a_good_file(office).reason


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 12)) + "]>"
)


def with_part(path: Path, part: str, change: Callable[[str], str]) -> None:
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w") as new:  # stored, so that no ratio gives it away
        for name, content in parts.items():
            new.writestr(name, content)


def a_book(office: Office) -> Path:
    path = office.drop(NAMES["xlsx"], b"")
    workbook(path, {"a": [HEADER, list(LINE.values())]})
    return path


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/workbook.xml", lambda xml: LAUGHS + xml.replace("<sheets>", "&a11;<sheets>")),
        ("xl/worksheets/s1.xml", lambda xml: LAUGHS + xml.replace("R1", "&a11;")),
    ],
    ids=["in the book", "in a cell"],
)
def test_a_billion_laughs(office: Office, part: str, change: Callable[[str], str]) -> None:
    with_part(a_book(office), part, change)
    delivery = beside_a_good_file(office)
    assert (delivery.status, delivery.accepted) == ("failed", 0)


BEYOND = '<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda xml: xml.replace("</row>", '</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', 1),
            "2048 MiB",
        ),
        (lambda xml: xml.replace("</row>", f"</row>{BEYOND}", 1), "2048 MiB"),
        (lambda xml: re.sub("(<sheetData>).*(</sheetData>)", rf"\1{BEYOND}\2", xml), "not a workbook"),
    ],
    ids=["the last cell", "down to beyond the last row", "only beyond the last row"],
)
def test_a_sheet_that_asks_for_too_much(
    office: Office, change: Callable[[str], str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess_reader, "MEMORY", 2 << 30)
    with_part(a_book(office), "xl/worksheets/s1.xml", change)
    assert reason in beside_a_good_file(office).reason


def endless(path: Path, table: Table) -> Iterator[Batch]:
    while path:
        pass
    yield from ()


def test_a_reader_that_never_ends_is_ended(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess_reader, "SECONDS", 1)
    monkeypatch.setattr(
        "pipelines.ingest.read_delivery.READERS", READERS | {"xlsx": subprocess_reader.by_child(endless)}
    )
    a_book(office)
    assert "or 1 s" in beside_a_good_file(office).reason


def test_a_process_that_earlier_files_broke_refuses_no_file(office: Office) -> None:
    broken = subprocess_reader.ReaderProcess()
    broken._process.kill()
    subprocess_reader._idle.append(broken)
    a_book(office)
    assert [delivery.status for delivery in office.ingest()] == ["accepted"]


def test_two_sheets_of_one_name(office: Office) -> None:
    path = office.drop(NAMES["xlsx"], b"")
    workbook(path, {"a": [HEADER, list(LINE.values())], "b": [HEADER, list(LINE.values())]})
    with_part(path, "xl/workbook.xml", lambda xml: xml.replace('name="b"', 'name="a"'))
    assert "not a workbook" in beside_a_good_file(office).reason


def test_a_formula_instead_of_a_value(office: Office) -> None:
    book = xlsxwriter.Workbook(str(office.drop(NAMES["xlsx"], b"")))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    for row, number in enumerate(("R1", "R2"), 1):
        sheet.write_row(row, 0, [number, *list(LINE.values())[1:]])
    sheet.write_formula(2, 1, '="男"', None, "男")
    book.close()
    delivery = beside_a_good_file(office)
    assert (delivery.accepted, delivery.by_rule) == (1, {"formula": 1})


def test_a_workbook_with_a_password(office: Office) -> None:
    office.drop(NAMES["xlsx"], b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"))
    assert "has a password" in beside_a_good_file(office).reason
