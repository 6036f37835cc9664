"""From a number or a code in an office's row to token, status and receipt line."""

from dataclasses import replace

import pytest

from contracts.model import Catalog
from tests.pipelines.office import CATALOG, PROPERTY_HEADER, Office, id_no, resident, ticket, workbook
from warehouse.lake.vault import Vault

pytestmark = pytest.mark.slow

OLD = id_no(1)[:6] + id_no(1)[8:17]  # as it was written before 1999


def test_an_old_number_has_the_token_of_the_new_one(office: Office) -> None:
    delivery = office.receive([resident(1), resident(2, id_no=OLD, sex="男")])
    new, old = office.accepted("resident").rows(named=True)
    assert new["id_no_token"] == old["id_no_token"]
    assert (old["id_no_status"], old["id_no_masked"]) == ("old_15", f"9900*******{OLD[-4:]}")
    assert Vault.load(office.settings).reveal("id_no", old["id_no_token"]) == id_no(1)
    assert delivery.warnings == {"id_old_15": 1}


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"birth_date": "1990-01-02"}, "birth_mismatch", "证件号码中的出生日期与出生日期一栏不一致"),
        ({"sex": "女"}, "sex_mismatch", "证件号码表示的性别与性别一栏不一致"),
        ({"birth_date": "1990-01-02", "sex": "女"}, "birth_mismatch", "证件号码中的出生日期与出生日期一栏不一致"),
    ],
)
def test_a_row_that_disagrees_with_its_number_stays_and_is_told(
    office: Office, changes: dict[str, str], status: str, reason: str
) -> None:
    delivery = office.receive([resident(1), resident(1, record_no="R2", **changes)])
    right, wrong = office.accepted("resident").rows(named=True)
    assert (right["id_no_status"], wrong["id_no_status"]) == ("ok", status)
    assert right["id_no_token"] == wrong["id_no_token"]
    assert delivery.warnings == {f"id_{status}": 1}
    [line] = office.receipt_lines(delivery)
    assert line[:6] == ["3", "公民身份号码", f"9900**********{id_no(1)[-4:]}", f"id_{status}", "提示", reason]


def test_a_sex_that_is_not_known_disagrees_with_nothing(office: Office) -> None:
    assert office.receive([resident(1, sex="未知")]).warnings == {}


def test_a_code_that_ended_is_taken_and_told(office: Office) -> None:
    ended = "code,name,valid_from,valid_to\n9,未说明的性别,1981-01-01,2023-12-31\n"
    (office.settings.codes / "sex.csv").write_text(ended, encoding="utf-8")
    in_time = office.receive([resident(1, sex="9", updated_on="2023-12-31")], "20231231")
    late = office.receive([resident(1, sex="9"), resident(2), resident(3, sex="8")], "20240101")
    assert (in_time.accepted, in_time.warnings) == (1, {})
    assert (late.accepted, late.warnings, late.by_rule) == (2, {"code_expired": 1}, {"code": 1})
    line = office.receipt_lines(late)[0]
    assert line[:2] + line[3:6] == ["2", "性别", "code_expired", "提示", "该取值在报送日期已停用或尚未启用"]


def test_a_named_check_brings_a_value_into_its_form_and_sends_others_back(office: Office) -> None:
    def row(n: int, unit_no: str) -> list[str | float]:
        names = [c.name for c in CATALOG.tables["source.property"].columns]
        values: dict[str, str | float] = {
            "title_no": f"T{n}", "real_estate_unit_no": unit_no, "location": "柳港园", "floor_area_m2": 88.5,
            "usage_kind": "住宅", "occupancy": "自住", "holder_name": "测试乙", "holder_id_no": id_no(n),
            "share_percent": 100.0, "registered_on": "2020-01-01", "updated_on": "2024-01-01",
        }  # fmt: skip
        return [values.get(name, "") for name in names]

    rows = [row(1, "140213 001001 gb00001 Ｆ00010001"), row(2, "140213001001GB00001F0001000"), row(3, "")]
    path = office.drop("不动产登记_20240301.xlsx", b"")
    workbook(path, {"甲": [["不动产登记表"], [*PROPERTY_HEADER], *rows]})
    [delivery] = office.ingest()
    assert office.accepted("property")["real_estate_unit_no"].to_list() == ["140213001001GB00001F00010001"]
    assert delivery.by_rule == {"not_null": 1, "real_estate_unit_no": 1}
    line = office.receipt_lines(delivery)[0]
    assert line[3:6] == ["real_estate_unit_no", "错误", "不是有效的不动产单元号（GB/T 37346）"]


@pytest.mark.parametrize(
    ("changes", "rule", "advice"),
    [
        ({"updated_on": "24-03-01"}, "type", "民国年份加 1911"),
        ({"moved_in_on": "112/03/01"}, "type", "民国年份加 1911"),
        ({"updated_on": "2024-03-02"}, "range", "不早于 1800-01-01，不晚于报送日期"),
        ({"birth_date": "2150-01-01"}, "range", "不早于 1890-01-01，不晚于报送日期"),
        ({"moved_in_on": "0113-03-01"}, "range", "不早于 1800-01-01"),
    ],
)
def test_a_day_that_cannot_be_sends_its_row_back(
    office: Office, changes: dict[str, str], rule: str, advice: str
) -> None:
    delivery = office.receive([resident(1), resident(2, **changes)], "20240301")
    assert (delivery.read, delivery.accepted, delivery.by_rule) == (2, 1, {rule: 1})
    assert advice in next(line for line in office.receipt_lines(delivery) if line[3] == rule)[6]


def test_a_day_to_come_stays_where_the_contract_foresees_it(office: Office) -> None:
    columns = tuple(replace(c, future=c.name == "moved_in_on") for c in CATALOG.tables["source.resident"].columns)
    table = replace(CATALOG.tables["source.resident"], columns=columns)
    office.catalog = Catalog({**CATALOG.tables, "source.resident": table})
    delivery = office.receive([resident(1, moved_in_on="2030-01-01"), resident(2, cancelled_on="2030-01-01")])
    assert (delivery.accepted, delivery.by_rule) == (1, {"range": 1})


def test_a_time_may_be_of_the_day_after_the_file_s(office: Office) -> None:
    rows = [[*ticket("T1")], [*ticket("T2")], [*ticket("T3")]]
    rows[1][1], rows[2][1] = "2024-03-02 23:59:59", "2024-03-03 00:00:00"
    office.take_tickets("12345工单_20240301.csv", *rows)
    [delivery] = office.ingest()
    assert (delivery.accepted, delivery.by_rule) == (2, {"range": 1})
