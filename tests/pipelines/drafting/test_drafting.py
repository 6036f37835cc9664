"""Sample files → contracts: layouts, names of files, folders."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import xlwt
import yaml

from contracts.errors import DeliveryError, HubError
from contracts.load import lint
from contracts.model import Catalog
from demo.city import generate
from pipelines.drafting.file_names import file_name
from pipelines.drafting.folder import sample_groups
from pipelines.drafting.headers import read_sample
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
from tests.pipelines.office import Office, csv_text, id_no


@pytest.mark.slow
def test_the_demo_files_load_by_their_drafts(tmp_path: Path) -> None:
    files = generate(tmp_path / "city", residents=600).landing
    wanted = [files[source] for source in ("resident", "property", "hotline")]
    tables = {}
    for one in draft_samples(*wanted):
        assert one.draft
        asked = lint([write_sample(tmp_path / "drafts", one.draft.text)])[1]
        assert len(asked) == one.draft.text.count("'?'") > 1
        assert all("still to be decided" in problem.message for problem in asked)
        table = fill_in(one.draft.text, tmp_path / "contracts")
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
    path = write_rows(tmp_path / "工单_20240301.csv", [HEADER, *ROWS], encoding, delimiter)
    sample = read_sample(path)
    assert sample.layout == {"format": "csv", "header_row": 1, **words}
    assert sample.frame.columns == HEADER
    assert sample.frame.rows() == [tuple(row) for row in ROWS]


def test_a_tab_is_written_as_people_write_it(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "工单_20240301.tsv", [HEADER, *ROWS], delimiter="\t")
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
    sample = read_sample(write_rows(tmp_path / "a.csv", rows))
    assert sample.layout["header_row"] == 4
    assert len(sample.frame) == len(ROWS)
    for first, ignored in (("合 计", True), ("合计：60", True), ("制表人：某", True), ("合计公司", False)):
        assert bool(re.fullmatch(sample.layout["ignore_rows"], first)) == ignored


TWO_ROWS = [["编号", "住房", "", "数量"], ["", "小区", "楼号", ""], *([f"X{n}", "某苑", str(n), "1"] for n in range(9))]


def test_two_header_rows_in_text(tmp_path: Path) -> None:
    sample = read_sample(write_rows(tmp_path / "a.csv", [["标题", "", "", ""], *TWO_ROWS]))
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
        ("a.csv", b"\x80\xff\xff\xff\xff,\n", "most rows cannot be read as UTF-8 / GB18030 text, from byte 1 on"),
        ("a.zip", b"PK\x05\x06" + b"\0" * 18, "the content is ZIP, and XLSX is agreed"),
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
            read_sample(write_rows(tmp_path / "a.csv", rows))
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
    text = draft_text(write_rows(tmp_path / "lots_16v2_20240301_2025q1_154000000001.csv", [HEADER, *ROWS]))
    assert "# 待确认: 文件名中的「16v2」、「2025q1」、「…」是否每次不同" in text
    assert yaml.safe_load(text)["id"] == "lots"
    assert "是否每次不同" not in draft_text(write_rows(tmp_path / "工单_20240301.csv", [HEADER, *ROWS]))


# --- what is in the columns -----------------------------------------------------------------------------------------


def test_a_folder_becomes_a_contract_per_table(tmp_path: Path) -> None:
    write_rows(tmp_path / "工单_20240301.csv", [HEADER, *ROWS])
    write_rows(tmp_path / "工单_20240401.csv", [[*HEADER, "来源"], *([*row, "热线"] for row in ROWS)])
    write_rows(tmp_path / "工 单.csv", [HEADER, *ROWS])
    (tmp_path / "坏.csv").write_bytes(b"")
    found = draft_samples(tmp_path)
    assert {one.draft.table for one in found if one.draft} == {"ticket", "ticket_2"}
    assert [one.problem for one in found if not one.draft] == ["坏.csv: the file is empty -> give a file with rows"]
    [both] = [one for one in found if len(one.files) == 2]
    assert both.draft
    assert column(both.draft.text, "来源")["name"] == "source"
    assert ("", "样本 工单_20240301.csv 的版式或列与最新的不同，按最新的起草") in both.draft.open_questions


def test_numbers_in_names_part_tables_only_where_the_columns_do(tmp_path: Path) -> None:
    write_rows(tmp_path / "表_001.csv", [HEADER, *ROWS])
    write_rows(tmp_path / "表_002.csv", [[*HEADER, "来源"], *([*row, "热线"] for row in ROWS)])
    [one] = draft_samples(tmp_path)
    assert one.draft
    assert (len(one.files), one.draft.title) == (2, "表")
    write_rows(tmp_path / "表_003.csv", [["证号", "名称"], ["Z1", "某"], ["Z2", "某"]])
    assert {(len(o.files), o.draft.title) for o in draft_samples(tmp_path) if o.draft} == {
        (1, "表_001"),
        (1, "表_002"),
        (1, "表_003"),
    }


def test_a_folder_without_files_is_said(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="no file to draft from"):
        sample_groups([tmp_path])


def test_repeated_and_unnamed_columns_are_left_out_and_said(tmp_path: Path) -> None:
    rows = [["编号", "备注", "备注", "", "数量", "来源"], *([f"A{n}", "x", "y", "z", "1", "热线"] for n in range(9))]
    [one] = draft_samples(write_rows(tmp_path / "a.csv", rows))
    assert one.draft
    assert [c.header for c in one.draft.columns] == ["编号", "数量", "来源"]
    assert "第 4 列没有表头，未写入" in one.draft.text
    assert "表头「备注」出现多次，未写入" in one.draft.text


def test_a_text_file_of_an_office_is_read_as_at_ingest(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(csv_text([ROWS[0]], HEADER, "\r").encode("gb18030"))
    assert read_sample(path).frame.rows() == [tuple(ROWS[0])]
