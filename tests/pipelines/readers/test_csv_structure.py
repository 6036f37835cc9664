"""Lines that are not quite records: what is whole, what goes back, and what is only another way to write."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.layout import Layout
from contracts.model import Column, Table
from pipelines.ingest.refusals import Refusal
from pipelines.readers import READERS
from pipelines.readers.fragments import fragments
from pipelines.readers.records import RecordShape

COLUMNS = (
    Column("tag", "编号", "编号", "string", required=True, primary_key=True),
    Column("unit", "单位", "单位", "string", required=True),
    Column("said", "内容", "内容", "string"),
    Column("answer", "结果", "结果", "string"),
    Column("note", "备注", "备注", "string"),
)
TABLE = Table("t", "source", "1", "t", COLUMNS, "t", "d", layout=Layout(format="csv", file_pattern="t"))
HEADER = "编号,单位,内容,结果,备注\n"
BACK = "fields"


def rows(folder: Path, text: str, table: Table = TABLE) -> list[str]:
    """The cells of each row, delimited by |, or its mark."""
    path = folder / "file"
    path.write_bytes(text.encode())
    found: list[str] = []
    for batch in READERS["csv"](path, table):
        found += [batch.marks.get(i, "|".join(row)) for i, row in enumerate(batch.frame.fill_null("").rows())]
    return found


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # Excel leaves off the delimiters of empty last fields; required ones must be there
        ("1,a,b,c,d\n2,a\n3,a,b\n4,a,b,c\n", ["1|a|b|c|d", "2|a|||", "3|a|b||", "4|a|b|c|"]),
        ("1,a,b,c,d\n2\n", ["1|a|b|c|d", BACK]),
        ('1,a,"b,x"\n2,a,b,c,d\n', ["1|a|b,x||", "2|a|b|c|d"]),
        ("1,a,b\n" * 16, ["1|a|b||"] * 16),
        # a comma too many in a text: the empty last field hides it
        ("1,a,b,c,\n2,a,b,x,c,\n3,a,b,c,d\n", ["1|a|b|c|", BACK, "3|a|b|c|d"]),
        ("1,a,b,x,c,\n", [BACK]),
        ("1,a,b,c,d,e\n2,a,b,c,d\n", [BACK, "2|a|b|c|d"]),
        # every line but the header ends in a delimiter
        ("1,a,b,c,d,\n2,a,b,c,,\n3,a,b,c,d,\n", ["1|a|b|c|d", "2|a|b|c|", "3|a|b|c|d"]),
        ("1,a,b,x,c,,\n" + "2,a,b,c,d,\n" * 9, [BACK] + ["2|a|b|c|d"] * 9),
        # blank rows have as many delimiters as they like
        (",,\n,,,,,,,\n , ,\n1,a,b,c,d\n", ["||||", "||||", "||||", "1|a|b|c|d"]),
        # a line break in a text without quotes makes two short lines, of which neither is a record
        ("1,a,b,c,d\n2,a,left\nbehind,c,d\n3,a,b,c,d\n", ["1|a|b|c|d", BACK, BACK, "3|a|b|c|d"]),
        ("1,a,b,c,d\n2,a,le\nft\nbehind,c,d\n", ["1|a|b|c|d", BACK, BACK, BACK]),
        # MySQL: the line is a record if \ escapes, and none otherwise
        ('1,a,"he said \\"x\\", twice",c,\n', ['1|a|he said "x", twice|c|']),
        ("1,a,b\\,x,c,\\N\n", ["1|a|b,x|c|"]),
        ('1,a,"b\\"\\\nx",c,d\n2,a,b,c,d\n', ['1|a|b"\nx|c|d', "2|a|b|c|d"]),
        ("1,a,b\\\nx,c,d\n2,a,b,c,d\n", ["1|a|b\nx|c|d", "2|a|b|c|d"]),
        # a backslash that escapes nothing is a character
        ('1,a,"C:\\",c,d\n2,a,C:\\x,c,d\n', ["1|a|C:\\|c|d", "2|a|C:\\x|c|d"]),
        # only \n, \r and \r\n end a line
        ("1,a,b\x85\u2028\x0b\x0cx,c,d\n", ["1|a|b\x85\u2028\x0b\x0cx|c|d"]),
        ("1,a,b,c,d\r2,a,b,c,\r", ["1|a|b|c|d", "2|a|b|c|"]),
        # quotes
        ('1,a,"b,c,d\n', [BACK]),
        ('1,a,6"管,c,d\n2,a,b"x"y,c,d\n', ['1|a|6"管|c|d', '2|a|b"x"y|c|d']),
        # the end of a file of DOS, with its padding; padding alone is told
        ("1,a,b,c,d\n\x1a", ["1|a|b|c|d"]),
        ("1,a,b,c,d\x1a\0\0\0", ["1|a|b|c|d"]),
        ("1,a,b,c,d\n\0\0\0\0", ["1|a|b|c|d", "nul"]),
    ],
)  # fmt: skip
def test_lines_that_are_not_quite_records(tmp_path: Path, lines: str, expected: list[object]) -> None:
    assert rows(tmp_path, HEADER + lines) == expected


@pytest.mark.parametrize("header", ["编号,单位,内容,结果,备注,\n", "编号,单位,内容,结果,备注,,\n"])
def test_a_header_that_ends_in_a_delimiter(tmp_path: Path, header: str) -> None:
    line = "1|a|b|c|d"
    assert rows(tmp_path, header + "1,a,b,c,d\n" * 3) == [line] * 3
    assert rows(tmp_path, header + "1,a,b,c,d,\n" * 3) == [line] * 3
    shifted = rows(tmp_path, header + "1,a,b,c,d\n" * 30 + "1,a,b,x,c,\n")
    assert shifted == [*[line] * 30, BACK]


def test_a_delimiter_that_half_a_character_swallows_is_not_left_off(tmp_path: Path) -> None:
    piped = replace(TABLE, layout=Layout(format="csv", file_pattern="t", delimiter="|"))
    path = tmp_path / "file"
    lines = ["编号|单位|内容|结果|备注", "1|柳港园|漏水|已修|", "2|柳港园|漏\N{CJK UNIFIED IDEOGRAPH-6C34}|已修|"]
    text = "\n".join(lines).encode("gb18030")
    half = text[: text.rindex("|已".encode("gb18030")) - 1] + text[text.rindex("|已".encode("gb18030")) :]
    path.write_bytes(half)
    [batch] = READERS["csv"](path, piped)
    assert list(batch.marks) == [1]


@pytest.mark.parametrize(
    ("text", "rule", "told"),
    [
        (HEADER.replace(",", ";") + "1;a;b;c;d\n", "delimiter", "“;”"),
        (HEADER.replace(",", "\t") + "1\ta\tb\tc\td\n", "delimiter", "“Tab”"),
        (HEADER.replace(",", "|") + "1|a|b|c|d\n", "delimiter", "“|”"),
        (HEADER.replace(",", "，") + "1，a，b，c，d\n", "delimiter", "“，”"),
        ("sep=;\n" + HEADER.replace(",", ";") + "1;a;b;c;d\n", "delimiter", "“;”"),
        ("编号;单位;内容\n1;a;b\n", "delimiter", "“;”"),
        ("编号,单位,内容\n1,a,b\n", "missing_column", "结果、备注"),
        ("", "empty", "空"),
        (",,,,\n,,,,\n", "empty", "空"),
    ],
)
def test_a_header_that_does_not_fit_says_why(tmp_path: Path, text: str, rule: str, told: str) -> None:
    with pytest.raises(Refusal) as refused:
        rows(tmp_path, text)
    assert refused.value.rule == rule
    assert told in refused.value.for_clerk()[0]


@pytest.mark.parametrize("line", ["sep=,\n", '"sep=,"\r\n', "SEP=,\n"])
def test_a_line_for_excel_is_no_row(tmp_path: Path, line: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(("\ufeff" + line + HEADER + "1,a,b,c,d\n").encode())
    [batch] = READERS["csv"](path, TABLE)
    assert (batch.first_row, batch.frame.rows()) == (2, [("1", "a", "b", "c", "d")])


@pytest.mark.parametrize("names", ["\ufeff编号,单位", "编\u200b号,单位", "编号\u00ad,单\u2060位"])
def test_invisible_characters_in_a_header_are_told(tmp_path: Path, names: str) -> None:
    path = tmp_path / "file"
    path.write_bytes((names + ",内容,结果,备注\n1,a,b,c,d\n").encode("utf-8-sig"))
    [batch] = READERS["csv"](path, TABLE)
    assert batch.frame.rows() == [("1", "a", "b", "c", "d")]
    assert {column for column, _ in batch.header_notes} <= {"tag", "unit"}
    assert all(shown.startswith("U+") for _, shown in batch.header_notes)
    assert batch.header_notes


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({}, set()),
        ({3: 3}, set()),
        ({3: 3, 4: 3}, {3, 4}),
        ({3: 3, 5: 3}, set()),
        ({3: 2, 4: 4}, {3, 4}),
        ({3: 3, 4: 3, 5: 3}, set()),
        ({3: 3, 4: 3, 5: 3, 6: 7}, set()),
        ({1: 2, 2: 1, 3: 1, 4: 4}, {1, 2, 3, 4}),
        ({1: 4, 2: 1}, set()),
    ],
)
def test_neighbours_that_make_one_record(sizes: dict[int, int], expected: set[int]) -> None:
    assert fragments(sizes, 5) == expected


cells = st.text(st.sampled_from('a,"\\\n龘 '), max_size=8)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_is_written_by_rfc_4180_is_read_back(written: list[list[str]]) -> None:
    """However many backslashes, quotes and line breaks there are: no other reading comes before it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(written)
    shape = RecordShape(",", 3, 0, 3)
    split = shape.split(text.getvalue().removesuffix("\n").split("\n"), at_end=True)
    assert not split.malformed
    assert shape.parse(split.records, "f").fill_null("").rows() == list(map(tuple, written))
