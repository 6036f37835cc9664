"""Finds the hidden rows and the cells with formulas of an XLSX sheet (ECMA-376 part 1, 18.3.1).

calamine gives values only, so the XML is searched as it unpacks, a few MiB at a time. Not here: the values (`xlsx.py`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile, is_zipfile

BLOCK = 4 << 20
END = b"</sheetData>"
LONGEST_ROW = 64 << 20
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
HIDDEN_ROW = re.compile(rb'<row\b(?=[^<>]*?\bhidden="(?:1|true)")[^<>]*?\br="(\d+)"')
FORMULA_CELL = re.compile(rb'<c\b[^<>]*?\br="([A-Z]{1,3})(\d+)"[^<>]*>\s*<f[\s>/]')


@dataclass
class SheetMarks:
    """Row numbers as Excel counts them; `formulas` by field, from 0 at the first column in use."""

    hidden_rows: list[int] = field(default_factory=list)
    formulas: dict[int, list[int]] = field(default_factory=dict)


def sheet_marks(path: Path, sheet: str, first_column: int) -> SheetMarks:
    """The marks of a sheet; none for other workbooks than XLSX, or without the standard parts."""
    found = SheetMarks()
    if not is_zipfile(path):
        return found
    with ZipFile(path) as archive:
        member = _member(archive, sheet)
        for xml in _rows(archive, member) if member else ():
            if b"hidden=" in xml:
                found.hidden_rows += map(int, HIDDEN_ROW.findall(xml))
            if b"<f" in xml:
                for letters, row in FORMULA_CELL.findall(xml):
                    found.formulas.setdefault(_number(letters) - first_column, []).append(int(row))
    return found


def _rows(archive: ZipFile, member: str) -> Iterator[bytes]:
    """Yield the sheet's XML in blocks of whole rows. ValueError: a row of more than 64 MiB."""
    with archive.open(member) as file:
        rest = b""
        while (block := file.read(BLOCK)) and END not in rest:
            whole, end, rest = (rest + block).rpartition(b"</row>")
            yield whole + end
            if len(rest) > LONGEST_ROW:
                raise ValueError("a row of more than 64 MiB")


def _member(archive: ZipFile, sheet: str) -> str | None:
    """The sheet's path in the archive, or None."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links.iter(f"{PACKAGE}Relationship")}
    for entry in book.iter(f"{MAIN}sheet"):
        if entry.get("name") == sheet:
            target = posixpath.join("/xl", targets.get(entry.get(f"{OFFICE}id"), ""))
            member = posixpath.normpath(target).lstrip("/")
            return member if member in names else None
    return None


def _number(letters: bytes) -> int:
    """The number of a column from its letters: A 0, Z 25, AA 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
