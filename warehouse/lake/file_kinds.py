"""Names the kind of a binary file by its first bytes, for messages about a file that is not what its name says.

Not here: kinds of text (`pipelines/readers/content_kind.py`), reading any of it.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

HEAD_BYTES = 1024
OLE_MAGIC = b"\xd0\xcf\x11\xe0"  # the container of XLS, ET, and of every workbook with a password
MAGICS = {
    b"Rar!\x1a\x07": "RAR",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"MSCF": "CAB",
    b"PK\3\4": "ZIP",
    b"PK\5\6": "ZIP",
    OLE_MAGIC: "XLS",
    b"PAR1": "Parquet",
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"SQLite format 3": "SQLite",
}
OTHER_ARCHIVES = ("RAR", "7z", "gzip", "bzip2", "xz", "zstd", "CAB", "tar")  # than ZIP
TAR_MAGIC, TAR_MAGIC_AT = b"ustar", 257
# in a ZIP by the member that only it has
PACKAGES = {
    "xl/workbook.xml": "XLSX",
    "xl/workbook.bin": "XLSB",
    "content.xml": "ODS",
    "word/document.xml": "DOCX",
    "ppt/presentation.xml": "PPTX",
    "index/document.iwa": "Numbers",
}


def file_kind(path: Path) -> str:
    """`RAR`, `7z`, `XLS`, `PDF`, …; "" for text and for bytes of no known kind."""
    with path.open("rb") as file:
        return binary_kind(file.read(HEAD_BYTES))


def binary_kind(head: bytes) -> str:
    """As `file_kind`, of a file's first HEAD_BYTES or more."""
    if head[TAR_MAGIC_AT:].startswith(TAR_MAGIC):
        return "tar"
    return next((kind for magic, kind in MAGICS.items() if head.startswith(magic)), "")


def package_kind(names: Collection[str]) -> str:
    """The kind of a ZIP with these members: `XLSX`, `ODS`, `XLSB`, …, else `ZIP`."""
    known = {name.replace("\\", "/").lower() for name in names}
    return next((kind for member, kind in PACKAGES.items() if member in known), "ZIP")
