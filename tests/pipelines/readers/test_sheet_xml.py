"""Formulas, hidden rows and error values are found however the XML of a workbook is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import DeliveryError
from pipelines.readers.sheet_xml import SheetMarks, _SheetScan
from tests.pipelines.readers.raw_workbook import (
    HEADER,
    MAIN,
    OFFICE,
    PARTS,
    SHEET,
    STRICT_MAIN,
    STRICT_OFFICE,
    read_rows,
    row,
    sheet,
    text,
    write_book,
)

BOOK, LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
FORMULA_ROW = f'<row r="3">{text("A3", "2")}{text("B3", "乙")}<c r="C3"><f>1+1</f><v>2</v></c></row>'
GOOD = PARTS | {SHEET: sheet(HEADER + row(2, "1", "甲", "x") + FORMULA_ROW + row(4, "3", "丙", more=' hidden="1"'))}
WANTED = [(2, None, ("1", "甲", "x")), (3, None, ("2", "乙", "=")), (4, "hidden_row", ("3", "丙", ""))]


def prefixed(xml: str) -> str:
    spelled = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", xml)
    return spelled.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')


def strict(xml: str) -> str:
    return xml.replace(MAIN, STRICT_MAIN).replace(OFFICE, STRICT_OFFICE)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as Excel": str,
    "prefix": prefixed,
    "single quotes": lambda xml: xml.replace('"', "'"),
    "no references of cells": lambda xml: re.sub(r'<c r="[A-Z]+\d+"', "<c", xml),
    "no references at all": lambda xml: re.sub(r'<(c|row) r="[A-Z]*\d+"', r"<\1", xml),
    "strict": strict,
    "line breaks between attributes": lambda xml: re.sub(r'" (?=[a-z])', '"\n\t', xml),
    "spaces around =": lambda xml: re.sub(r'="', ' = "', xml),
    "hidden as a word": lambda xml: xml.replace('hidden="1"', 'hidden="true"'),
    "zero height": lambda xml: xml.replace('hidden="1"', 'ht="0" customHeight="1"'),
    "formula without its text": lambda xml: xml.replace("<f>1+1</f>", '<f t="shared" si="0"/>'),
    "comment in the cell": lambda xml: xml.replace("<f>", "<!-- <f> --><f>"),
    "mark and declaration": lambda xml: '\ufeff<?xml version="1.0" encoding="UTF-8"?>' + xml,
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_says_the_same(tmp_path: Path, spelling: Callable[[str], str]) -> None:
    parts = GOOD | {SHEET: spelling(str(GOOD[SHEET]))}
    if spelling in (prefixed, strict):
        parts[BOOK] = spelling(PARTS[BOOK]).replace(f'x:xmlns:x="{OFFICE}"', f'xmlns:r="{OFFICE}"')
    assert read_rows(write_book(tmp_path / "b.xlsx", parts)) == WANTED


@pytest.mark.parametrize(
    "names",
    [
        {SHEET: "xl/Worksheets/SHEET1.XML"},
        {name: name.replace("/", "\\") for name in GOOD},
    ],
    ids=["upper case", "backslashes"],
)
def test_names_of_parts_as_calamine_takes_them(tmp_path: Path, names: dict[str, str]) -> None:
    import zipfile

    with zipfile.ZipFile(path := tmp_path / "b.xlsx", "w") as archive:
        for name, content in GOOD.items():
            archive.writestr(names.get(name, name), content)
    assert read_rows(path) == WANTED


def test_an_absolute_path_of_a_sheet(tmp_path: Path) -> None:
    links = PARTS[LINKS].replace("worksheets/", "/xl/worksheets/")
    assert read_rows(write_book(tmp_path / "b.xlsx", GOOD | {LINKS: links})) == WANTED


def test_rows_and_cells_in_any_order(tmp_path: Path) -> None:
    rows = HEADER + FORMULA_ROW + row(2, "1", "甲", "x") + row(4, "3", "丙", more=' hidden="1"')
    assert read_rows(write_book(tmp_path / "b.xlsx", {SHEET: sheet(rows)})) == WANTED


@pytest.mark.parametrize(
    ("formulas", "columns"),
    [
        ('<c r="B2"><f t="array" ref="B2:B3">A2:A3</f><v>1</v></c>', "b"),
        ('<c r="B2"><f t="dataTable" ref="B2:B3" r1="A1"/><v>1</v></c>', "b"),
    ],
    ids=["array", "data table"],
)
def test_a_formula_that_fills_several_cells(tmp_path: Path, formulas: str, columns: str) -> None:
    rows = (
        f'{HEADER}<row r="2">{text("A2", "1")}{formulas}</row><row r="3">{text("A3", "2")}<c r="B3"><v>2</v></c></row>'
    )
    found = read_rows(write_book(tmp_path / "b.xlsx", {SHEET: sheet(rows)}))
    assert [cells for *_, cells in found] == [("1", "=", ""), ("2", "=", "")]


def test_an_f_of_another_vocabulary_is_no_formula(tmp_path: Path) -> None:
    after = '<extLst><ext xmlns:xm="urn:x"><xm:f>A2</xm:f></ext></extLst>'
    rows = HEADER + row(2, "1", "甲", "x")
    assert read_rows(write_book(tmp_path / "b.xlsx", {SHEET: sheet(rows, after=after)})) == WANTED[:1]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"])
def test_an_error_value_arrives_as_its_text(tmp_path: Path, error: str) -> None:
    rows = f'{HEADER}<row r="2">{text("A2", "1")}<c r="C2" t="e"><v>{error}</v></c></row>' + row(3, "2")
    found = read_rows(write_book(tmp_path / "b.xlsx", {SHEET: sheet(rows)}))
    assert [cells for *_, cells in found] == [("1", "", error), ("2", "", "")]


@pytest.mark.parametrize("part", [SHEET, BOOK, LINKS])
def test_a_document_type_is_refused(tmp_path: Path, part: str) -> None:
    parts = GOOD | {part: '<!DOCTYPE x [<!ENTITY e "y">]>' + str(GOOD[part])}
    with pytest.raises(DeliveryError, match="not a workbook"):
        read_rows(write_book(tmp_path / "b.xlsx", parts))


@pytest.mark.parametrize("part", [SHEET, BOOK])
def test_a_part_in_utf_16_is_refused_and_not_read_as_empty(tmp_path: Path, part: str) -> None:
    with pytest.raises(DeliveryError, match=r"XLSX \(UTF-16\)"):
        read_rows(write_book(tmp_path / "b.xlsx", GOOD | {part: str(GOOD[part]).encode("utf-16")}))


KINDS = {
    "value": "<{p}v>1</{p}v>",
    "formula": "<{p}f>1+1</{p}f><{p}v>2</{p}v>",
    "error": "<{p}v>#N/A</{p}v>",
    "none": "",
}
ROWS = st.lists(st.tuples(st.booleans(), st.lists(st.sampled_from(list(KINDS)), max_size=5)), max_size=8)


@given(ROWS, st.sampled_from(["", "x:"]), st.sampled_from("\"'"), st.booleans(), st.integers(1, 40))
def test_marks_of_any_sheet(
    rows: list[tuple[bool, list[str]]], prefix: str, quote: str, with_references: bool, block: int
) -> None:
    xml, wanted = "", SheetMarks()
    for number, (is_hidden, kinds) in enumerate(rows, 1):
        cells = ""
        for column, kind in enumerate(kinds):
            reference = f" r={quote}{'ABCDE'[column]}{number}{quote}" if with_references else ""
            error = f" t={quote}e{quote}" if kind == "error" else ""
            cells += f"<{prefix}c{reference}{error}>{KINDS[kind].format(p=prefix)}</{prefix}c>"
            if kind == "formula":
                wanted.formulas.setdefault(column, []).append(number)
            if kind == "error":
                wanted.errors.setdefault(column, {})[number] = "#N/A"
        if is_hidden and kinds:
            wanted.hidden_rows.add(number)
        hidden = f" hidden={quote}1{quote}" if is_hidden else ""
        xml += f"<{prefix}row{hidden}>{cells}</{prefix}row>"
    scan, content = _SheetScan(), f"<{prefix}sheetData xmlns:x={quote}u{quote}>{xml}</{prefix}sheetData>".encode()
    for start in range(0, len(content), block):
        scan.feed(content[start : start + block])
    scan.feed(b"", is_last=True)
    assert scan.marks == wanted
