"""From landing to lake and receipt: what becomes of files, rows and values."""

import csv
import io
import resource
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.errors import ContractError, HubError
from contracts.model import Catalog
from tests.pipelines.office import (
    CATALOG,
    HOTLINE_HEADER,
    PROPERTY_HEADER,
    RESIDENT_HEADER,
    Office,
    csv_text,
    id_no,
    resident,
    ticket,
    workbook,
)
from warehouse.identity import Tokens
from warehouse.vault import Vault


def test_a_good_file_is_accepted_as_the_contract_says(office: Office) -> None:
    delivery = office.receive([resident(1, sex="女", birth_date="1990年1月2日", hukou_address="平城区柳港园３号楼")])
    assert (delivery.status, delivery.read, delivery.accepted, delivery.rejected) == ("accepted", 1, 1, 0)
    assert delivery.delivered_on == date(2024, 3, 1)
    rows = office.accepted("resident")
    assert rows.columns == [c.name for c in CATALOG.tables["source.resident"].lake_columns]
    [row] = rows.rows(named=True)
    assert row["sex"] == "2"
    assert row["birth_date"] == date(1990, 1, 2)
    assert row["hukou_address"] == "平城区柳港园3号楼"
    assert row["living_address"] is None
    assert (row["row_no"], row["delivery_id"]) == (2, delivery.id)
    assert office.receipt(delivery) == [
        ["文件", "人口信息_20240301.csv", "批次", delivery.id, "结论", "已接收"],
        ["读取", "1", "接收", "1", "退回", "0"],
        [],
    ]


def test_numbers_become_tokens_and_only_the_vault_has_them(office: Office) -> None:
    office.receive([resident(1, id_no=f" {id_no(1)[:6]}-{id_no(1)[6:]}", phone="154 0000 0001")])
    [row] = office.accepted("resident").rows(named=True)
    assert row["id_no_token"] == Tokens.load(office.settings).token("id_no", id_no(1))
    assert (row["id_no_masked"], row["id_no_status"]) == (f"9900**********{id_no(1)[-4:]}", "ok")
    assert (row["phone_masked"], row["phone_status"]) == ("154****0001", "ok")
    vault = Vault.load(office.settings)
    assert vault.reveal("id_no", row["id_no_token"]) == id_no(1)
    assert vault.reveal("phone", row["phone_token"]) == "15400000001"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"name": ""}, ["姓名", "", "not_null", "错误", "必填项为空"]),
        ({"id_no": " "}, ["公民身份号码", "", "not_null", "错误", "必填项为空"]),
        ({"sex": "M"}, ["性别", "M**", "code", "错误", "不在规定的取值范围内"]),
        ({"population_kind": "=1+1"}, ["人员类别", "'=1+1", "code", "错误", "不在规定的取值范围内"]),
        ({"birth_date": "1990-02-30"}, ["出生日期", "1990****", "type", "错误", "不是有效日期"]),
        ({"birth_date": "1889-12-31"}, ["出生日期", "1889****", "range", "错误", "数值或日期超出规定范围"]),
        (
            {"household_no": "H" * 33},
            ["户号", "H" * 33, "length", "错误", "长度不符合规定"],
        ),
        ({"phone": "12345"}, ["联系电话", "******", "phone_length", "提示", "电话号码位数不对"]),
        ({"id_no": id_no(1)[:17]}, ["公民身份号码", "******", "id_length", "提示", "证件号码不是18位"]),
        (
            {"id_no": "9.90001199001011E+17"},
            ["公民身份号码", "******", "id_precision_lost", "提示", "证件号码被电子表格"],
        ),
    ],
)
def test_each_rule_has_its_receipt_line(office: Office, changes: dict[str, str], line: list[str]) -> None:
    delivery = office.receive([resident(1, **changes), resident(2)])
    rejected = line[3] == "错误"
    assert (delivery.read, delivery.rejected) == (2, int(rejected))
    assert (delivery.by_rule if rejected else delivery.warnings) == {line[2]: 1}
    *_, header, told = office.receipt(delivery)
    assert header == ["行号", "列", "值（已脱敏）", "规则", "级别", "原因", "建议"]
    assert told[0] == "2"
    assert told[1:5] == line[:4]
    assert told[5].startswith(line[4])
    assert told[6]


def test_a_value_lost_to_a_float_has_no_token(office: Office) -> None:
    office.receive([resident(1, id_no="9.90001199001011E+17", phone="")])
    [row] = office.accepted("resident").rows(named=True)
    assert (row["id_no_token"], row["id_no_masked"], row["id_no_status"]) == (None, "******", "precision_lost")
    assert (row["phone_token"], row["phone_masked"], row["phone_status"]) == (None, None, "missing")


def test_a_repeated_key_keeps_its_first_good_row(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.readers.decode.PIECE_BYTES", 200)  # the rows come in several batches
    rows = [resident(1, sex="?"), resident(1, name="甲"), resident(2), resident(1, name="乙"), resident(1, name="丙")]
    delivery = office.receive(rows)
    assert office.accepted("resident")["name"].to_list() == ["甲", "测试甲"]
    assert delivery.by_rule == {"code": 1, "unique": 2}
    assert [line[0] for line in office.receipt(delivery)[4:]] == ["2", "5", "6"]


def test_rows_are_numbered_as_excel_counts(office: Office) -> None:
    header, one, several, last, _ = csv_text(
        [resident(1), resident(2, hukou_address="多行"), resident(3, sex="?")]
    ).split("\r\n")
    office.drop(
        "人口信息_20240301.csv", "\r\n".join([header, "", one, several.replace("多行", '"多\r\n行"'), "R9,短", last])
    )
    [delivery] = office.ingest()
    assert (delivery.read, delivery.accepted) == (4, 2)
    assert office.accepted("resident").select("row_no", "hukou_address")["row_no"].to_list() == [3, 4]
    assert [line[0] for line in office.receipt(delivery)[4:]] == ["5", "6"]


def test_a_column_nobody_agreed_on_is_left_out_and_said(office: Office) -> None:
    office.drop("人口信息_20240301.csv", csv_text([[*resident(1), "x"]], [*RESIDENT_HEADER, "备注"]))
    [delivery] = office.ingest()
    assert (delivery.status, delivery.unknown_columns) == ("accepted", ("备注",))
    assert ["未约定的列（未采用）", "备注"] in office.receipt(delivery)


def test_a_workbook_is_read_sheet_by_sheet(office: Office) -> None:
    def row(n: int, **changes: str | float) -> list[str | float]:
        names = [c.name for c in CATALOG.tables["source.property"].columns]
        values: dict[str, str | float] = {
            "title_no": f"T{n}",
            "real_estate_unit_no": f"140213001001GB{n:05d}F00010001",
            "location": "柳港园西院3号楼",
            "floor_area_m2": 88.5,
            "usage_kind": "住宅",
            "occupancy": "自住",
            "holder_name": "测试乙",
            "holder_id_no": id_no(n),
            "share_percent": 100.0,
            "registered_on": "2020-01-01",
            "updated_on": "2024-01-01",
        } | changes
        return [values.get(name, "") for name in names]

    path = office.drop("不动产登记_20240301.xlsx", b"")
    head: list[list[str | float]] = [["不动产登记表"], [*PROPERTY_HEADER]]
    workbook(
        path,
        {
            "甲街道": [*head, row(1), row(2, holder_id_no=990001199001011234.0)],
            "乙街道": [*head, row(3, share_percent=101.0), row(1)],
        },
    )
    [delivery] = office.ingest()
    assert (delivery.read, delivery.accepted, delivery.rejected) == (4, 2, 2)
    assert office.accepted("property").select("floor_area_m2", "share_percent").rows() == [(88.5, 100.0)] * 2
    assert [line[:3] + line[4:5] for line in office.receipt(delivery)[3:]] == [
        ["行号", "工作表", "列", "规则"],
        ["4", "甲街道", "产权人证件号", "id_precision_lost"],
        ["3", "乙街道", "共有份额", "range"],
        ["4", "乙街道", "登记编号", "unique"],
    ]


def test_numbers_in_running_text_are_masked(office: Office) -> None:
    text = f"请回电15400000001，证件{id_no(1)}"
    office.drop("12345工单_20240301.csv", csv_text([ticket("T1", text)], HOTLINE_HEADER, "\n"), "utf-8")
    office.ingest()
    assert office.accepted("hotline")["content"][0] == f"请回电154****0001，证件9900**********{id_no(1)[-4:]}"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("人员.csv", "x", "文件名不在约定之内"),
        ("人口信息_20241301.csv", csv_text([resident(2)]), "文件名中的日期无效"),
        ("人口信息_20240301.csv", "", "文件里没有数据行"),
        ("人口信息_20240301.csv", csv_text([]), "文件里没有数据行"),
        (
            "人口信息_20240301.csv",
            csv_text([resident(1)], ["人员编码", *RESIDENT_HEADER[1:]]),
            "缺少列：人员编号（≈ 人员编码 ?）",
        ),
        ("人口信息_20240301.csv", csv_text([resident(1)]).encode("gb18030") + b"\xff\xff", "无法识别"),
        ("不动产登记_20240301.xlsx", b"PK no zip", "不是可以打开的 XLSX 工作簿"),
    ],
    ids=["unknown", "date", "empty", "header only", "renamed", "encoding", "workbook"],
)
def test_a_file_that_cannot_be_read_gets_a_receipt_and_stops_nobody(
    office: Office, name: str, content: str | bytes, reason: str
) -> None:
    good = office.receive([resident(1)], day="20240229")
    office.drop(name, content)
    office.drop("12345工单_20240302.csv", csv_text([ticket("T1")], HOTLINE_HEADER), "utf-8")
    deliveries = {delivery.file_name: delivery for delivery in office.ingest()}
    assert len(deliveries) == 2
    assert deliveries["12345工单_20240302.csv"].status == "accepted"
    failed = deliveries[name]
    assert (failed.status, failed.read, failed.accepted) == ("failed", 0, 0)
    assert failed.reason.startswith(name)
    assert reason in "".join(cell for line in office.receipt(failed) for cell in line)
    assert [d.id for d in office.lake.in_force(CATALOG.tables["source.resident"])] == [good.id]


def test_a_file_that_cannot_be_opened_stops_nobody(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = office.drop("人口信息_20240301.csv", csv_text([resident(1)]))
    office.drop("人口信息_20240302.csv", csv_text([resident(2)]))
    read = Path.open

    def open_or_refuse(path: Path, *args: str, **kwargs: str) -> object:
        if path == closed:  # tests may run as root, whom no permission stops
            raise PermissionError
        return read(path, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", open_or_refuse)
    assert [d.status for d in office.ingest()] == ["failed", "accepted"]
    assert office.ingest() == []
    monkeypatch.undo()
    assert [d.status for d in office.ingest()] == ["accepted"]


def test_a_delivery_with_no_good_row_is_held(office: Office) -> None:
    good = office.receive([resident(1)], day="20240301")
    held = office.receive([resident(1, sex="?"), resident(2, sex="?")], day="20240302")
    assert (held.status, held.read, held.rejected) == ("held", 2, 2)
    assert [d.id for d in office.lake.in_force(CATALOG.tables["source.resident"])] == [good.id]
    assert office.receipt(held)[2][1] == "2行全部未通过，本次不生效，仍用上一次数据"


def test_the_same_bytes_twice_are_one_delivery(office: Office) -> None:
    first = office.receive([resident(1)])
    assert office.ingest() == []
    office.drop("人口信息_20240305.csv", csv_text([resident(1)]))
    assert office.ingest() == []
    assert [d.id for d in office.lake.deliveries()] == [first.id]


def test_a_file_renamed_as_agreed_is_read_after_all(office: Office) -> None:
    misnamed = office.drop("人口信息_20241301.csv", csv_text([resident(1)]))
    [failed] = office.ingest()
    office.drop("人口信息_20240301.csv", misnamed.read_bytes())
    [delivery] = office.ingest()
    assert (failed.status, delivery.status, delivery.id) == ("failed", "accepted", failed.id)
    assert delivery.delivered_on == date(2024, 3, 1)
    assert office.ingest() == []  # though the misnamed copy is still there


def test_a_contract_naming_an_unknown_code_list_says_so(office: Office) -> None:
    table = CATALOG.tables["source.resident"]
    columns = tuple(replace(c, codes="sexes") if c.name == "sex" else c for c in table.columns)
    office.catalog = Catalog({"source.resident": replace(table, columns=columns)})
    office.drop("人口信息_20240301.csv", csv_text([resident(1)]))
    with pytest.raises(ContractError, match="no code list sexes"):
        office.ingest()


def test_a_changed_contract_reads_the_file_again(office: Office) -> None:
    first = office.receive([resident(1)])
    changed = replace(CATALOG.tables["source.resident"], digest="another")
    office.catalog = Catalog({**CATALOG.tables, "source.resident": changed})
    [second] = office.ingest()
    assert second.id == first.id
    assert second.received_at == first.received_at
    assert office.ingest() == []


def test_a_new_spelling_in_a_code_list_reads_the_file_again(office: Office) -> None:
    assert office.receive([resident(1, sex="M"), resident(2)]).rejected == 1
    (office.settings.codes / "sex.csv").write_text("code,name,valid_from,valid_to,aliases\n1,男性,1981-01-01,,M\n")
    [second] = office.ingest()
    assert second.rejected == 0


def test_snapshots_supersede_and_tickets_add_up(office: Office) -> None:
    office.receive([resident(1), resident(2)], day="20240302")
    office.receive([resident(3)], day="20240301")  # late: older data does not supersede newer
    assert office.accepted("resident")["record_no"].to_list() == ["R1", "R2"]
    for day in ("02", "01"):
        office.drop(f"12345工单_202403{day}.csv", csv_text([ticket(f"T{day}")], HOTLINE_HEADER), "utf-8")
        office.ingest()
    assert office.accepted("hotline")["ticket_no"].to_list() == ["T01", "T02"]


def test_a_crash_before_the_record_leaves_the_file_to_be_read_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.drop("人口信息_20240301.csv", csv_text([resident(1)]))
    with monkeypatch.context() as patch:
        patch.setattr("warehouse.lake.Lake.record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            office.ingest()
    assert office.lake.deliveries() == []
    assert [d.status for d in office.ingest()] == ["accepted"]
    assert len(office.accepted("resident")) == 1


def test_a_full_disk_fails_no_delivery(office: Office) -> None:
    good = office.receive([resident(1)], day="20240301")
    office.drop("人口信息_20240302.csv", csv_text([resident(n) for n in range(2000)]))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    try:
        with pytest.raises(HubError, match=r"writing 人口信息_20240302\.csv into the lake failed.*make room"):
            office.ingest()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [d.id for d in office.lake.deliveries()] == [good.id]
    assert not list(office.settings.home.rglob("*.tmp"))
    assert [d.accepted for d in office.ingest()] == [2000]


def test_no_raw_number_outside_the_vault(office: Office) -> None:
    secrets = [id_no(n) for n in range(1, 4)] + [f"154{n:08d}" for n in range(1, 4)]
    office.receive([resident(1), resident(2, sex=id_no(2), name=""), resident(3, household_no=id_no(3) * 2)])
    for path in office.settings.home.rglob("*"):
        if path.is_file() and "landing" not in path.parts:
            text = _everything_in(path)
            assert not [s for s in secrets if s in text], f"a raw number in {path.relative_to(office.settings.home)}"


def _everything_in(path: Path) -> str:
    if path.suffix == ".parquet":
        return str(pl.read_parquet(path).rows())
    return path.read_bytes().decode("utf-8", "replace")


field = st.text(alphabet='ab中1,"\n\r ', max_size=4)
good = st.integers(1, 3).map(lambda n: resident(n))
line = st.one_of(good, good.map(lambda row: row[:-1]), st.lists(field, max_size=17), st.just(["男"]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(line, max_size=8), plain=st.booleans(), cut=st.integers(0, 3))
def test_read_is_accepted_plus_rejected(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], plain: bool, cut: int
) -> None:
    office = Office(tmp_path_factory.mktemp("home") / "h")
    text = io.StringIO()
    text.write(",".join(RESIDENT_HEADER) + "\n")
    for row in rows:
        text.write(",".join(row) + "\n") if plain else csv.writer(text).writerow(row)
    office.drop("人口信息_20240301.csv", text.getvalue()[: len(text.getvalue()) - cut])
    [delivery] = office.ingest()
    assert delivery.read == delivery.accepted + delivery.rejected
    if delivery.accepted:
        stored = pl.read_parquet(office.lake.accepted_path("resident", delivery.id))
        assert len(stored) == delivery.accepted
        assert stored["record_no"].is_unique().all()
    told = {line[0] for line in office.receipt(delivery)[4:] if line[4] == "错误"} if delivery.read else set()
    assert len(told) == delivery.rejected
