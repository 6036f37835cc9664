"""ZIP files: what is in them, judged by their directory before anything is unpacked, and unpacking one member.

Not here: which contract a member is for (`landing.py`).
"""

from __future__ import annotations

import struct
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from contracts.waiting import is_unfinished
from pipelines.reasons import Refused

LARGEST = 32 << 30
LARGEST_RATIO = 200
MOST_MEMBERS = 10_000
ENCRYPTED = 0x1
BLOCK = 1 << 20
DAMAGED = (
    BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class Member:
    """One file in an archive. `name` is the path in it as people read it, with `/`."""

    name: str
    size: int


def is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def weighed(path: Path, largest: int) -> list[ZipInfo]:
    """A ZIP's directory, judged before anything is unpacked. Refused: a bomb. One of DAMAGED: no ZIP the hub can read.

    Only what is stored or deflated is: bzip2 and LZMA cannot be unpacked piece by piece, whatever their directory says.
    """
    with ZipFile(path) as archive:
        entries = archive.infolist()
    size = sum(entry.file_size for entry in entries)
    packed = min(sum(entry.compress_size for entry in entries), path.stat().st_size)  # entries can lie on one another
    ratio = size // max(1, packed)
    if size > largest or (ratio > LARGEST_RATIO and size > BLOCK) or len(entries) > MOST_MEMBERS:
        raise Refused("bomb", path.name, size=size >> 20, ratio=ratio)
    if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise BadZipFile("packed in another way")
    return entries


def members(path: Path) -> list[Member]:
    """The files in the archive that would be read, sorted by name. Refused: damaged, encrypted, a bomb, an archive in it,
    a name that leads out of it or is there twice.
    """
    try:
        entries = [entry for entry in weighed(path, LARGEST) if not entry.is_dir()]
    except DAMAGED:
        raise Refused("bad_archive", path.name) from None
    found = []
    for entry in entries:
        name = PurePosixPath(readable(entry))
        if not name.parts or name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
            raise Refused("leads_out", path.name)
        if entry.flag_bits & ENCRYPTED:
            raise Refused("encrypted", path.name)
        if name.suffix.lower() in (".zip", ".rar", ".7z"):
            raise Refused("archive_inside", path.name)
        if not any(is_unfinished(part) or part == "__MACOSX" for part in name.parts):
            found.append(Member(str(name), entry.file_size))
    if len({member.name for member in found}) < len(found):
        raise Refused("repeated_name", path.name)
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
    """A member's bytes, in blocks. Refused where they are damaged or more than the directory said."""
    try:
        with ZipFile(path) as archive:
            entry = next(e for e in archive.infolist() if str(PurePosixPath(readable(e))) == member)
            with archive.open(entry) as file:
                while block := file.read(BLOCK):
                    yield block
    except DAMAGED:
        raise Refused("bad_archive", f"{path.name}/{member}") from None
