"""Rows and values from an office's file to lake and receipt."""

import csv
import io
import stat
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.identifiers import check_digit
from tests.pipelines.office import CATALOG, HOTLINE_HEADER, RESIDENT_HEADER, Office, csv_text, id_no, resident, ticket
from warehouse.lake.tokens import Tokens
from warehouse.lake.vault import Vault

OLDEST = "99000118891231001" + check_digit("99000118891231001")


def test_a_good_file_is_accepted_as_the_contract_says(office: Office) -> None:
    delivery = office.receive([resident(2, birth_date="1990年1月1日", hukou_address="平城区柳港园３号楼")])
    assert (delivery.status, delivery.read, delivery.accepted, delivery.rejected) == ("accepted", 1, 1, 0)
    assert delivery.delivered_on == date(2024, 3, 1)
    rows = office.accepted("resident")
    assert rows.columns == [c.name for c in CATALOG.tables["source.resident"].lake_columns]
    [row] = rows.rows(named=True)
    assert row["sex"] == "2"
    assert row["birth_date"] == date(1990, 1, 1)
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
        ({"population_kind": "=1+1"}, ["人员类别", "'=1+1", "formula", "错误", "填的是公式"]),
        ({"birth_date": "1990-02-30"}, ["出生日期", "1990****", "type", "错误", "不是有效日期"]),
        (
            {"birth_date": "1889-12-31", "id_no": OLDEST},
            ["出生日期", "1889****", "range", "错误", "数值或日期超出规定范围"],
        ),
        (
            {"household_no": "H" * 33},
            ["户号", "H" * 33, "length", "错误", "长度不符合规定"],
        ),
        ({"phone": "1234567"}, ["联系电话", "******", "phone_length", "提示", "电话号码位数不对"]),
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
    *_, header, rejected = office.receipt(delivery)
    assert header == ["行号", "列", "值（已脱敏）", "规则", "级别", "原因", "建议"]
    assert rejected[0] == "2"
    assert rejected[1:5] == line[:4]
    assert rejected[5].startswith(line[4])
    assert rejected[6]


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
    assert [line[0] for line in office.receipt_lines(delivery)] == ["2", "5", "6"]


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
    assert [line[0] for line in office.receipt_lines(delivery)] == ["5", "6"]


def test_numbers_in_running_text_are_masked(office: Office) -> None:
    text = f"请回电15400000001，证件{id_no(1)}"
    office.drop("12345工单_20240301.csv", csv_text([ticket("T1", text)], HOTLINE_HEADER, "\n"), "utf-8")
    office.ingest()
    assert office.accepted("hotline")["content"][0] == f"请回电154****0001，证件9900**********{id_no(1)[-4:]}"


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


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
        stored = pl.read_parquet(office.lake.accepted_path(delivery))
        assert len(stored) == delivery.accepted
        assert stored["record_no"].is_unique().all()
    rejected = {line[0] for line in office.receipt_lines(delivery) if line[4] == "错误"} if delivery.read else set()
    assert len(rejected) == delivery.rejected


def test_the_vault_s_folder_is_its_owner_s_only(office: Office) -> None:
    office.receive([resident(1)])
    for folder in (office.settings.vault, office.settings.keys, *office.settings.vault.glob("*/")):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
