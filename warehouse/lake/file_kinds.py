"""Names what a file is by its first bytes, for messages about a file that is not what its name says.

Not here: reading any of it.
"""

from __future__ import annotations

import re
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
    b"{\\rtf": "RTF",
}
OTHER_ARCHIVES = ("RAR", "7z", "gzip", "bzip2", "xz", "zstd", "CAB", "tar")  # than ZIP
TAR_MAGIC, TAR_MAGIC_AT = b"ustar", 257
HTML = re.compile(rb"(?i)<(?:!doctype html|html|head|body|table|meta|style)\b")
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
    """`RAR`, `7z`, `XLS`, `HTML`, `XML`, `text`, …; "" for bytes of no known kind."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    for magic, kind in MAGICS.items():
        if head.startswith(magic):
            return kind
    if head[TAR_MAGIC_AT:].startswith(TAR_MAGIC):
        return "tar"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if HTML.match(text):
        return "HTML"
    if text.startswith(b"<?xml"):
        return "XML"
    return "" if b"\0" in head or not text else "text"


def package_kind(names: Collection[str]) -> str:
    """The kind of a ZIP with these members: `XLSX`, `ODS`, `XLSB`, …, else `ZIP`."""
    known = {name.replace("\\", "/").lower() for name in names}
    return next((kind for member, kind in PACKAGES.items() if member in known), "ZIP")
