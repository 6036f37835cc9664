"""Checks a workbook before it is opened: size, password, kind, encoding of its parts; and opens it by its content.

Not here: reading its sheets (`xlsx.py`).
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile, ZipInfo

from python_calamine import CalamineWorkbook

from pipelines.ingest.refusals import Refusal
from pipelines.readers.content_kind import require_format
from warehouse.lake import archives
from warehouse.lake.file_kinds import file_kind, package_kind

LARGEST = 2 << 30
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
PART_SUFFIXES = (".xml", ".rels")
UTF_8_MARK = b"\xef\xbb\xbf"


@contextmanager
def open_workbook(path: Path) -> Iterator[CalamineWorkbook]:
    """The checked workbook. calamine goes by the suffix, which offices and archives do not keep to: the content decides."""
    is_ole = check_workbook(path)
    with TemporaryDirectory() as folder:
        named = Path(folder) / ("book.xls" if is_ole else "book.xlsx")
        named.symlink_to(path.absolute())
        with CalamineWorkbook.from_path(str(named)) as book:
            yield book


def check_workbook(path: Path) -> bool:
    """True for an XLS or ET, False for an XLSX.

    Refusal: a zip bomb, by the ZIP directory before anything is unpacked, a password, another kind of file.
    """
    require_format(path, "xlsx")
    if file_kind(path) == "XLS":
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if content.find(ENCRYPTED_STREAM) >= 0:
                raise Refusal("encrypted", path.name)
        return True
    entries = archives.check_sizes(path, LARGEST)
    if (kind := package_kind([entry.filename for entry in entries])) != "XLSX":
        raise Refusal("other_format", path.name, found=kind, expected="XLSX")
    with ZipFile(path) as archive:
        if archive.testzip() is not None:  # a directory can understate what comes out
            raise Refusal("not_a_workbook", path.name)
        if not all(_is_utf_8(archive, entry) for entry in entries):
            raise Refusal("other_format", path.name, found="XLSX (UTF-16)", expected="XLSX")
    return False


def _is_utf_8(archive: ZipFile, entry: ZipInfo) -> bool:
    """False for a part of XML in UTF-16 or the like, of which calamine would read nothing and say nothing."""
    if not entry.filename.lower().endswith(PART_SUFFIXES):
        return True
    with archive.open(entry) as part:
        head = part.read(64).removeprefix(UTF_8_MARK).lstrip()
    return not head or (head.startswith(b"<") and b"\0" not in head)
