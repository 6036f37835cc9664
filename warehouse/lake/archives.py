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
from warehouse.lake.file_kinds import OTHER_ARCHIVES, file_kind

LARGEST = 32 << 30
LARGEST_RATIO = 200
MOST_MEMBERS = 10_000
LARGEST_DIRECTORY = 4 << 20  # bytes
ENCRYPTED_FLAG, UTF_8_FLAG = 0x1, 0x800
METHODS = {9: "Deflate64", 12: "BZIP2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd"}  # APPNOTE 4.4.5
LEFT_OUT = ("__macosx", "thumbs.db", "desktop.ini")  # what macOS and Windows add by themselves
THREE_BYTES = (
    0x800  # from this character on UTF-8 takes three bytes; bytes of GB18030 are hardly ever such UTF-8 by chance
)
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
    "compression": "the archive is packed with a method that the hub does not read",
    "other_archive": "an archive of another kind than ZIP",
    "empty_archive": "there is no file in the archive",
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

    BadArchive for a bomb, a password, a method of compression that is not read; one of READ_ERRORS for a file that is no
    readable ZIP. Only stored and deflated members are read: bzip2 and LZMA cannot be unpacked piece by piece, so the
    directory's sizes would bound nothing.
    """
    with ZipFile(_Bounded(path)) as archive:
        entries = archive.infolist()
    size = sum(entry.file_size for entry in entries)
    packed = min(sum(entry.compress_size for entry in entries), path.stat().st_size)  # entries can lie on one another
    ratio = size // max(1, packed)
    if size > largest or (ratio > LARGEST_RATIO and size > BLOCK) or len(entries) > MOST_MEMBERS:
        raise BadArchive("bomb", path.name, size=size >> 20, ratio=ratio)
    if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):  # before the method: that of AES is 99
        raise BadArchive("encrypted", path.name)
    if other := next((e.compress_type for e in entries if e.compress_type not in (ZIP_STORED, ZIP_DEFLATED)), None):
        raise BadArchive("compression", path.name, method=METHODS.get(other, other))
    return entries


def members(path: Path, largest: int = LARGEST) -> list[Member]:
    """The files in the archive that are to be read, sorted by name.

    BadArchive: another kind of archive, damaged, encrypted, more than `largest` bytes unpacked, a bomb, an archive inside, a
    name that leads out of it or is there twice, no file to be read.
    """
    try:
        entries = [entry for entry in check_sizes(path, largest) if not entry.is_dir()]
    except READ_ERRORS:
        if path.is_file() and (kind := file_kind(path)) in OTHER_ARCHIVES:
            raise BadArchive("other_archive", path.name, kind=kind) from None
        raise BadArchive("bad_archive", path.name) from None
    found = []
    for entry in entries:
        name = PurePosixPath(readable_name(entry))
        if not name.parts or name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
            raise BadArchive("leads_out", path.name)
        if name.suffix.lower() in (".zip", ".rar", ".7z"):
            raise BadArchive("archive_inside", path.name)
        if not any(is_unfinished(part) or part.lower() in LEFT_OUT for part in name.parts):
            found.append(Member(str(name), entry.file_size))
    if not found:
        raise BadArchive("empty_archive", path.name)
    if len({member.name for member in found}) < len(found):
        raise BadArchive("repeated_name", path.name)
    return sorted(found, key=lambda m: m.name)


def on_one_line(name: str) -> str:
    """The name with each line break or other control replaced by �, fit for logs and receipts."""
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") else c for c in name)


def readable_name(entry: ZipInfo) -> str:
    """An entry's name on one line, as its packer meant it: UTF-8 if so marked or if it can only be that (macOS marks nothing),
    else GB18030, as Windows and WPS pack it in China.
    """
    name = entry.filename
    if not entry.flag_bits & UTF_8_FLAG:
        with suppress(UnicodeError):
            name = _decoded(name.encode("cp437"))
    return on_one_line(unicodedata.normalize("NFC", name).replace("\\", "/"))


def _decoded(name: bytes) -> str:
    with suppress(UnicodeError):
        text = name.decode("utf-8")
        if any(ord(character) >= THREE_BYTES for character in text):
            return text
    return name.decode("gb18030")


def unpack(path: Path, member: str, to: Path) -> None:
    """Write a member of the archive into the file `to`. BadArchive as `content`."""
    with to.open("wb") as file:
        for block in content(path, member):
            file.write(block)


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
