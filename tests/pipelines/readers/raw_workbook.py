"""Workbooks written part by part, in the spellings of XML that other programs than Excel have."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from contracts.layout import Layout
from contracts.model import Column, Table
from pipelines.readers import READERS

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
PARTS = {
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}">'
    f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="甲" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
    f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
SHEET = "xl/worksheets/sheet1.xml"
TABLE = Table(
    "t",
    "source",
    "1",
    "t",
    tuple(Column(name, header, header, "string") for name, header in (("a", "编号"), ("b", "名称"), ("c", "数量"))),
    "t",
    "d",
    layout=Layout(format="xlsx", file_pattern="t"),
)
Read = list[tuple[int, str | None, tuple[str, ...]]]


def text(reference: str, value: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{value}</t></is></c>'


def row(number: int, *values: str, more: str = "") -> str:
    cells = "".join(text(f"{letter}{number}", value) for letter, value in zip("ABC", values, strict=False) if value)
    return f'<row r="{number}"{more}>{cells}</row>'


HEADER = row(1, "编号", "名称", "数量")


def sheet(rows: str, before: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def write_book(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    """A workbook of PARTS, replaced and completed by `parts`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (PARTS | dict(parts)).items():
            archive.writestr(name, content)
    return path


def read_rows(path: Path, table: Table = TABLE) -> Read:
    """(row, mark, cells) of every row."""
    found: Read = []
    for batch in READERS["xlsx"](path, table):
        cells = batch.frame.fill_null("").rows()
        found += [(batch.first_row + i, batch.marks.get(i), cell) for i, cell in enumerate(cells)]
    return found


def read_notes(path: Path, table: Table = TABLE) -> dict[tuple[str, str], list[int]]:
    """Rows by (column, rule)."""
    found: dict[tuple[str, str], list[int]] = {}
    for batch in READERS["xlsx"](path, table):
        for key, places in batch.cell_notes.items():
            found.setdefault(key, []).extend(batch.first_row + at for at in places)
    return found
