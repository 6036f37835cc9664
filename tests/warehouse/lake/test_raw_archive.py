"""The archive gives back what was put in byte by byte, and opens nothing that was changed, cut off or swapped."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from contracts.errors import HubError
from warehouse.lake.raw_archive import BLOCK, ArchivedFile, RawArchive
from warehouse.lake.tokens import ensure_keys, fingerprint_path, key_path
from warehouse.settings import Settings

CONTENT = "人口信息,154000000\n".encode() * 130_000  # three blocks


@pytest.fixture
def archive(tmp_path: Path) -> RawArchive:
    settings = Settings(home=tmp_path)
    ensure_keys(settings)
    return RawArchive(settings)


def described(content: bytes, place: str = "户政科/三月.zip/人口信息_20240301.csv") -> ArchivedFile:
    return ArchivedFile(
        place=place,
        name=place.split("/", 1)[1],
        office=place.split("/", 1)[0],
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        stamp=(len(content) + 7, 1_709_251_200_123_456_789),
        archived_at=datetime(2024, 3, 2, 1, 30, tzinfo=ZoneInfo("Asia/Shanghai")),
    )


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK])
@pytest.mark.parametrize("piece", [1000, BLOCK, 3 * BLOCK])
def test_what_is_put_in_comes_out(archive: RawArchive, size: int, piece: int) -> None:
    content = (CONTENT * 2)[:size]
    file = described(content)
    archive.add(file, (content[at : at + piece] for at in range(0, size, piece)))
    [listed] = archive.files()
    assert listed == file
    assert b"".join(archive.content(listed)) == content
    assert archive.by_prefix(file.delivery_id[:6]) == file
    assert list(archive.damage()) == []
    assert archive.holds(described(content))


def test_nothing_of_the_content_is_in_the_sealed_file_which_only_its_owner_reads(archive: RawArchive) -> None:
    archive.add(described(CONTENT), [CONTENT])
    [path] = archive.paths()
    assert b"154000000" not in path.read_bytes()
    assert [stat.S_IMODE(p.stat().st_mode) for p in (path, archive.root)] == [0o600, 0o700]


def flip(at: int) -> Callable[[bytes], bytes]:
    def change(sealed: bytes) -> bytes:
        changed = bytearray(sealed)
        changed[at] ^= 1
        return bytes(changed)

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda sealed: sealed[:-1], "it has .* bytes, not"),
        (lambda sealed: sealed + b"x", "it has .* bytes, not"),
        (lambda sealed: b"", "does not say what it is"),
        (lambda sealed: b"\0" * len(sealed), "does not say what it is"),
        (lambda sealed: sealed.replace(b'"office"', b'"offlce"', 1), "does not say what it is"),
        (lambda sealed: sealed.replace("户政科/".encode(), "户政料/".encode(), 1), "names another file"),
        (lambda sealed: sealed.replace(b"2024-03-02", b"2024-03-03", 1), "block 1 of 3 does not open"),
        (flip(-1), "block 3 of 3 does not open"),
        (flip(1000), "block 1 of 3 does not open"),
    ],
    ids=["cut", "longer", "empty", "zeros", "field", "place", "header", "last byte", "first block"],
)
def test_a_damaged_file_is_named_with_its_place_and_a_remedy(
    archive: RawArchive, change: Callable[[bytes], bytes], message: str
) -> None:
    archive.add(described(CONTENT), [CONTENT])
    [path] = archive.paths()
    path.write_bytes(change(path.read_bytes()))
    [error] = archive.damage()
    assert error.where == str(path)
    assert "restore it from the backup" in error.remedy
    with pytest.raises(HubError, match=message):
        list(map(list, map(archive.content, archive.files())))
    assert not archive.holds(described(CONTENT))


def test_blocks_that_change_places_do_not_open(archive: RawArchive) -> None:
    archive.add(described(CONTENT), [CONTENT])
    [path] = archive.paths()
    sealed, block = path.read_bytes(), BLOCK + 28
    at = sealed.index(b"\n") + 1
    first, second = sealed[at : at + block], sealed[at + block : at + 2 * block]
    path.write_bytes(sealed[:at] + second + first + sealed[at + 2 * block :])
    assert "block 1 of 3" in str(next(archive.damage()))


def test_with_another_key_nothing_opens(archive: RawArchive, tmp_path: Path) -> None:
    archive.add(described(CONTENT), [CONTENT])
    settings = Settings(home=tmp_path)
    key_path(settings, "vault").write_bytes(b"k" * 32)
    fingerprint_path(settings, "vault").unlink()
    assert "sealed with another key" in str(next(RawArchive(settings).damage()))


def test_what_is_not_what_was_described_is_not_taken(archive: RawArchive) -> None:
    with pytest.raises(HubError, match="its content is not what was delivered"):
        archive.add(described(CONTENT), [CONTENT[:-1] + b"x"])
    assert archive.files() == []
    assert list(archive.root.iterdir()) == []


def test_facts_of_a_later_version_do_not_disturb(archive: RawArchive) -> None:
    file = described(CONTENT)
    later = ArchivedFile(**{**vars(file), "line": file.header.replace(b'{"place"', b'{"more": 1, "place"')})
    archive.add(later, [CONTENT])
    assert b"".join(archive.content(archive.files()[0])) == CONTENT
