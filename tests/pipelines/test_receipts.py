"""The receipt in each of its forms, read back as its clerk or her program would."""

from __future__ import annotations

import csv
import json
import resource
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from contracts.model import Check, Column, Layout, Table
from pipelines.reasons import Refused
from pipelines.receipts import write_receipt
from tests.pipelines.office import PROPERTY_HEADER, Office, encoding_of, resident, workbook
from tests.pipelines.workbooks import comments, fills
from warehouse.lake import Delivery
from warehouse.settings import Settings

Issue = tuple[str, int, str, str, str, str | None]
COLUMNS = ("sheet", "row_no", "column", "rule", "severity", "value")
FORMULA = tuple("=+-@＝＋－＠\t\r\n")
RED, YELLOW = "FFFFC7CE", "FFFFEB9C"

DOGS = Table(
    "dog",
    "source",
    "1.0.0",
    "养犬登记",
    (
        Column("tag_no", "犬牌号", "犬牌号", "string", checks=(Check("not_null", "tag_no"), Check("unique", "tag_no"))),
        Column("dogs", "犬只数", "犬只数", "integer", checks=(Check("range", "dogs", {"min": 1, "max": 9}),)),
        Column("phone", "联系电话", "联系电话", "string", classification="sensitive", token="phone"),
    ),
    "dog.odcs.yaml",
    "digest",
    layout=Layout("csv", ".*"),
)
SENT = Delivery(
    id="0123456789abcdef",
    sha256="0123456789abcdef" * 4,
    table="dog",
    file_name="养犬登记_20240301.csv",
    size=1,
    delivered_on=date(2024, 3, 1),
    received_at=datetime(2024, 3, 1, 20, 30, tzinfo=UTC),
    contract_digest="",
    status="accepted",
    read=6,
    accepted=3,
    rejected=3,
)
ISSUES: list[Issue] = [
    ("", 2, "dogs", "type", "error", "两只"),
    ("", 4, "dogs", "range", "error", "99"),
    ("", 4, "phone", "phone_length", "warning", "******"),
    ("", 5, "", "fields", "error", None),
    ("", 7, "phone", "phone_length", "warning", "******"),
]
TWO_SHEETS = [("甲街道", *issue[1:]) for issue in ISSUES] + [("乙街道", *issue[1:]) for issue in ISSUES[:1]]


def of_format(name: str, **layout: str) -> Table:
    return replace(DOGS, layout=Layout(name, ".*", **layout))  # type: ignore[arg-type]


def written(
    home: Path,
    table: Table | None = DOGS,
    issues: Sequence[Issue] = ISSUES,
    delivery: Delivery = SENT,
    refused: Refused | None = None,
    encoding: str = "utf-8-sig",
) -> Path:
    """The receipt's file for these issues."""
    hub = Settings(home=home)
    home.mkdir(exist_ok=True)
    path = home / "issues.parquet"
    pl.DataFrame(issues, schema=COLUMNS, orient="row", infer_schema_length=None).cast(
        {name: pl.String for name in COLUMNS if name != "row_no"}
    ).write_parquet(path)
    return hub.receipts / write_receipt(hub, delivery, table, refused, path if issues else None, {}, encoding)


def csv_lines(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding=encoding_of(path), newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def sheets(path: Path) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def json_lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


PHONE = ("电话号码位数不对", "手机号11位；固定电话请加区号")
RANGE = ("数值或日期超出规定范围", "核对后更正（1 至 9）")
TYPE = ("不是整数", "只填阿拉伯数字，不带单位")
FIELDS = ("该行的列数与表头不一致，或引号未成对", "检查该行是否多写或少写了分隔符、引号，更正后重新报送")


def test_a_csv_says_what_became_of_the_file_and_of_each_bad_row(tmp_path: Path) -> None:
    path = written(tmp_path)
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
    path = written(tmp_path, of_format("csv", delimiter="\t"), delivery=delivery, encoding=encoding)
    assert path.read_bytes().decode(answered).startswith(f"{mark}文件\t㐂𠮷.csv\t")
    assert len(csv_lines(path, "\t")) == 15


def test_a_workbook_has_a_summary_the_bad_rows_and_a_list(tmp_path: Path) -> None:
    book = sheets(written(tmp_path, of_format("xlsx"), delivery=replace(SENT, ignored=1)))
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
    path = written(tmp_path, of_format("xlsx"))
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
    path = written(tmp_path, of_format("xlsx"), issues)
    assert sheets(path)["问题行"][1:] == [[2, "D1", "0", ""]]
    assert fills(path, "问题行")["B2"] == RED
    assert comments(path, "问题行")["B2"].splitlines() == [
        "提示：与本文件前面的行重复。只保留一行，或更正编号后重新报送",
        "错误：必填项为空。补填后重新报送",
    ]


def test_a_value_that_is_missing_is_an_empty_red_cell(tmp_path: Path) -> None:
    path = written(tmp_path, of_format("xlsx"), [("", 3, "tag_no", "not_null", "error", None)])
    assert sheets(path)["问题行"][1:] == [[3, "", "", ""]]
    assert fills(path, "问题行")["B2"] == RED


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_sheets_are_told_apart_where_there_are_several(tmp_path: Path, form: str) -> None:
    path = written(tmp_path, of_format(form), TWO_SHEETS)
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
    path = written(tmp_path, of_format("jsonl"), delivery=replace(SENT, correction=True))
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
    lines = csv_lines(written(tmp_path, issues=[], delivery=replace(SENT, correction=True, ignored=2)))
    assert lines[1] == ["读取", "6", "接收", "3", "退回", "3", "未计入", "2"]
    assert lines[2][0] == "更正"


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("名单.xlsx", ".xlsx"), ("名单.XLS", ".xlsx"), ("名单.et", ".xlsx"), ("名单.csv", ".csv"), ("名单", ".csv")],
)
def test_a_file_no_contract_knows_is_answered_as_its_name_ends(tmp_path: Path, name: str, suffix: str) -> None:
    delivery = replace(SENT, table="_unknown", file_name=name, status="failed", read=0, accepted=0, rejected=0)
    path = written(tmp_path, None, [], delivery, Refused("no_contract", name))
    assert path == tmp_path / "receipts" / "_unknown" / f"{SENT.id}{suffix}"
    lines = csv_lines(path) if suffix == ".csv" else sheets(path)["汇总"]
    flat = [cell for line in lines for cell in line]
    assert {"未能读取", "文件名不在约定之内"} <= set(flat)


def test_a_parquet_file_is_answered_in_csv(tmp_path: Path) -> None:
    path = written(tmp_path, of_format("parquet", delimiter=";"), encoding="gb18030")
    assert (path.suffix, encoding_of(path)) == (".csv", "utf-8-sig")
    assert csv_lines(path)[1] == ["读取", "6", "接收", "3", "退回", "3"]


def test_an_older_receipt_in_another_form_goes(tmp_path: Path) -> None:
    for form in ("csv", "xlsx", "jsonl", "csv"):
        path = written(tmp_path, of_format(form))
        assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_the_same_delivery_gives_the_same_bytes(tmp_path: Path, form: str) -> None:
    first = written(tmp_path / "a", of_format(form), TWO_SHEETS).read_bytes()
    assert written(tmp_path / "b", of_format(form), TWO_SHEETS).read_bytes() == first


def test_what_is_too_long_for_a_sheet_goes_on_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.receipts.pages.LARGEST", 3)
    book = sheets(written(tmp_path, of_format("xlsx"), TWO_SHEETS))
    assert list(book) == ["汇总", "甲街道", "甲街道 2", "乙街道", "明细", "明细 2", "明细 3"]
    assert [[row[0] for row in book[name]] for name in ("甲街道", "甲街道 2")] == [["行号", 2, 4], ["行号", 5, 7]]
    assert [row[0] for name in ("明细", "明细 2", "明细 3") for row in book[name][1:]] == [2, 4, 4, 5, 7, 2]
    assert len({tuple(book[name][0]) for name in ("明细", "明细 2", "明细 3")}) == 1


def test_comments_and_sheets_are_capped_and_the_list_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.receipts.marks.COMMENTS", 2)
    monkeypatch.setattr("pipelines.receipts.marks.SHEETS", 1)
    path = written(tmp_path, of_format("xlsx"), TWO_SHEETS)
    book = sheets(path)
    assert list(book) == ["汇总", "甲街道", "明细"]
    assert list(comments(path, "甲街道")) == ["C2", "C3"]
    assert len(book["明细"]) == 1 + len(TWO_SHEETS)


words = st.text(st.sampled_from("=+-@＝＋－＠'\t\r\n ,;\"<>&_x0041\x00\x0b\ufffe\uffff甲a[]:*?/\\"), max_size=8)
tagged = st.one_of(words, words.map(lambda text: f"<r>{text}</r>"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=tagged, column=tagged, names=st.lists(tagged, min_size=2, max_size=4), value=tagged)
def test_no_cell_is_a_formula(tmp_path: Path, name: str, column: str, names: list[str], value: str) -> None:
    delivery = replace(SENT, file_name=name, unknown_columns=(column,))
    table = replace(DOGS, columns=(DOGS.columns[0], replace(DOGS.columns[1], physical_name=column or "数")))
    issues: list[Issue] = [(sheet, 2, "dogs", "type", "error", value) for sheet in names]
    for form in ("csv", "xlsx", "jsonl"):
        path = written(tmp_path, replace(table, layout=Layout(form, ".*")), issues, delivery)  # type: ignore[arg-type]
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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.text(max_size=40), min_size=1, max_size=6, unique=True))
@pytest.mark.parametrize("shared", ["", "甲" * 31, "明细", "𠮷" * 20])
def test_sheets_have_names_excel_takes(tmp_path: Path, shared: str, names: list[str]) -> None:
    given = [shared + name for name in names]
    issues: list[Issue] = [(sheet, 2, "dogs", "type", "error", "x") for sheet in given]
    found = list(sheets(written(tmp_path, of_format("xlsx"), issues)))
    assert len({name.lower() for name in found}) == len(found) == len(given) + 2
    for name in found:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")


def test_a_full_disk_leaves_the_old_receipt(tmp_path: Path) -> None:
    path = written(tmp_path, of_format("xlsx"))
    before, limit = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    issues: list[Issue] = [("", row, "dogs", "type", "error", "x") for row in range(2, 200)]
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limit[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            written(tmp_path, of_format("xlsx"), issues)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == before


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
    assert len({line[0] for line in office.told(delivery)}) == int(rejected)
