"""Tells by a file's first bytes that it is of another kind than agreed: a workbook named .csv, a web page named .xls.

Not here: damage inside a file of the right kind (the readers).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from contracts.layout import Format
from pipelines.ingest.refusals import Refusal
from pipelines.readers.text_encodings import likely_encoding

HEAD_BYTES = 64 << 10
TEXT = "CSV/TXT"
ZIP, OLE, PARQUET = b"PK\3\4", b"\xd0\xcf\x11\xe0", b"PAR1"
KINDS: Mapping[bytes, str] = {
    OLE: "XLS",
    PARQUET: "Parquet",
    b"%PDF": "PDF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"SQLite format 3": "SQLite",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"MIME-Version:": "MHTML",
}
AGREED: Mapping[Format, str] = {
    "csv": "CSV",
    "xlsx": "XLSX",
    "parquet": "Parquet",
    "jsonl": "JSON",
    "geojson": "GeoJSON",
}
OWN: Mapping[Format, tuple[str, ...]] = {
    "csv": (TEXT,),
    "xlsx": ("XLSX", "XLS", "ZIP"),
    "parquet": ("Parquet",),
    "jsonl": (TEXT, "JSON"),
    "geojson": (TEXT, "JSON"),
}
PAGE = re.compile(r"<(?:!doctype html|html|head|body|table|meta|script)\b", re.IGNORECASE)
LOGIN = re.compile(r"type\s*=\s*[\"']?password", re.IGNORECASE)
SPREADSHEET_XML = "urn:schemas-microsoft-com:office:spreadsheet"
JSON = re.compile(r"(?:\[\s*)?\{\s*\"|\[\s*\[")


def require_format(path: Path, agreed: Format) -> None:
    """Raise Refusal if the file's content is clearly of another kind; what cannot be told is left to the reader."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    kind = _kind(head)
    if not kind or kind in OWN[agreed]:
        return
    if kind == "HTML":
        is_login = LOGIN.search(_text(head)) is not None
        raise Refusal("login_page" if is_login else "web_page", path.name, expected=AGREED[agreed])
    raise Refusal("other_format", path.name, found=kind, expected=AGREED[agreed])


def _kind(head: bytes) -> str:
    """The kind of a file, TEXT for lines of text that are none of the others; "" if it cannot be told."""
    if head.startswith(ZIP):
        return "XLSX" if b"xl/" in head else "ZIP"
    magic = next((magic for magic in KINDS if head.startswith(magic)), None)
    if magic:
        return KINDS[magic]
    text = _text(head).lstrip("\ufeff \t\r\n")
    is_xml = text.startswith("<?xml")
    if is_xml and SPREADSHEET_XML in text:
        return "XML 2003"
    if PAGE.match(text) or (is_xml and PAGE.search(text)):
        return "HTML"
    if is_xml:
        return "XML"
    if JSON.match(text):
        return "JSON"
    is_text = "\n" in text and "\0" not in text and "\ufffd" not in text[:1_000]
    return TEXT if is_text else ""


def _text(head: bytes) -> str:
    encoding = likely_encoding(head) or "gb18030"
    return head.decode(encoding, "replace")
