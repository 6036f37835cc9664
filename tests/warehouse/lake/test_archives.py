"""Archives of other programs: names as they were meant, and why one is not unpacked."""

from __future__ import annotations

import unicodedata
import zipfile
from pathlib import Path

import pytest

from pipelines.ingest.refusals import Refusal
from warehouse.lake.archives import BadArchive, members
from warehouse.lake.file_kinds import file_kind, package_kind

NAME = "人口信息_20240301_更正.csv"


class Unmarked(zipfile.ZipInfo):
    """An entry whose name is written in an encoding of the packer's, without the mark of UTF-8."""

    def __init__(self, name: str, encoding: str) -> None:
        super().__init__(name.encode(encoding).decode("cp437"))
        self._raw = name.encode(encoding)

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self._raw, self.flag_bits & ~0x800


def pack(path: Path, *entries: zipfile.ZipInfo | str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for entry in entries:
            archive.writestr(entry, "x")
    return path


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        (NAME, "utf-8"),  # macOS
        (NAME, "gb18030"),  # Windows, WPS
        ("联通.csv", "gb18030"),  # whose bytes are UTF-8, too
        ("二月/人口.csv", "utf-8"),
        ("readme.csv", "utf-8"),
    ],
)
def test_a_name_without_a_mark_is_read_as_it_was_meant(tmp_path: Path, name: str, encoding: str) -> None:
    assert [m.name for m in members(pack(tmp_path / "三月.zip", Unmarked(name, encoding)))] == [name]


def test_a_name_that_macos_took_apart_is_put_together(tmp_path: Path) -> None:
    apart = unicodedata.normalize("NFD", "é区_20240301.csv")
    assert [m.name for m in members(pack(tmp_path / "三月.zip", Unmarked(apart, "utf-8")))] == ["é区_20240301.csv"]


def test_what_macos_and_windows_add_is_left_out(tmp_path: Path) -> None:
    added = [f"__MACOSX/._{NAME}", ".DS_Store", "二月/.DS_Store", "Thumbs.db", "二月/desktop.ini"]
    assert [m.name for m in members(pack(tmp_path / "三月.zip", NAME, *added))] == [NAME]
    with pytest.raises(BadArchive, match="there is no file in the archive"):
        members(pack(tmp_path / "三月.zip", *added))


def patched(path: Path, *, method: int = 0, flags: int = 0) -> Path:
    """The archive with another method and other flags of its first entry."""
    content = bytearray(pack(path, NAME).read_bytes())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = content.index(mark) + at
        content[start] |= flags
        content[start + 2 : start + 4] = method.to_bytes(2, "little")
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("method", "flags", "reason"),
    [
        (0, 1, "文件加了密码，无法读取"),
        (8, 1, "文件加了密码，无法读取"),
        (99, 1, "文件加了密码，无法读取"),  # AES, by WinRAR, Bandizip and 7-Zip
        (9, 0, "压缩包的压缩方式是 Deflate64，无法解压"),
        (12, 0, "压缩包的压缩方式是 BZIP2，无法解压"),
        (14, 0, "压缩包的压缩方式是 LZMA，无法解压"),
        (93, 0, "压缩包的压缩方式是 Zstandard，无法解压"),
        (95, 0, "压缩包的压缩方式是 XZ，无法解压"),
        (77, 0, "压缩包的压缩方式是 77，无法解压"),
    ],
)
def test_a_password_and_a_method_are_named(tmp_path: Path, method: int, flags: int, reason: str) -> None:
    with pytest.raises(BadArchive) as refused:
        members(patched(tmp_path / "三月.zip", method=method, flags=flags))
    assert Refusal.archive(refused.value).for_clerk()[0] == reason


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"Rar!\x1a\x07\x00", "RAR"),
        (b"Rar!\x1a\x07\x01\x00", "RAR"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "7z"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"\0" * 257 + b"ustar\0", "tar"),
    ],
    ids=["RAR 4", "RAR 5", "7z", "gzip", "tar"],
)
def test_another_archive_under_the_name_of_a_zip_is_named(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "三月.zip").write_bytes(content)
    with pytest.raises(BadArchive) as refused:
        members(tmp_path / "三月.zip")
    assert Refusal.archive(refused.value).for_clerk()[0] == f"是 {kind} 压缩包，不是 ZIP"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", ""),
        (b"\0\1\2", ""),
        ("编号,备注\n1,<table>\n".encode(), ""),
        (b"\xd0\xcf\x11\xe0", "XLS"),
        (b"PAR1", "Parquet"),
    ],
    ids=["nothing", "unknown", "CSV", "XLS", "Parquet"],
)
def test_the_kind_of_a_file_by_its_first_bytes(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "f").write_bytes(content)
    assert file_kind(tmp_path / "f") == kind


def test_the_kind_of_a_package_by_its_members() -> None:
    assert package_kind(["XL\\Workbook.xml", "x"]) == "XLSX"
    assert package_kind(["a.csv"]) == package_kind([]) == "ZIP"
