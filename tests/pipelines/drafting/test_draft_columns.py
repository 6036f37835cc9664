"""Drafted columns: types, keys, ranges, lists, and personal data."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from contracts.load import lint
from pipelines.drafting.column_profile import ColumnProfile
from pipelines.drafting.dates import has_day_to_come
from pipelines.drafting.personal import about
from tests.pipelines.drafting.drafts import (
    HEADER,
    ROWS,
    column,
    draft_samples,
    draft_text,
    fill_in,
    write_rows,
    write_sample,
)
from tests.pipelines.office import id_no


@pytest.mark.parametrize(
    ("values", "kind", "formats"),
    [
        (
            ["2024/3/1", "2024-03-01", "20240301", "2024年3月1日"],
            "date",
            {"%Y/%m/%d", "%Y-%m-%d", "%Y%m%d", "%Y年%m月%d日"},
        ),
        (["01/02/2024 03:04:05 PM", "12/31/2023 11:00:00 AM"], "timestamp", {"%m/%d/%Y %I:%M:%S %p"}),
        (["13/02/2024", "01/02/2024"], "date", {"%d/%m/%Y"}),
        (["2024-01-01 08:00", "2024-01-01"], "timestamp", {"%Y-%m-%d %H:%M", "%Y-%m-%d"}),
        (["1", "20", "-3"], "integer", set()),
        (["1.5", "2"], "number", set()),
        (["007", "12"], "string", set()),
        (["1402130000", "1402130001"], "string", set()),
        (["是", "否"], "boolean", set()),
        (["是", "是"], "string", set()),
        (["Y", "Y", None], "string", set()),
        (["１２", "7"], "integer", set()),
        (["0000-00-00", "9999-99-99"], "string", set()),
        ([None, None], "string", set()),
    ],
)
def test_types_and_spellings(values: list[str | None], kind: str, formats: set[str]) -> None:
    found = ColumnProfile(pl.Series("x", values, dtype=pl.String)).kind
    assert (found.logical_type, set(found.formats)) == (kind, formats)


@pytest.mark.parametrize(
    ("header", "values", "kind"),
    [
        ("身份证号", ["x"], "id_no"),
        ("证件类型", ["x"], None),
        ("字段一", [id_no(n) for n in range(9)], "id_no"),
        ("联系人电话", [], "phone"),
        ("字段二", [f"154-{n:04d}-0000" for n in range(9)], "phone"),
        ("与户主关系", ["子"], "attribute"),
        ("网格员", [], "name"),
        ("字段三", ["王小测", "李测", "张三测"], "name"),
        ("字段四", ["某区测试街道测试苑1号楼2单元301室"], "address"),
        ("出生日期", ["1990-01-01"], "birth_date"),
        ("办理情况", [], "text"),
        ("First Name", [], "name"),
        ("Incident Address", [], "address"),
        ("Address Type", [], None),
        ("Owner Name", [], "name"),
        ("Agency Name", [], None),
        ("Street Name", [], "place"),
        ("Cross Street 1", [], "place"),
        ("location", [], "place"),
        ("location_zipcode", [], None),
        ("Latitude", ["40.5"], "place"),
        ("经度", ["113.3"], "place"),
        ("lon", [], "place"),
        ("Contact Phone", [], "phone"),
        ("email_address", [], "secret"),
        ("birthDate", [], "birth_date"),
        ("closure_reason", [], "text"),
        ("Resolution Description", [], "text"),
        ("Resolution Action Updated Date", [], None),
        ("数量", ["1"], None),
        ("登记日期", ["2024-03-01"], None),
    ],
)
def test_columns_about_people(header: str, values: list[str], kind: str | None) -> None:
    assert about(ColumnProfile(pl.Series(header, values, dtype=pl.String))) == kind


@pytest.mark.parametrize(
    ("days", "to_come"), [(["2024-03-01", "2023-01-01"], False), (["2024-03-01", "2024-03-02"], True), ([], False)]
)
def test_a_sample_with_days_to_come_says_so(days: list[str], to_come: bool) -> None:
    texts = pl.Series("有效期至", days, dtype=pl.String)
    assert has_day_to_come(("%Y-%m-%d",), texts, date(2024, 3, 1)) == to_come


def test_a_draft_accepts_the_days_to_come_of_its_sample(tmp_path: Path) -> None:
    rows = [[f"{n:06d}", "2099-12-31"] for n in range(20)]
    text = draft_text(write_rows(tmp_path / "证照_20240301.csv", [["证照编号", "有效期至"], *rows]))
    assert {"property": "future", "value": True} in column(text, "有效期至")["customProperties"]


def test_what_a_contract_says_of_its_columns(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "工单_20240301.csv", [HEADER, *ROWS])
    text = draft_text(path)
    assert column(text, "工单编号") == {
        "name": "ticket_no",
        "physicalName": "工单编号",
        "businessName": "工单编号",
        "logicalType": "string",
        "description": "?",
        "required": True,
        "primaryKey": True,
        "classification": "internal",
        "logicalTypeOptions": {"maxLength": 32},
    }
    assert column(text, "登记日期")["formats"] == ["%Y-%m-%d"]
    assert column(text, "数量")["logicalTypeOptions"] == {"minimum": 0, "maximum": 10_000}
    [quality] = column(text, "处理状态")["quality"]
    assert (quality["arguments"], quality["description"]) == ({"validValues": ["办结", "待办"]}, "?")
    assert "primaryKey: true  # 待确认: 是否主键（样本 60 行中没有重复）" in text
    assert fill_in(text, tmp_path).checks


def test_a_key_of_two_columns_where_the_second_dates_the_first(tmp_path: Path) -> None:
    rows = [[f"C{n}", day, "某"] for n in range(9) for day in ("2020-01-01", "2024-01-01")]
    text = draft_text(write_rows(tmp_path / "a.csv", [["区划代码", "启用日期", "名称"], *rows]))
    assert fill_in(text, tmp_path).key == ("area_code", "valid_from")


def test_the_best_candidate_for_a_key_is_offered(tmp_path: Path) -> None:
    [one] = draft_samples(write_rows(tmp_path / "a.csv", [HEADER, *ROWS[:40], *ROWS[:10]]))
    assert one.draft
    assert "# primaryKey: true  # 待确认: 最接近主键的一列（样本 50 行中 40 个不同）" in one.draft.text
    assert "最接近的是「工单编号」" in one.draft.text
    assert ("工单编号", "description, primaryKey") in one.draft.open_questions
    assert fill_in(one.draft.text, tmp_path).key == ()
    taken = one.draft.text.replace("# primaryKey: true", "primaryKey: true")
    assert fill_in(taken, tmp_path).key == ("ticket_no",)
    mostly = draft_text(write_rows(tmp_path / "a.csv", [HEADER, *ROWS[:10] * 4]))
    assert "样本中没有找到主键；有的话请标 primaryKey: true" in mostly


# header, values, and then the words that matter
@pytest.mark.parametrize(
    ("header", "values", "kind", "bounds"),
    [
        ("地块编号", ["12.00", "7.00"], "integer", None),
        ("BBL", ["3011510060.00", "2000010001"], "integer", None),
        ("lotNo", ["0", "7.0"], "integer", None),
        ("地块", ["2000010001.00", "2000010002.00"], "integer", None),
        ("地块", ["2000010001.00", "12.00"], "number", None),
        ("金额", ["20000100.00", "20000200.00"], "number", {"minimum": 0}),
        ("LotArea", ["20000100.00", "20000200.00"], "number", {"minimum": 0}),
        ("地块编号", ["12.00", "7.50"], "string", {"maxLength": 32}),
        ("ZipCode", ["11235", "10019"], "string", {"maxLength": 32}),
        ("Incident Zip", ["11235.0", "10019"], "string", {"maxLength": 32}),
        ("邮编", ["037000", "137001"], "string", {"maxLength": 32}),
        ("纬度", ["40.1", "39.9"], "number", {"minimum": -90, "maximum": 90}),
        ("lng", ["-74", "-73"], "number", {"minimum": -180, "maximum": 180}),
        ("Latitude", ["4437000.5", "4437100.5"], "number", None),
        ("建成年代", ["1998", "2004"], "integer", {"minimum": 1800, "maximum": 2100}),
        ("YearBuilt", ["1910", "0"], "integer", {"maximum": 2100}),
        ("year", ["3", "4"], "integer", None),
        ("人数", ["3", "4"], "integer", {"minimum": 0, "maximum": 1000}),
        ("差数", ["-3", "4"], "integer", None),
        ("fire_district", ["3", "12"], "integer", None),
        ("是否有效", ["是", "是"], "string", {"maxLength": 32}),
    ],
)
def test_types_and_ranges_by_header(
    tmp_path: Path, header: str, values: list[str], kind: str, bounds: dict[str, int] | None
) -> None:
    text = draft_text(write_rows(tmp_path / "a.csv", [["名称", header], *(["某", value] for value in values)]))
    found = column(text, header)
    assert (found["logicalType"], found.get("logicalTypeOptions")) == (kind, bounds)
    assert fill_in(text, tmp_path)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["01", "1", "02"], "可能是同一个值：01/1"),
        (["A1", "a 1", "Ａ１"], "可能是同一个值：A1/a 1/Ａ１"),
        (["A1", "A10", "A01b"], None),
    ],
)
def test_listed_values_that_look_alike_are_pointed_out(tmp_path: Path, values: list[str], said: str | None) -> None:
    text = draft_text(write_rows(tmp_path / "a.csv", [["名称", "类别"], *(["某", value] for value in values * 9)]))
    [line] = [line for line in text.splitlines() if "validValues" in line]
    assert said in line if said else "可能是同一个值" not in line


@pytest.mark.parametrize(
    ("value", "numbered"), [("某区某街1号楼2单元", True), ("353-361 Athens St", False), ("", False)]
)
def test_only_chinese_addresses_locate_a_home(tmp_path: Path, value: str, numbered: bool) -> None:
    text = draft_text(write_rows(tmp_path / "a.csv", [["序号", "Address"], *([str(n), value] for n in range(9))]))
    found = column(text, "Address")
    assert (found["classification"], found["purpose"], found.get("address")) == (
        "personal",
        "?",
        1 if numbered else None,
    )


def test_blanks_stay_in_a_name_of_several_words(tmp_path: Path) -> None:
    text = draft_text(write_rows(tmp_path / "a.csv", [["No", "Owner Name", "姓名"], ["1", "Ann Test", "测 甲"]]))
    assert (column(text, "Owner Name")["clean"], column(text, "姓名")["clean"]) == (["nfkc"], ["nfkc", "compact"])


def test_what_is_out_of_order_stands_at_the_head(tmp_path: Path) -> None:
    rows = [[*row, ""] for row in ROWS[:20]]
    uneven = [["x", "2024-03-01"], ["y", "2024-03-01", "1", "2", "", "3"], [*ROWS[0], "z"]]
    path = write_rows(
        tmp_path / "a.csv", [["标题"], [*HEADER, "空列"], *rows, *uneven, [*ROWS[1], "", ""], ["合计", "9"]]
    )
    head = draft_text(path).split("apiVersion")[0]
    assert "# 待确认: 样本中第 23、24、26 行的字段数与表头不同，共 3 行，会被退回" in head
    wide = [[f"列{n}" for n in range(9)], ["a", "b", *[""] * 7]]
    head = draft_text(write_rows(tmp_path / "b.csv", [*wide, ["c"] * 2 + [""] * 7])).split("apiVersion")[0]
    assert "# 待确认: 全为空的列可删去：列2、列3、列4、列5、列6 等（共 7 列）" in head
    assert "字段数" not in head


def test_load_is_decided_by_a_person(tmp_path: Path) -> None:
    path = write_sample(tmp_path, draft_text(write_rows(tmp_path / "工单_20240301.csv", [HEADER, *ROWS])))
    [asked] = [p for p in lint([path])[1] if "load" in p.message]
    assert asked.message == (
        "still to be decided: load (snapshot: a file replaces the one before; append: it adds; "
        "upsert: it adds, and replaces by key)"
    )
    assert "load, value: '?'" in path.read_text(encoding="utf-8").splitlines()[asked.line - 1]


def test_nothing_of_a_person_is_in_a_draft(tmp_path: Path) -> None:
    values = {
        "姓名": ["测试甲", "测试乙"],
        "身份证号": [id_no(1), id_no(2)],
        "联系电话": ["15400000001", "15400000002"],
        "家庭住址": ["某苑1号楼1单元101室", "某苑1号楼1单元102室"],
        "备注": ["卧床", "独居"],
        "民族": ["某族", "别族"],
        "出生日期": ["1990-01-01", "1991-02-02"],
        "经手": ["王小测", "李小测"],
    }
    rows = [[both[n % 2] for both in values.values()] + [f"Z{n}"] for n in range(60)]
    [one] = draft_samples(write_rows(tmp_path / "a.csv", [[*values, "证号"], *rows]))
    assert one.draft
    for header, both in values.items():
        if header != "经手":
            assert not any(value in one.draft.text + str(one.draft.open_questions) for value in both), header
            assert column(one.draft.text, header)["purpose"] == "?"
    assert column(one.draft.text, "身份证号")["token"] == "id_no"
    assert "按最小必要" in one.draft.text
    assert fill_in(one.draft.text, tmp_path)


# --- names ----------------------------------------------------------------------------------------------------------
