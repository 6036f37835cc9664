"""Receipts as workbooks: marked cells, comments, sheets, and content that needs several sheets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.pipelines.answers import (
    FIELDS,
    RANGE,
    RED,
    SENT,
    TWO_SHEETS,
    TYPE,
    YELLOW,
    Issue,
    of_format,
    receipt_file,
    sheets,
)
from tests.pipelines.office import Office
from tests.pipelines.workbooks import comments, fills

pytestmark = pytest.mark.slow


def test_a_workbook_has_a_summary_the_bad_rows_and_a_list(tmp_path: Path) -> None:
    book = sheets(receipt_file(tmp_path, of_format("xlsx"), delivery=replace(SENT, ignored=1)))
    assert list(book) == ["汇总", "问题行", "明细"]
    facts = {str(row[0]): row[1] for row in book["汇总"] if row[0]}
    assert facts["文件"] == SENT.file_name
    assert facts["结论"] == "已接收"
    assert [facts[name] for name in ("读取", "接收", "退回", "未计入")] == [6, 3, 3, 1]
    assert book["汇总"][-5:-1] == [
        ["规则", "列", "级别", "处数", "原因", "建议"],
        ["fields", "", "错误", 1, *FIELDS],
        ["range", "犬只数", "错误", 1, *RANGE],
        ["type", "犬只数", "错误", 1, *TYPE],
    ]
    assert book["明细"][:2] == [
        ["行号", "列", "值（已脱敏）", "规则", "级别", "原因", "建议"],
        [2, "犬只数", "两只", "type", "错误", *TYPE],
    ]
    assert len(book["明细"]) == 6


def test_a_workbook_marks_the_office_s_cells_and_shows_no_others(tmp_path: Path) -> None:
    path = receipt_file(tmp_path, of_format("xlsx"))
    assert sheets(path)["问题行"] == [
        ["行号", "犬牌号", "犬只数", "联系电话"],
        [2, "", "两只", ""],
        [4, "", "99", "******"],
        [5, "", "", ""],
        [7, "", "", "******"],
    ]
    marked = {cell: fill for cell, fill in fills(path, "问题行").items() if fill in (RED, YELLOW)}
    assert marked == {"C2": RED, "C3": RED, "D3": YELLOW, "A4": RED, "D5": YELLOW}
    said = comments(path, "问题行")
    assert said.keys() == marked.keys()
    assert said["C3"] == "错误：数值或日期超出规定范围。核对后更正（1 至 9）"


def test_two_problems_of_one_cell_are_one_mark(tmp_path: Path) -> None:
    issues: list[Issue] = [
        ("", 2, "tag_no", "unique", "warning", "D1"),
        ("", 2, "dogs", "range", "error", "0"),
        ("", 2, "tag_no", "not_null", "error", None),
    ]
    path = receipt_file(tmp_path, of_format("xlsx"), issues)
    assert sheets(path)["问题行"][1:] == [[2, "D1", "0", ""]]
    assert fills(path, "问题行")["B2"] == RED
    assert comments(path, "问题行")["B2"].splitlines() == [
        "提示：与本文件前面的行重复。只保留一行，或更正编号后重新报送",
        "错误：必填项为空。补填后重新报送",
    ]


def test_a_value_that_is_missing_is_an_empty_red_cell(tmp_path: Path) -> None:
    path = receipt_file(tmp_path, of_format("xlsx"), [("", 3, "tag_no", "not_null", "error", None)])
    assert sheets(path)["问题行"][1:] == [[3, "", "", ""]]
    assert fills(path, "问题行")["B2"] == RED


def test_what_is_too_long_for_a_sheet_goes_on_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.receipts.pages.LARGEST", 3)
    book = sheets(receipt_file(tmp_path, of_format("xlsx"), TWO_SHEETS))
    assert list(book) == ["汇总", "甲街道", "甲街道 2", "乙街道", "明细", "明细 2", "明细 3"]
    assert [[row[0] for row in book[name]] for name in ("甲街道", "甲街道 2")] == [["行号", 2, 4], ["行号", 5, 7]]
    assert [row[0] for name in ("明细", "明细 2", "明细 3") for row in book[name][1:]] == [2, 4, 4, 5, 7, 2]
    assert len({tuple(book[name][0]) for name in ("明细", "明细 2", "明细 3")}) == 1


def test_comments_and_sheets_are_capped_and_the_list_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.receipts.marked_rows.COMMENTS", 2)
    monkeypatch.setattr("pipelines.receipts.marked_rows.SHEETS", 1)
    path = receipt_file(tmp_path, of_format("xlsx"), TWO_SHEETS)
    book = sheets(path)
    assert list(book) == ["汇总", "甲街道", "明细"]
    assert list(comments(path, "甲街道")) == ["C2", "C3"]
    assert len(book["明细"]) == 1 + len(TWO_SHEETS)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.text(max_size=40), min_size=1, max_size=6, unique=True))
@pytest.mark.parametrize("shared", ["", "甲" * 31, "明细", "𠮷" * 20])
def test_sheets_have_names_excel_takes(tmp_path: Path, shared: str, names: list[str]) -> None:
    given = [shared + name for name in names]
    issues: list[Issue] = [(sheet, 2, "dogs", "type", "error", "x") for sheet in given]
    found = list(sheets(receipt_file(tmp_path, of_format("xlsx"), issues)))
    assert len({name.lower() for name in found}) == len(found) == len(given) + 2
    for name in found:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")


def test_a_workbook_with_a_password_is_answered_by_a_workbook(office: Office) -> None:
    office.drop(
        "不动产登记_20240301.xlsx",
        bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le") + bytes(504),
    )
    [failed] = office.ingest()
    assert failed.receipt == f"property/{failed.id}.xlsx"
    facts = {row[0]: row[1] for row in office.receipt(failed)}
    assert facts["结论"] == "未能读取"
    assert "密码" in facts["建议"]
