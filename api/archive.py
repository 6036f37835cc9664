"""The files in an uploaded ZIP: their names, and the hash of each. Nothing is unpacked to the disk.

Not here: which names are agreed (desk.py), reading the files (`pipelines/readers`).
"""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile, ZipInfo

from api.errors import BadRequest
from contracts.waiting import is_unfinished

LARGEST_DIRECTORY = 1 << 20  # about 10,000 names
LARGEST_RATIO = 200
UTF_8 = 0x800
ENCRYPTED = 0x1
DAMAGED = (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError)


class Member(NamedTuple):
    """A file in an archive, under its bare name."""

    name: str
    sha256: str
    size: int


class _Bounded(io.FileIO):
    """A file that gives no more at once than an archive's directory may have: its size is the archive's own word."""

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = os.fstat(self.fileno()).st_size - self.tell() if size is None or size < 0 else size
        if wanted > LARGEST_DIRECTORY:
            raise BadZipFile
        return super().read(wanted) or b""


def member_names(path: Path) -> list[str]:
    """The bare names of the files in a ZIP. BadRequest for what is none, a name that leads out of it, a password."""
    try:
        with ZipFile(_Bounded(path)) as archive:
            return [_bare_name(info) for info in _files(archive)]
    except DAMAGED:
        raise _unfit("the file is no ZIP archive that can be opened") from None


def members(path: Path, largest: int) -> list[Member]:
    """The files with the hashes of their bytes. BadRequest if they unpack to more than `largest` bytes, or are damaged."""
    try:
        with ZipFile(_Bounded(path)) as archive:
            found = _files(archive)
            size, packed = sum(i.file_size for i in found), sum(i.compress_size for i in found)
            if size > largest or size > max(LARGEST_DIRECTORY, LARGEST_RATIO * packed):
                raise _unfit("the files in the archive unpack to too much")
            return [Member(_bare_name(info), _sha256(archive, info), info.file_size) for info in found]
    except DAMAGED:
        raise _unfit("a file in the archive is damaged") from None


def _files(archive: ZipFile) -> list[ZipInfo]:
    """Its files, without those that landing would leave alone as well."""
    files = [info for info in archive.infolist() if not info.is_dir() and not _left_alone(_path(info))]
    if not files:
        raise _unfit("there is no file in the archive")
    if any(info.flag_bits & ENCRYPTED for info in files):
        raise _unfit("the archive has a password")
    return files


def _left_alone(path: PurePosixPath) -> bool:
    return any(is_unfinished(part) or part == "__MACOSX" for part in path.parts)


def _bare_name(info: ZipInfo) -> str:
    return _path(info).name


def _path(info: ZipInfo) -> PurePosixPath:
    """The name with its folders. Where the archive does not say UTF-8, it is as Chinese Windows writes it."""
    name = info.filename
    if not info.flag_bits & UTF_8:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            raise _unfit("a name in the archive is neither UTF-8 nor GB18030") from None
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name:
        raise _unfit("a name in the archive leads out of it")
    return path


def _sha256(archive: ZipFile, info: ZipInfo) -> str:
    with archive.open(info) as file:
        digest = hashlib.sha256()
        while block := file.read(LARGEST_DIRECTORY):
            digest.update(block)
        return digest.hexdigest()


def _unfit(what: str) -> BadRequest:
    return BadRequest(what, remedy="pack the agreed files again as a ZIP without a password, or send each by itself")
