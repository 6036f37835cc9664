"""Receipts in every form: the result of a file and of each bad row."""

from __future__ import annotations

import resource
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.layout import Layout
from pipelines.ingest.refusals import Refusal
from tests.pipelines.answers import (
    DOGS,
    FIELDS,
    FORMULA,
    PHONE,
    RANGE,
    SENT,
    TWO_SHEETS,
    TYPE,
    Issue,
    csv_lines,
    json_lines,
    of_format,
    receipt_file,
    sheets,
)
from tests.pipelines.office import PROPERTY_HEADER, Office, encoding_of, resident, workbook


def test_a_csv_says_what_became_of_the_file_and_of_each_bad_row(tmp_path: Path) -> None:
    path = receipt_file(tmp_path)
    assert path == tmp_path / "receipts" / "dog" / f"{SENT.id}.csv"
    assert csv_lines(path) == [
        ["文件", "养犬登记_20240301.csv", "批次", SENT.id, "结论", "已接收"],
        ["读取", "6", "接收", "3", "退回", "3"],
        [],
        ["规则", "列", "级别", "处数", "原因", "建议"],
        ["fields", "", "错误", "1", *FIELDS],
        ["range", "犬只数", "错误", "1", *RANGE],
        ["type", "犬只数", "错误", "1", *TYPE],
        ["phone_length", "联系电话", "提示", "2", *PHONE],
        [],
        ["行号", "列", "值（已脱敏）", "规则", "级别", "原因", "建议"],
        ["2", "犬只数", "两只", "type", "错误", *TYPE],
        ["4", "犬只数", "99", "range", "错误", *RANGE],
        ["4", "联系电话", "******", "phone_length", "提示", *PHONE],
        ["5", "", "", "fields", "错误", *FIELDS],
        ["7", "联系电话", "******", "phone_length", "提示", *PHONE],
    ]


@pytest.mark.parametrize(
    ("encoding", "answered", "mark"),
    [
        ("", "utf-8", "\ufeff"),
        ("utf-8", "utf-8", "\ufeff"),
        ("utf-8-sig", "utf-8", "\ufeff"),
        ("gb18030", "gb18030", ""),
        ("GBK", "gb18030", ""),
        ("utf-16", "utf-16-le", "\ufeff"),
        ("utf-16-le", "utf-16-le", "\ufeff"),
        ("utf-16-be", "utf-16-be", "\ufeff"),
        ("latin-1", "utf-8", "\ufeff"),
        ("big5", "utf-8", "\ufeff"),
    ],
)
def test_a_csv_comes_in_the_encoding_and_delimiter_of_the_file(
    tmp_path: Path, encoding: str, answered: str, mark: str
) -> None:
    delivery = replace(SENT, file_name="㐂𠮷.csv")  # no GBK has these
    path = receipt_file(tmp_path, of_format("csv", delimiter="\t"), delivery=delivery, encoding=encoding)
    assert path.read_bytes().decode(answered).startswith(f"{mark}文件\t㐂𠮷.csv\t")
    assert len(csv_lines(path, "\t")) == 15


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_sheets_are_told_apart_where_there_are_several(tmp_path: Path, form: str) -> None:
    path = receipt_file(tmp_path, of_format(form), TWO_SHEETS)
    if form == "jsonl":
        assert {line["sheet"] for line in json_lines(path)[1:]} == {"甲街道", "乙街道"}
    elif form == "csv":
        assert csv_lines(path)[-1][:3] == ["2", "乙街道", "犬只数"]
    else:
        book = sheets(path)
        assert list(book) == ["汇总", "甲街道", "乙街道", "明细"]
        assert [row[0] for row in book["甲街道"]] == ["行号", 2, 4, 5, 7]
        assert [row[0] for row in book["乙街道"]] == ["行号", 2]
        assert book["明细"][-1][:3] == [2, "乙街道", "犬只数"]


def test_json_lines_are_a_summary_and_an_object_for_each_problem(tmp_path: Path) -> None:
    path = receipt_file(tmp_path, of_format("jsonl"), delivery=replace(SENT, correction=True))
    assert path.suffix == ".jsonl"
    summary, first, *rest = json_lines(path)
    assert (summary["delivery"], summary["status"], summary["correction"]) == (SENT.id, "accepted", True)
    assert (summary["read"], summary["accepted"], summary["rejected"], summary["ignored"]) == (6, 3, 3, 0)
    reason, advice = PHONE
    assert summary["by_rule"][-1] == {  # type: ignore[index]
        "rule": "phone_length",
        "column": "联系电话",
        "severity": "warning",
        "count": 2,
        "reason": reason,
        "advice": advice,
    }
    assert first == {
        "row_no": 2,
        "column": "犬只数",
        "value": "两只",
        "rule": "type",
        "severity": "error",
        "reason": TYPE[0],
        "advice": TYPE[1],
    }
    assert len(rest) == 4


def test_a_correction_and_rows_that_do_not_count_are_said(tmp_path: Path) -> None:
    lines = csv_lines(receipt_file(tmp_path, issues=[], delivery=replace(SENT, correction=True, ignored=2)))
    assert lines[1] == ["读取", "6", "接收", "3", "退回", "3", "未计入", "2"]
    assert lines[2][0] == "更正"


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("名单.xlsx", ".xlsx"), ("名单.XLS", ".xlsx"), ("名单.et", ".xlsx"), ("名单.csv", ".csv"), ("名单", ".csv")],
)
def test_a_file_no_contract_knows_is_answered_as_its_name_ends(tmp_path: Path, name: str, suffix: str) -> None:
    delivery = replace(SENT, table="_unknown", file_name=name, status="failed", read=0, accepted=0, rejected=0)
    path = receipt_file(tmp_path, None, [], delivery, Refusal("no_contract", name))
    assert path == tmp_path / "receipts" / "_unknown" / f"{SENT.id}{suffix}"
    lines = csv_lines(path) if suffix == ".csv" else sheets(path)["汇总"]
    flat = [cell for line in lines for cell in line]
    assert {"未能读取", "文件名不在约定之内"} <= set(flat)


def test_a_parquet_file_is_answered_in_csv(tmp_path: Path) -> None:
    path = receipt_file(tmp_path, of_format("parquet", delimiter=";"), encoding="gb18030")
    assert (path.suffix, encoding_of(path)) == (".csv", "utf-8-sig")
    assert csv_lines(path)[1] == ["读取", "6", "接收", "3", "退回", "3"]


def test_an_older_receipt_in_another_form_goes(tmp_path: Path) -> None:
    for form in ("csv", "xlsx", "jsonl", "csv"):
        path = receipt_file(tmp_path, of_format(form))
        assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_the_same_delivery_gives_the_same_bytes(tmp_path: Path, form: str) -> None:
    first = receipt_file(tmp_path / "a", of_format(form), TWO_SHEETS).read_bytes()
    assert receipt_file(tmp_path / "b", of_format(form), TWO_SHEETS).read_bytes() == first


words = st.text(st.sampled_from("=+-@＝＋－＠'\t\r\n ,;\"<>&_x0041\x00\x0b\ufffe\uffff甲a[]:*?/\\"), max_size=8)
tagged = st.one_of(words, words.map(lambda text: f"<r>{text}</r>"))


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=tagged, column=tagged, names=st.lists(tagged, min_size=2, max_size=4), value=tagged)
def test_no_cell_is_a_formula(tmp_path: Path, name: str, column: str, names: list[str], value: str) -> None:
    delivery = replace(SENT, file_name=name, unknown_columns=(column,))
    table = replace(DOGS, columns=(DOGS.columns[0], replace(DOGS.columns[1], physical_name=column or "数")))
    issues: list[Issue] = [(sheet, 2, "dogs", "type", "error", value) for sheet in names]
    for form in ("csv", "xlsx", "jsonl"):
        path = receipt_file(tmp_path, replace(table, layout=Layout(format=form, file_pattern=".*")), issues, delivery)  # type: ignore[arg-type]
        cells: list[object]
        if form == "csv":
            cells = [cell for line in csv_lines(path) for cell in line]
        elif form == "jsonl":
            summary, *lines = json_lines(path)
            cells = [summary["file"], summary["unknown_columns"][0]]  # type: ignore[index]
            cells += [cell for line in lines for cell in line.values()]
        else:
            cells = [cell for rows in sheets(path).values() for row in rows for cell in row]
            cells += sheets(path)
        assert not [cell for cell in cells if isinstance(cell, str) and cell.startswith(FORMULA)]
        assert cells.count("type") + cells.count("错误") >= len(names)


def test_a_full_disk_leaves_the_old_receipt(tmp_path: Path) -> None:
    path = receipt_file(tmp_path, of_format("xlsx"))
    before, limit = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    issues: list[Issue] = [("", row, "dogs", "type", "error", "x") for row in range(2, 200)]
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limit[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            receipt_file(tmp_path, of_format("xlsx"), issues)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == before


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_read_is_accepted_plus_rejected_in_every_receipt(office: Office, form: str) -> None:
    if form == "csv":
        delivery = office.receive([resident(1), resident(2, sex="?")])
        _, read, _, accepted, _, rejected = office.receipt(delivery)[1]
    else:
        path = office.drop("不动产登记_20240301.xlsx", b"")
        workbook(path, {"甲": [["不动产登记表"], PROPERTY_HEADER, ["T1"], ["T2"]]})
        [delivery] = office.ingest()
        facts = {row[0]: row[1] for row in office.receipt(delivery)}
        read, accepted, rejected = facts["读取"], facts["接收"], facts["退回"]
    assert office.receipt_path(delivery).suffix == f".{form}"
    assert int(read) == int(accepted) + int(rejected) == 2
    assert len({line[0] for line in office.receipt_lines(delivery)}) == int(rejected)
