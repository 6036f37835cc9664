"""Faults of text files, from the file to its receipt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pipelines.hostile import LINE, NAMES
from tests.pipelines.mutants import narrow
from tests.pipelines.office import RESIDENT_HEADER, Office, csv_text, resident

NAME = "人口信息_20240301.csv"
ROWS = [resident(1), resident(2)]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_header_s_invisible_characters_are_told_and_change_nothing(office: Office) -> None:
    office.drop(NAME, csv_text(ROWS, ["\ufeff" + RESIDENT_HEADER[0], *RESIDENT_HEADER[1:]]), "utf-8-sig")
    [delivery] = office.ingest()
    assert (delivery.status, delivery.accepted, delivery.warnings) == ("accepted", 2, {"header": 1})
    [line] = office.receipt_lines(delivery)
    assert line[:5] == ["1", "人员编号", "U+FEFF", "header", "提示"]
    assert delivery.unknown_columns == ()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_second_header_and_a_sum_are_no_people(office: Office, encoding: str) -> None:
    total = ["合 计：2", *[""] * (len(RESIDENT_HEADER) - 1)]
    office.drop(NAME, csv_text([ROWS[0], RESIDENT_HEADER, ROWS[1], total]), encoding)
    [delivery] = office.ingest()
    assert (delivery.read, delivery.accepted, delivery.by_rule) == (4, 2, {"no_record": 2})
    assert [line[:2] + line[3:5] for line in office.receipt_lines(delivery)] == [
        ["3", "", "no_record", "错误"],
        ["5", "", "no_record", "错误"],
    ]


def test_fields_that_excel_left_off_are_empty(office: Office) -> None:
    short = csv_text(ROWS).replace(",,\r\n", "\r\n")
    assert short.count(",") < csv_text(ROWS).count(",")
    office.drop(NAME, short)
    [delivery] = office.ingest()
    assert (delivery.read, delivery.accepted) == (2, 2)


def test_a_row_with_a_delimiter_too_many_goes_back_with_both_numbers(office: Office) -> None:
    content = csv_text([resident(n) for n in range(1, 9)]).replace("柳港园", "柳,港园", 1)
    office.drop(NAME, content)
    [delivery] = office.ingest()
    assert (delivery.read, delivery.accepted, delivery.by_rule) == (8, 7, {"fields": 1})
    width = len(RESIDENT_HEADER)
    assert office.receipt_lines(delivery)[0][:4] == ["2", "", f"{width + 1}列，表头{width}列", "fields"]


def test_another_delimiter_is_named_and_waits_for_an_answer(office: Office) -> None:
    office.drop(NAME, csv_text(ROWS).replace(",", ";"))
    [delivery] = office.ingest()
    assert (delivery.status, delivery.read) == ("held", 0)
    assert "“;”" in delivery.told


def test_a_bad_byte_in_json_is_told_in_json(tmp_path: Path) -> None:
    office = Office(tmp_path, narrow())
    good, bad = json.dumps(LINE).encode(), json.dumps(LINE | {"人员编号": "R2?"}).encode().replace(b"?", b"\xff")
    office.drop(NAMES["jsonl"], good + b"\n" + bad)
    [delivery] = office.ingest()
    assert (delivery.read, delivery.accepted, delivery.by_rule) == (2, 1, {"encoding": 1})
    lines = map(json.loads, office.receipt_path(delivery).read_bytes().splitlines())
    [issue] = [line for line in lines if line.get("rule") == "encoding"]
    place = len(good) + 1 + bad.index(0xFF) + 1
    assert (issue["row_no"], issue["column"], issue["value"]) == (2, "人员编号", f"第{place}字节")


def test_a_workbook_under_the_name_of_a_text_file_and_the_other_way_round(office: Office) -> None:
    office.drop(NAME, b"PK\3\4" + bytes(26) + b"xl/workbook.xml")
    office.drop("不动产登记_20240301.xlsx", csv_text(ROWS))
    told = {delivery.file_name: delivery.told for delivery in office.ingest()}
    assert told[NAME] == "文件内容是 XLSX，约定的是CSV"
    assert told["不动产登记_20240301.xlsx"] == "文件内容是 CSV/TXT，约定的是XLSX"
