"""ZIP files: what is in them, judged by their directory before anything is unpacked, and unpacking one member.

Landing and uploads see the same in an archive. Not here: which contract a member is for (`contracts/file_names.py`).
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
ENCRYPTED = 0x1
BLOCK = 1 << 20
DAMAGED = (
    BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,  # how zipfile says that it does not know the method of compression
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


WHAT = {
    "bomb": "the archive unpacks to too much",
    "bad_archive": "the archive is damaged, or packed in a way the hub does not know",
    "leads_out": "a name in the archive leads out of it",
    "encrypted": "the archive has a password",
    "archive_inside": "an archive lies in the archive",
    "repeated_name": "a name is in the archive twice",
}


class BadArchive(DeliveryError):
    """An archive that is not unpacked: `rule` of WHAT, and the `facts` a receipt tells of it."""

    def __init__(self, rule: str, where: str, **facts: object) -> None:
        self.rule, self.facts = rule, facts
        remedy = "pack the files again as an ordinary ZIP without a password, or send each by itself"
        super().__init__(WHAT[rule], where=where, remedy=remedy)


@dataclass(frozen=True)
class Member:
    """One file in an archive. `name` is the path in it as people read it, with `/`."""

    name: str
    size: int

    @property
    def bare_name(self) -> str:
        return self.name.rsplit("/", 1)[-1]


class _Bounded(io.FileIO):
    """A file that gives no more at once than an archive's directory may have: its size is the archive's own word."""

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = os.fstat(self.fileno()).st_size - self.tell() if size is None or size < 0 else size
        if wanted > LARGEST_DIRECTORY:
            raise BadZipFile
        return super().read(wanted) or b""


def is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def check_sizes(path: Path, largest: int) -> list[ZipInfo]:
    """A ZIP's directory, judged before anything is unpacked. BadArchive: a bomb. One of DAMAGED: no ZIP the hub can read.

    Only what is stored or deflated is: bzip2 and LZMA cannot be unpacked piece by piece, whatever their directory says.
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
    """The files in the archive that would be read, sorted by name. BadArchive: damaged, encrypted, more than `largest`
    bytes in it or a bomb, an archive in it, a name that leads out of it or is there twice.
    """
    try:
        entries = [entry for entry in check_sizes(path, largest) if not entry.is_dir()]
    except DAMAGED:
        raise BadArchive("bad_archive", path.name) from None
    found = []
    for entry in entries:
        name = PurePosixPath(readable(entry))
        if not name.parts or name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
            raise BadArchive("leads_out", path.name)
        if entry.flag_bits & ENCRYPTED:
            raise BadArchive("encrypted", path.name)
        if name.suffix.lower() in (".zip", ".rar", ".7z"):
            raise BadArchive("archive_inside", path.name)
        if not any(is_unfinished(part) or part == "__MACOSX" for part in name.parts):
            found.append(Member(str(name), entry.file_size))
    if len({member.name for member in found}) < len(found):
        raise BadArchive("repeated_name", path.name)
    return sorted(found, key=lambda m: m.name)


def on_one_line(name: str) -> str:
    """A name without line breaks and other controls, each of them a �: it is told in logs and receipts."""
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") else c for c in name)


def readable(entry: ZipInfo) -> str:
    """An entry's name on one line: marked as UTF-8, or else GB18030, as Windows and WPS pack it in China."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("gb18030")
    return on_one_line(name.replace("\\", "/"))


def content(path: Path, member: str) -> Iterator[bytes]:
    """A member's bytes, in blocks. BadArchive where they are damaged, or not as many as the directory said."""
    given = 0
    try:
        with ZipFile(path) as archive:
            entry = next(e for e in archive.infolist() if str(PurePosixPath(readable(e))) == member)
            with archive.open(entry) as file:
                while block := file.read(BLOCK):
                    given += len(block)
                    yield block
        if given != entry.file_size:
            raise BadZipFile("cut off")
    except DAMAGED:
        raise BadArchive("bad_archive", f"{path.name}/{member}") from None
