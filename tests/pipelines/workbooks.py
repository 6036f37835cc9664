"""Reads a workbook's colours, comments and formulas from its XML, which the hub's readers do not support."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring
from zipfile import ZipFile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _part(path: Path, name: str) -> Element:
    with ZipFile(path) as archive:
        return fromstring(archive.read(name))


def _number(path: Path, sheet: str) -> int:
    names = [str(s.get("name")) for s in _part(path, "xl/workbook.xml").iter(f"{MAIN}sheet")]
    return names.index(sheet) + 1


def fills(path: Path, sheet: str) -> dict[str, str]:
    """Cell → its fill as ARGB, of the cells that have one."""
    styles = _part(path, "xl/styles.xml")
    colours = [fill.find(f".//{MAIN}fgColor") for fill in styles.find(f"{MAIN}fills") or ()]
    looks = [colours[int(look.get("fillId", 0))] for look in styles.find(f"{MAIN}cellXfs") or ()]
    cells = _part(path, f"xl/worksheets/sheet{_number(path, sheet)}.xml").iter(f"{MAIN}c")
    found = {str(cell.get("r")): looks[int(cell.get("s", 0))] for cell in cells}
    return {at: str(colour.get("rgb")) for at, colour in found.items() if colour is not None}


def comments(path: Path, sheet: str) -> dict[str, str]:
    """Cell → the text of its comment."""
    with ZipFile(path) as archive:
        links = archive.read(f"xl/worksheets/_rels/sheet{_number(path, sheet)}.xml.rels").decode()
    found = re.search(r'Target="\.\./(comments\d+\.xml)"', links)
    assert found
    return {
        str(comment.get("ref")): "".join(text.text or "" for text in comment.iter(f"{MAIN}t"))
        for comment in _part(path, f"xl/{found[1]}").iter(f"{MAIN}comment")
    }


def cells(path: Path, sheet: str) -> dict[str, str]:
    """Cell → its value as it is stored, of the cells that have one: a text in place, else a number."""
    found = _part(path, f"xl/worksheets/sheet{_number(path, sheet)}.xml").iter(f"{MAIN}c")
    texts = {
        str(cell.get("r")): "".join(t.text or "" for t in (*cell.iter(f"{MAIN}t"), *cell.iter(f"{MAIN}v")))
        for cell in found
    }
    return {at: text for at, text in texts.items() if text}


def formulas(path: Path) -> int:
    """How many cells of any sheet are formulas."""
    with ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        return sum(len(list(fromstring(archive.read(name)).iter(f"{MAIN}f"))) for name in sheets)
