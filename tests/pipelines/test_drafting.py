"""A sample file becomes a contract that a person only has to complete; nobody's data is in it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
import xlwt
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.errors import DeliveryError, HubError
from contracts.house_rules import NAME, reserved_words
from contracts.load import lint
from contracts.model import Catalog, Table
from demo.city import generate
from pipelines.drafting.facts import Facts
from pipelines.drafting.file_names import file_name
from pipelines.drafting.folder import Drafted, draft_all, sample_groups
from pipelines.drafting.headers import read_sample
from pipelines.drafting.names import Names, glossary
from pipelines.drafting.personal import about
from tests.pipelines.office import Office, csv_text, id_no

HEADER = ["工单编号", "登记日期", "数量", "处理状态"]
ROWS = [[f"GD{n:05d}", f"2024-03-{n % 28 + 1:02d}", str(n % 40), ("待办", "办结")[n % 2]] for n in range(60)]


def drafted(*paths: Path, table: str | None = None) -> list[Drafted]:
    return list(draft_all(sample_groups(paths), table, lambda _: None))


def draft_text(path: Path) -> str:
    [one] = drafted(path)
    assert one.draft, one.problem
    return one.draft.text


def completed(text: str, folder: Path) -> Table:
    """The draft with every marked point filled in, as the catalog reads it."""
    path = folder / "sources" / "draft.odcs.yaml"
    path.parent.mkdir(exist_ok=True, parents=True)
    chosen = text.replace("property: load, value: '?'", "property: load, value: snapshot")
    path.write_text(chosen.replace("'?'", "decided"), encoding="utf-8")
    tables, problems = lint([path])
    assert problems == [], text
    return tables[0]


def put(path: Path, rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def test_the_demo_files_load_by_their_drafts(tmp_path: Path) -> None:
    files = generate(tmp_path / "city", residents=600).landing
    wanted = [files[source] for source in ("resident", "property", "hotline")]
    tables = {}
    for one in drafted(*wanted):
        assert one.draft
        asked = lint([written(tmp_path / "drafts", one.draft.text)])[1]
        assert len(asked) == one.draft.text.count("'?'") > 1
        assert all("still to be decided" in problem.message for problem in asked)
        table = completed(one.draft.text, tmp_path / "contracts")
        tables[table.qualified] = table
    assert set(tables) == {"source.resident", "source.property", "source.hotline"}
    office = Office(tmp_path / "home", Catalog(tables))
    for path in wanted:
        office.drop(path.name, path.read_bytes())
    deliveries = office.ingest()
    assert [d.status for d in deliveries] == ["accepted"] * 3
    assert all(d.accepted >= 0.99 * d.read > 300 for d in deliveries)
    resident, holder = office.accepted("resident"), office.accepted("property")
    assert {"id_no_token", "id_no_masked", "phone_token", "household_no"} <= set(resident.columns)
    assert "holder_id_no_token" in holder.columns
    assert resident.schema["birth_date"] == holder.schema["registered_on"] == pl.Date
    assert office.accepted("hotline").schema["reported_at"] == pl.Datetime("us")
    assert tables["source.resident"].key == ("record_no",)
    assert tables["source.resident"].column("sex").codes == "sex"
    assert tables["source.resident"].address_columns[0].name == "living_address"


def written(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "draft.odcs.yaml"
    path.write_text(text, encoding="utf-8")
    return path


# --- how the file looks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "delimiter", "words"),
    [
        ("utf-8", ",", {}),
        ("utf-8-sig", ";", {"delimiter": ";"}),
        ("gb18030", "\t", {"delimiter": "\t"}),
        ("utf-16", "|", {"delimiter": "|"}),
        ("utf-16-le", ",", {"encoding": "utf-16-le"}),
        ("utf-16-be", ",", {"encoding": "utf-16-be"}),
    ],
)
def test_encoding_and_delimiter_are_found(tmp_path: Path, encoding: str, delimiter: str, words: dict[str, str]) -> None:
    path = put(tmp_path / "工单_20240301.csv", [HEADER, *ROWS], encoding, delimiter)
    sample = read_sample(path)
    assert sample.layout == {"format": "csv", "header_row": 1, **words}
    assert sample.frame.columns == HEADER
    assert sample.frame.rows() == [tuple(row) for row in ROWS]


def test_a_tab_is_written_as_people_write_it(tmp_path: Path) -> None:
    path = put(tmp_path / "工单_20240301.tsv", [HEADER, *ROWS], delimiter="\t")
    assert r'delimiter: "\t"' in draft_text(path)


def test_titles_above_and_totals_below_are_no_records(tmp_path: Path) -> None:
    rows = [
        ["某市工单统计表"],
        ["单位：件", "日期：2024年3月1日"],
        [],
        HEADER,
        *ROWS,
        ["合 计", "", "999", ""],
        ["制表人：某"],
    ]
    sample = read_sample(put(tmp_path / "a.csv", rows))
    assert sample.layout["header_row"] == 4
    assert len(sample.frame) == len(ROWS)
    for first, ignored in (("合 计", True), ("合计：60", True), ("制表人：某", True), ("合计公司", False)):
        assert bool(re.fullmatch(sample.layout["ignore_rows"], first)) == ignored


TWO_ROWS = [["编号", "住房", "", "数量"], ["", "小区", "楼号", ""], *([f"X{n}", "某苑", str(n), "1"] for n in range(9))]


def test_two_header_rows_in_text(tmp_path: Path) -> None:
    sample = read_sample(put(tmp_path / "a.csv", [["标题", "", "", ""], *TWO_ROWS]))
    assert sample.layout == {"format": "csv", "header_row": 2, "header_rows": 2}
    assert sample.frame.columns == ["编号", "住房/小区", "住房/楼号", "数量"]


def test_merged_headers_and_sheets_of_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("东街", "西街"):
            sheet = book.add_worksheet(name)
            sheet.merge_range(0, 0, 0, 3, "某市住房台账")
            for column, header in ((0, "编号"), (3, "数量")):
                sheet.merge_range(1, column, 2, column, header)
            sheet.merge_range(1, 1, 1, 2, "住房")
            for row, cells in enumerate([TWO_ROWS[1], *TWO_ROWS[2:]], 2):
                for column, cell in enumerate(cells):
                    if cell:
                        sheet.write(row, column, cell)
    sample = read_sample(path)
    assert sample.layout == {"format": "xlsx", "header_row": 2, "header_rows": 2, "sheets": "*"}
    assert sample.frame.columns == ["编号", "住房/小区", "住房/楼号", "数量"]
    assert len(sample.frame) == 18


def test_a_sheet_with_another_header_is_left_out_and_said(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    notes = [["项目", "要求"], ["编号", "必填"], ["数量", "必填"]]
    with xlsxwriter.Workbook(path) as book:
        for name, rows in (("填写要求", notes), ("空", []), ("数据", [HEADER, *ROWS])):
            sheet = book.add_worksheet(name)
            for n, row in enumerate(rows):
                sheet.write_row(n, 0, row)
    sample = read_sample(path)
    assert sample.layout["sheets"] == "数据"
    assert sample.remarks == ("工作表「填写要求」的表头或其位置不同，未写入",)


def test_a_workbook_without_cells_is_said(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet()
    with pytest.raises(DeliveryError, match="no sheet has a cell"):
        read_sample(tmp_path / "a.xlsx")


@pytest.mark.parametrize("ending", ["xls", "et"])
def test_older_workbooks(tmp_path: Path, ending: str) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("数据")
    for r, row in enumerate([HEADER, *ROWS]):
        for c, cell in enumerate(row):
            sheet.write(r, c, cell)
    book.save(str(tmp_path / f"a.{ending}"))
    sample = read_sample(tmp_path / f"a.{ending}")
    assert (sample.layout["format"], sample.frame.shape) == ("xlsx", (60, 4))


def test_formats_that_name_their_columns(tmp_path: Path) -> None:
    frame = pl.DataFrame({"编号": ["A1", "A2"], "时间": [None, "2024-03-01 08:00:00"], "数": [1, 2]})
    frame.with_columns(pl.col("时间").str.to_datetime()).write_parquet(tmp_path / "a.parquet")
    frame.write_ndjson(tmp_path / "a.jsonl")
    for name in ("parquet", "jsonl"):
        sample = read_sample(tmp_path / f"a.{name}")
        assert sample.layout == {"format": name}
        assert sample.frame.rows() == [("A1", None, "1"), ("A2", "2024-03-01 08:00:00", "2")]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.csv", "编号,名称\r\n".encode(), "there is a header and no row"),
        ("a.csv", b"\x80\xff\xff,\n", "is no text"),
        ("a.zip", b"PK\x05\x06" + b"\0" * 18, "an archive, not a workbook"),
        ("a.xlsx", b"PK\x03\x04 and nothing", "damaged"),
        ("a.parquet", b"PAR1 and nothing PAR1", "damaged"),
    ],
    ids=["empty", "only_header", "no_text", "empty_archive", "no_workbook", "no_parquet"],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DeliveryError, match=says):
        read_sample(tmp_path / name)


def test_people_are_never_taken_for_a_header(tmp_path: Path) -> None:
    people = [["测试甲", "男", "某苑1号"], ["测试乙", "女", "某苑2号"], ["测试丙", "男", "某苑3号"]]
    numbers = [[id_no(n), f"154{n:08d}", "某"] for n in range(3)]
    for rows in (people, numbers):
        with pytest.raises(DeliveryError, match="no row looks like a header") as refused:
            read_sample(put(tmp_path / "a.csv", rows))
        assert not any(cell in str(refused.value) for row in rows for cell in row)


@pytest.mark.parametrize(
    ("name", "pattern", "title"),
    [
        ("人口信息_20260301.csv", r"人口信息_(?P<date>\d{8})\.csv", "人口信息"),
        ("台账(20240101-20240131).xlsx", r"台账\(\d{8}-(?P<date>\d{8})\)\.xlsx", "台账"),
        ("2024年3月 统计.xls", r"\d{4}年\d{1,2}月 统计\.xls", "统计"),
        ("导出20240301123000.csv", r"导出(?P<date>\d{8})\d{6}\.csv", "导出"),
        ("工单20249999.csv", r"工单20249999\.csv", "工单20249999"),
        ("房屋2024.csv", r"房屋\d{4}\.csv", "房屋"),
        ("school_2024-2025.csv", r"school_\d{4}-\d{4}\.csv", "school"),
        ("animals_2025q1.csv", r"animals_\d{4}q\d{1,2}\.csv", "animals"),
        ("2024年第二季度_低保.csv", r"\d{4}年第[一二三四五六七八九十]+季度_低保\.csv", "低保"),
        ("2024年上半年房屋.csv", r"\d{4}年[上下]半年房屋\.csv", "房屋"),
        ("lots_16v2_all.csv", r"lots_\d+v\d+_all\.csv", "lots_all"),
        ("通报 第十二期.csv", r"通报 第[一二三四五六七八九十]+期\.csv", "通报"),
        ("人口 (2).csv", r"人口 \(\d+\)\.csv", "人口"),
        ("boston311-100.csv", r"boston311-\d+\.csv", "boston311"),
        ("12345工单_2024.csv", r"12345工单_\d{4}\.csv", "12345工单"),
        ("2024.csv", r"\d{4}\.csv", "2024"),
    ],
)
def test_the_file_name_becomes_a_pattern(name: str, pattern: str, title: str) -> None:
    found = file_name(Path(name))
    assert (found.pattern, found.title) == (pattern, title)
    assert re.fullmatch(found.pattern, name)


def test_what_may_differ_in_a_file_name_is_asked(tmp_path: Path) -> None:
    text = draft_text(put(tmp_path / "lots_16v2_20240301_2025q1_154000000001.csv", [HEADER, *ROWS]))
    assert "# 待确认: 文件名中的「16v2」、「2025q1」、「…」是否每次不同" in text
    assert yaml.safe_load(text)["id"] == "lots"
    assert "是否每次不同" not in draft_text(put(tmp_path / "工单_20240301.csv", [HEADER, *ROWS]))


# --- what is in the columns -----------------------------------------------------------------------------------------


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
    found = Facts(pl.Series("x", values, dtype=pl.String)).kind
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
    assert about(Facts(pl.Series(header, values, dtype=pl.String))) == kind


def column(text: str, header: str) -> dict[str, Any]:
    [schema] = yaml.safe_load(text)["schema"]
    [found] = [c for c in schema["properties"] if c["physicalName"] == header]
    words = {c["property"]: c["value"] for c in found.get("customProperties", [])}
    return found | words


def test_what_a_contract_says_of_its_columns(tmp_path: Path) -> None:
    path = put(tmp_path / "工单_20240301.csv", [HEADER, *ROWS])
    text = draft_text(path)
    assert column(text, "工单编号") == {
        "name": "ticket_no",
        "physicalName": "工单编号",
        "businessName": "工单编号",
        "logicalType": "string",
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
    assert completed(text, tmp_path).checks


def test_a_key_of_two_columns_where_the_second_dates_the_first(tmp_path: Path) -> None:
    rows = [[f"C{n}", day, "某"] for n in range(9) for day in ("2020-01-01", "2024-01-01")]
    text = draft_text(put(tmp_path / "a.csv", [["区划代码", "启用日期", "名称"], *rows]))
    assert completed(text, tmp_path).key == ("area_code", "valid_from")


def test_the_best_candidate_for_a_key_is_offered(tmp_path: Path) -> None:
    [one] = drafted(put(tmp_path / "a.csv", [HEADER, *ROWS[:40], *ROWS[:10]]))
    assert one.draft
    assert "# primaryKey: true  # 待确认: 最接近主键的一列（样本 50 行中 40 个不同）" in one.draft.text
    assert "最接近的是「工单编号」" in one.draft.text
    assert ("工单编号", "primaryKey") in one.draft.undecided
    assert completed(one.draft.text, tmp_path).key == ()
    taken = one.draft.text.replace("# primaryKey: true", "primaryKey: true")
    assert completed(taken, tmp_path).key == ("ticket_no",)
    mostly = draft_text(put(tmp_path / "a.csv", [HEADER, *ROWS[:10] * 4]))
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
    text = draft_text(put(tmp_path / "a.csv", [["名称", header], *(["某", value] for value in values)]))
    found = column(text, header)
    assert (found["logicalType"], found.get("logicalTypeOptions")) == (kind, bounds)
    assert completed(text, tmp_path)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["01", "1", "02"], "可能是同一个值：01/1"),
        (["A1", "a 1", "Ａ１"], "可能是同一个值：A1/a 1/Ａ１"),
        (["A1", "A10", "A01b"], None),
    ],
)
def test_listed_values_that_look_alike_are_pointed_out(tmp_path: Path, values: list[str], said: str | None) -> None:
    text = draft_text(put(tmp_path / "a.csv", [["名称", "类别"], *(["某", value] for value in values * 9)]))
    [line] = [line for line in text.splitlines() if "validValues" in line]
    assert said in line if said else "可能是同一个值" not in line


@pytest.mark.parametrize(
    ("value", "numbered"), [("某区某街1号楼2单元", True), ("353-361 Athens St", False), ("", False)]
)
def test_only_chinese_addresses_locate_a_home(tmp_path: Path, value: str, numbered: bool) -> None:
    text = draft_text(put(tmp_path / "a.csv", [["序号", "Address"], *([str(n), value] for n in range(9))]))
    found = column(text, "Address")
    assert (found["classification"], found["purpose"], found.get("address")) == (
        "personal",
        "?",
        1 if numbered else None,
    )


def test_blanks_stay_in_a_name_of_several_words(tmp_path: Path) -> None:
    text = draft_text(put(tmp_path / "a.csv", [["No", "Owner Name", "姓名"], ["1", "Ann Test", "测 甲"]]))
    assert (column(text, "Owner Name")["clean"], column(text, "姓名")["clean"]) == (["nfkc"], ["nfkc", "compact"])


def test_what_is_out_of_order_stands_at_the_head(tmp_path: Path) -> None:
    rows = [[*row, ""] for row in ROWS[:20]]
    uneven = [["x", "2024-03-01"], ["y", "2024-03-01", "1", "2", "", "3"], [*ROWS[0], "z"]]
    path = put(tmp_path / "a.csv", [["标题"], [*HEADER, "空列"], *rows, *uneven, [*ROWS[1], "", ""], ["合计", "9"]])
    head = draft_text(path).split("apiVersion")[0]
    assert "# 待确认: 样本中第 23、24、26 行的字段数与表头不同，共 3 行，会被退回" in head
    wide = [[f"列{n}" for n in range(9)], ["a", "b", *[""] * 7]]
    head = draft_text(put(tmp_path / "b.csv", [*wide, ["c"] * 2 + [""] * 7])).split("apiVersion")[0]
    assert "# 待确认: 全为空的列可删去：列2、列3、列4、列5、列6 等（共 7 列）" in head
    assert "字段数" not in head


def test_load_is_decided_by_a_person(tmp_path: Path) -> None:
    path = written(tmp_path, draft_text(put(tmp_path / "工单_20240301.csv", [HEADER, *ROWS])))
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
    [one] = drafted(put(tmp_path / "a.csv", [[*values, "证号"], *rows]))
    assert one.draft
    for header, both in values.items():
        if header != "经手":
            assert not any(value in one.draft.text + str(one.draft.undecided) for value in both), header
            assert column(one.draft.text, header)["purpose"] == "?"
    assert column(one.draft.text, "身份证号")["token"] == "id_no"
    assert "按最小必要" in one.draft.text
    assert completed(one.draft.text, tmp_path)


# --- names ----------------------------------------------------------------------------------------------------------


def test_names_come_from_the_glossary_then_its_parts_then_pinyin() -> None:
    names = Names()
    headers = {"姓名": "name", "联系人姓名": "contact_name", "养犬人": "yang_quan_ren", "小区名称（必填）": "estate"}
    assert {header: names.name(header) for header in headers} == headers
    assert [names.name(h) for h in ("姓名", "order", "Unique Key", "2023年")] == [
        "name_2",
        "order_2",
        "unique_key",
        "c_2023_nian",
    ]
    assert names.name("delivery_id") != "delivery_id"


def test_the_glossary_has_identifiers() -> None:
    assert all(NAME.fullmatch(name) for name in glossary().values())
    assert len(glossary()) > 150


@given(st.lists(st.text(min_size=1, max_size=12), max_size=20))
def test_any_headers_get_names_that_are_valid_and_unique(headers: list[str]) -> None:
    names = Names()
    given_names = [names.name(header) for header in headers]
    assert len(set(given_names)) == len(headers)
    assert all(NAME.fullmatch(name) and name not in reserved_words() for name in given_names)


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.integers(1, 5).flatmap(lambda w: st.lists(st.lists(CELLS, min_size=w, max_size=w), min_size=2, max_size=6)))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_gives_a_sound_contract_or_a_reason(tmp_path: Path, rows: list[list[str]]) -> None:
    [one] = drafted(put(tmp_path / "任意_20240301.csv", rows))
    if one.draft:
        assert completed(one.draft.text, tmp_path)
    else:
        assert re.search("header|empty|no text|damaged", one.problem)


# --- many files -----------------------------------------------------------------------------------------------------


def test_a_folder_becomes_a_contract_per_table(tmp_path: Path) -> None:
    put(tmp_path / "工单_20240301.csv", [HEADER, *ROWS])
    put(tmp_path / "工单_20240401.csv", [[*HEADER, "来源"], *([*row, "热线"] for row in ROWS)])
    put(tmp_path / "工 单.csv", [HEADER, *ROWS])
    (tmp_path / "坏.csv").write_bytes(b"")
    found = drafted(tmp_path)
    assert {one.draft.table for one in found if one.draft} == {"ticket", "ticket_2"}
    assert [one.problem for one in found if not one.draft] == ["坏.csv: the file is empty -> give a file with rows"]
    [both] = [one for one in found if len(one.files) == 2]
    assert both.draft
    assert column(both.draft.text, "来源")["name"] == "source"
    assert ("", "样本 工单_20240301.csv 的版式或列与最新的不同，按最新的起草") in both.draft.undecided


def test_numbers_in_names_part_tables_only_where_the_columns_do(tmp_path: Path) -> None:
    put(tmp_path / "表_001.csv", [HEADER, *ROWS])
    put(tmp_path / "表_002.csv", [[*HEADER, "来源"], *([*row, "热线"] for row in ROWS)])
    [one] = drafted(tmp_path)
    assert one.draft
    assert (len(one.files), one.draft.title) == (2, "表")
    put(tmp_path / "表_003.csv", [["证号", "名称"], ["Z1", "某"], ["Z2", "某"]])
    assert {(len(o.files), o.draft.title) for o in drafted(tmp_path) if o.draft} == {
        (1, "表_001"),
        (1, "表_002"),
        (1, "表_003"),
    }


def test_a_folder_without_files_is_said(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="no file to draft from"):
        sample_groups([tmp_path])


def test_repeated_and_unnamed_columns_are_left_out_and_said(tmp_path: Path) -> None:
    rows = [["编号", "备注", "备注", "", "数量", "来源"], *([f"A{n}", "x", "y", "z", "1", "热线"] for n in range(9))]
    [one] = drafted(put(tmp_path / "a.csv", rows))
    assert one.draft
    assert [c.header for c in one.draft.columns] == ["编号", "数量", "来源"]
    assert "第 4 列没有表头，未写入" in one.draft.text
    assert "表头「备注」出现多次，未写入" in one.draft.text


def test_a_text_file_of_an_office_is_read_as_at_ingest(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(csv_text([ROWS[0]], HEADER, "\r").encode("gb18030"))
    assert read_sample(path).frame.rows() == [tuple(ROWS[0])]
