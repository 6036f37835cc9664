"""Finds what calamine does not tell of an XLSX sheet: hidden rows and columns, formulas, error values.

The XML (ECMA-376 part 1, 18.3.1) is read by expat as it unpacks, by local names and with calamine's counting, so that the
marks lie on the cells that calamine reads. Not here: the values (`xlsx.py`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import ZipFile, is_zipfile

BLOCK = 4 << 20
OVERLAP = 256
BOOK, LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
REFERENCE = re.compile("([A-Za-z]{1,3})([0-9]{1,7})")
SIGNS = (b"<f", b":f", b"hidden", b'"e"', b"'e'", b"<!DOCTYPE")
ZERO_SIZE = re.compile(rb"(?:ht|width)\s*=\s*[\"'][0.]")
WHOLE_AREA = ("array", "dataTable")  # formulas whose other cells have a value only


class Area(NamedTuple):
    """An area of a sheet, its last row and column included; rows from 1, columns from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class SheetMarks:
    """Rows as Excel counts them, from 1; columns from 0 at A. `formulas`: column → rows; `errors`: column → row → `#N/A`."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[range] = field(default_factory=list)
    formulas: dict[int, list[int]] = field(default_factory=dict)
    formula_areas: list[Area] = field(default_factory=list)
    errors: dict[int, dict[int, str]] = field(default_factory=dict)


def sheet_marks(path: Path, sheet: str) -> SheetMarks:
    """The marks of a sheet; none for other workbooks than XLSX.

    ExpatError, ValueError or LookupError: damaged XML, a document type, no such sheet.
    """
    if not is_zipfile(path):
        return SheetMarks()
    with ZipFile(path) as archive:
        member = _member(archive, sheet)
        if not any(map(_has_sign, _overlapping(_blocks(archive, member)))):
            return SheetMarks()
        scan = _SheetScan()
        for block in _blocks(archive, member):
            scan.feed(block)
        scan.feed(b"", is_last=True)
        return scan.marks


def _blocks(archive: ZipFile, member: str) -> Iterator[bytes]:
    with archive.open(member) as file:
        while block := file.read(BLOCK):
            yield block


def _overlapping(blocks: Iterator[bytes]) -> Iterator[bytes]:
    before = b""
    for block in blocks:
        yield before + block
        before = block[-OVERLAP:]


def _has_sign(xml: bytes) -> bool:
    """True if the bytes may hold a mark: a name in XML has one spelling. Most sheets have none, and parsing takes longest."""
    sizes = (match.start() for match in ZERO_SIZE.finditer(xml))
    return any(sign in xml for sign in SIGNS) or any(xml[at - 1 : at].isspace() for at in sizes)


class _SheetScan:
    """Reads a sheet's XML piece by piece into `marks`."""

    def __init__(self) -> None:
        self.marks = SheetMarks()
        self._parser = _hardened_parser()
        self._parser.StartElementHandler = self._start
        self._local_names: dict[str, str] = {}
        self._row, self._is_hidden_row = 0, False
        self._reference, self._steps = "", -1  # the last reference of the row, and the cells since
        self._in_cell, self._is_error = False, False
        self._in_error, self._error_text = False, list[str]()

    def feed(self, block: bytes, is_last: bool = False) -> None:
        self._parser.Parse(block, is_last)
        if is_last:
            self._end_error()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = self._local_names.get(name) or self._local_names.setdefault(name, name.rpartition(":")[2])
        if self._in_error:
            self._end_error()
        match local:
            case "c":
                self._in_cell, self._is_error = True, attributes.get("t") == "e"
                reference = attributes.get("r")
                self._reference, self._steps = (reference, 0) if reference else (self._reference, self._steps + 1)
                if self._is_hidden_row:
                    self.marks.hidden_rows.add(self._position()[0])
            case "v" if self._in_cell and self._is_error:
                self._parser.CharacterDataHandler, self._in_error = self._error_text.append, True
            case "f" if self._in_cell:  # elsewhere an `f` is of another vocabulary
                self._add_formula(attributes)
            case "row":
                row = attributes.get("r")
                self._row = int(row) if row else self._row + 1
                self._reference, self._steps = "", -1
                self._is_hidden_row = _is_true(attributes.get("hidden")) or _is_zero(attributes.get("ht"))
            case "col":
                if _is_true(attributes.get("hidden")) or _is_zero(attributes.get("width")):
                    first, last = int(attributes["min"]), int(attributes["max"])
                    self.marks.hidden_columns.append(range(first - 1, last))
            case _:
                self._in_cell = self._in_cell and local == "v"

    def _position(self) -> tuple[int, int]:
        """The row and column of the current cell; without a reference it stands right of the one before."""
        if not self._reference:
            return self._row, self._steps
        row, column = _cell(self._reference)
        return (row, column) if not self._steps else (self._row, column + self._steps)

    def _add_formula(self, attributes: dict[str, str]) -> None:
        row, column = self._position()
        self.marks.formulas.setdefault(column, []).append(row)
        if attributes.get("t") in WHOLE_AREA and "ref" in attributes:
            first, _, last = attributes["ref"].partition(":")
            (top, left), (bottom, right) = _cell(first), _cell(last or first)
            self.marks.formula_areas.append(Area(top, left, bottom, right))

    def _end_error(self) -> None:
        if self._in_error:
            row, column = self._position()
            self.marks.errors.setdefault(column, {})[row] = "".join(self._error_text).strip()
            self._error_text.clear()
            self._parser.CharacterDataHandler, self._in_error = None, False


def _hardened_parser() -> expat.XMLParserType:
    """A parser that refuses a document type: only there can entities be declared, and no workbook has one."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise ValueError("a document type in a workbook")

    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    return parser


def _is_true(text: str | None) -> bool:
    return text is not None and text.strip() in ("1", "true")


def _is_zero(text: str | None) -> bool:
    return text is not None and float(text) == 0


def _cell(reference: str) -> tuple[int, int]:
    """Row from 1 and column from 0: `AA12` is (12, 26). ValueError if it is no reference."""
    found = REFERENCE.fullmatch(reference)
    if not found:
        raise ValueError("no reference of a cell")
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]), column - 1


def _member(archive: ZipFile, sheet: str) -> str:
    """The name of a sheet's part in the archive. LookupError if the workbook leads to none."""
    names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
    targets = {link.get("Id"): link.get("Target", "") for link in _elements(archive, names[LINKS], "Relationship")}
    for entry in _elements(archive, names[BOOK], "sheet"):
        if entry.get("name") == sheet:
            link = next(value for name, value in entry.items() if name.endswith("}id"))
            return names[posixpath.normpath(posixpath.join("/xl", targets[link])).lstrip("/").lower()]
    raise LookupError("no sheet of this name")


class _NoDoctype(ElementTree.TreeBuilder):
    def doctype(self, *_: object) -> None:
        raise ValueError("a document type in a workbook")


def _elements(archive: ZipFile, member: str, local: str) -> list[ElementTree.Element]:
    """The elements of a part by local name: the namespaces of Strict and Transitional differ."""
    root = ElementTree.fromstring(archive.read(member), ElementTree.XMLParser(target=_NoDoctype()))
    return [element for element in root.iter() if str(element.tag).rpartition("}")[2] == local]
