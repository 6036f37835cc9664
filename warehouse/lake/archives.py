"""ZIP files: checks an archive by its directory before anything is unpacked, lists its members, reads one of them.

Landing and uploads use the same checks. Not here: which contract a member is for (`contracts/file_names.py`).
"""

from __future__ import annotations

import io
import os
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from contracts.errors import DeliveryError
from contracts.file_names import is_unfinished

LARGEST = 32 << 30
LARGEST_RATIO = 200
MOST_MEMBERS = 10_000
LARGEST_DIRECTORY = 4 << 20  # bytes
ENCRYPTED_FLAG = 0x1
BLOCK = 1 << 20
READ_ERRORS = (
    BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,  # raised by zipfile for a method of compression that it does not know
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


MESSAGES = {
    "bomb": "the archive unpacks to too much",
    "bad_archive": "the archive is damaged, or packed in a way the hub does not know",
    "leads_out": "a name in the archive leads out of it",
    "encrypted": "the archive has a password",
    "archive_inside": "an archive lies in the archive",
    "repeated_name": "a name is in the archive twice",
}


class BadArchive(DeliveryError):
    """An archive that is not unpacked: `rule`, a key of MESSAGES, and `facts`, the figures for the receipt."""

    def __init__(self, rule: str, where: str, **facts: object) -> None:
        self.rule, self.facts = rule, facts
        remedy = "pack the files again as an ordinary ZIP without a password, or send each by itself"
        super().__init__(MESSAGES[rule], where=where, remedy=remedy)


@dataclass(frozen=True)
class Member:
    """One file in an archive. `name` is its readable path, with `/`; `size` in bytes."""

    name: str
    size: int

    @property
    def bare_name(self) -> str:
        return self.name.rsplit("/", 1)[-1]


class _Bounded(io.FileIO):
    """A file that reads at most LARGEST_DIRECTORY bytes at once, because an archive states its directory's size itself."""

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = os.fstat(self.fileno()).st_size - self.tell() if size is None or size < 0 else size
        if wanted > LARGEST_DIRECTORY:
            raise BadZipFile
        return super().read(wanted) or b""


def is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def check_sizes(path: Path, largest: int) -> list[ZipInfo]:
    """The entries of a ZIP's directory, checked before anything is unpacked.

    BadArchive for a bomb; one of READ_ERRORS for a file that is no readable ZIP. Only stored and deflated members are read:
    bzip2 and LZMA cannot be unpacked piece by piece, so the directory's sizes would bound nothing.
    """
    with ZipFile(_Bounded(path)) as archive:
        entries = archive.infolist()
    size = sum(entry.file_size for entry in entries)
    packed = min(sum(entry.compress_size for entry in entries), path.stat().st_size)  # entries can lie on one another
    ratio = size // max(1, packed)
    if size > largest or (ratio > LARGEST_RATIO and size > BLOCK) or len(entries) > MOST_MEMBERS:
        raise BadArchive("bomb", path.name, size=size >> 20, ratio=ratio)
    if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise BadZipFile("packed in another way")
    return entries


def members(path: Path, largest: int = LARGEST) -> list[Member]:
    """The files in the archive that are to be read, sorted by name.

    BadArchive: damaged, encrypted, more than `largest` bytes unpacked, a bomb, an archive inside, a name that leads out of
    it or is there twice.
    """
    try:
        entries = [entry for entry in check_sizes(path, largest) if not entry.is_dir()]
    except READ_ERRORS:
        raise BadArchive("bad_archive", path.name) from None
    found = []
    for entry in entries:
        name = PurePosixPath(readable_name(entry))
        if not name.parts or name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
            raise BadArchive("leads_out", path.name)
        if entry.flag_bits & ENCRYPTED_FLAG:
            raise BadArchive("encrypted", path.name)
        if name.suffix.lower() in (".zip", ".rar", ".7z"):
            raise BadArchive("archive_inside", path.name)
        if not any(is_unfinished(part) or part == "__MACOSX" for part in name.parts):
            found.append(Member(str(name), entry.file_size))
    if len({member.name for member in found}) < len(found):
        raise BadArchive("repeated_name", path.name)
    return sorted(found, key=lambda m: m.name)


def on_one_line(name: str) -> str:
    """The name with each line break or other control replaced by �, fit for logs and receipts."""
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") else c for c in name)


def readable_name(entry: ZipInfo) -> str:
    """An entry's name on one line: UTF-8 if so marked, else GB18030, as Windows and WPS pack it in China."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("gb18030")
    return on_one_line(name.replace("\\", "/"))


def content(path: Path, member: str) -> Iterator[bytes]:
    """A member's bytes, in blocks. BadArchive if they are damaged, or not as many as the directory states."""
    size = 0
    try:
        with ZipFile(path) as archive:
            entry = next(e for e in archive.infolist() if str(PurePosixPath(readable_name(e))) == member)
            with archive.open(entry) as file:
                while block := file.read(BLOCK):
                    size += len(block)
                    yield block
        if size != entry.file_size:
            raise BadZipFile("cut off")
    except READ_ERRORS:
        raise BadArchive("bad_archive", f"{path.name}/{member}") from None
