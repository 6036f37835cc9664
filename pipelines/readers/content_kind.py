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
from warehouse.lake.file_kinds import binary_kind

HEAD_BYTES = 64 << 10
TEXT = "CSV/TXT"
FORMAT_NAMES: Mapping[Format, str] = {
    "csv": "CSV",
    "xlsx": "XLSX",
    "parquet": "Parquet",
    "jsonl": "JSON",
    "geojson": "GeoJSON",
}
FORMAT_KINDS: Mapping[Format, tuple[str, ...]] = {
    "csv": (TEXT,),
    "xlsx": ("XLSX", "XLS", "ZIP"),
    "parquet": ("Parquet",),
    "jsonl": (TEXT, "JSON"),
    "geojson": (TEXT, "JSON"),
}
MHTML = b"MIME-Version:"
PAGE = re.compile(r"<(?:!doctype html|html|head|body|table|meta|script)\b", re.IGNORECASE)
LOGIN = re.compile(r"type\s*=\s*[\"']?password", re.IGNORECASE)
SPREADSHEET_XML = "urn:schemas-microsoft-com:office:spreadsheet"
JSON = re.compile(r"(?:\[\s*)?\{\s*\"|\[\s*\[")


def require_format(path: Path, agreed: Format) -> None:
    """Raise Refusal if the file's content is clearly of another kind; what cannot be told is left to the reader."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    kind = content_kind(head)
    if not kind or kind in FORMAT_KINDS[agreed]:
        return
    if kind == "HTML":
        is_login = LOGIN.search(_text(head)) is not None
        raise Refusal("login_page" if is_login else "web_page", path.name, expected=FORMAT_NAMES[agreed])
    raise Refusal("other_format", path.name, found=kind, expected=FORMAT_NAMES[agreed])


def content_kind(head: bytes) -> str:
    """The kind of a file by its first HEAD_BYTES: a binary one, XLSX, HTML, XML, JSON, MHTML or TEXT; "" if it cannot be told."""
    if kind := binary_kind(head):
        return "XLSX" if kind == "ZIP" and b"xl/" in head else kind
    if head.startswith(MHTML):
        return "MHTML"
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
