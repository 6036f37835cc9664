"""Cells without a value, and cells with characters that nobody sees: what becomes of them, and what the office is told."""

import pytest

from contracts.artefacts import is_placeholder
from tests.pipelines.office import RESIDENT_HEADER, Office, id_no, resident, ticket

pytestmark = pytest.mark.slow

NULL_WORDS = ["NULL", "null", " NULL ", r"\N", "(null)", "<null>", "nan", "NaN", "None", "NaT", "N/A", "NA", "<NA>"]
ERROR_CELLS = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "########"]
MOJIBAKE = ["锟斤拷", "柳港园锟斤拷", "\ufffd", "柳港\ufffd园", "烫烫烫", "屯屯屯屯"]
STRAY = ["\ufeff", "\u200b", "\u200e", "\u202d", "\u00ad", "\u2060", "\U000e0041", "\x7f"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        *((t, "null_word") for t in NULL_WORDS),
        *((t, "error_cell") for t in ERROR_CELLS),
        *((t, "mojibake") for t in MOJIBAKE),
    ],
)
def test_an_artefact_is_no_value_and_is_told(office: Office, text: str, rule: str) -> None:
    rows = [resident(1, living_address=text), resident(2, name=text), resident(3)]
    office.drop("人口信息_20240301.csv", "\ufeff" + "\n".join(map(",".join, [RESIDENT_HEADER, *rows])), "utf-8")
    [delivery] = office.ingest()
    assert (delivery.read, delivery.accepted, delivery.by_rule) == (3, 2, {"not_null": 1})
    assert delivery.warnings == {rule: 2}
    assert office.accepted("resident")["living_address"].to_list() == [None, None]


@pytest.mark.parametrize("text", ["张?", "张??", "张？"])
def test_a_question_mark_in_a_name_was_a_character(office: Office, text: str) -> None:
    delivery = office.receive([resident(1, name=text), resident(2, hukou_address="柳港园3号楼？")])
    assert (delivery.by_rule, delivery.warnings) == ({"not_null": 1}, {"mojibake": 1})


@pytest.mark.parametrize("text", ["无", "-", "/", "不详", "同上", "——", "***"])
def test_a_placeholder_is_no_name_and_no_address(office: Office, text: str) -> None:
    delivery = office.receive([resident(1, name=text), resident(2, living_address=text), resident(3)])
    assert (delivery.accepted, delivery.by_rule, delivery.warnings) == (2, {"not_null": 1}, {"placeholder": 2})
    assert office.accepted("resident")["living_address"].to_list() == [None, None]


def test_the_same_word_is_an_answer_elsewhere(office: Office) -> None:
    office.take_tickets("12345工单_20240301.csv", ticket("T1", "无"))
    [delivery] = office.ingest()
    assert (delivery.accepted, delivery.warnings) == (1, {})


@pytest.mark.parametrize("text", ["0000-00-00", "0000-00-00 00:00:00", "1900/1/0"])
def test_the_day_zero_of_a_program_is_no_day(office: Office, text: str) -> None:
    delivery = office.receive([resident(1, cancelled_on=text)])
    assert (delivery.accepted, delivery.warnings) == (1, {"null_word": 1})


def test_words_that_only_look_like_artefacts_are_values(office: Office) -> None:
    delivery = office.receive([resident(1, name="南楠", household_no="NULL1"), resident(2, living_address="#3号楼")])
    assert (delivery.accepted, delivery.warnings) == (2, {})


def test_a_code_that_looks_like_an_artefact_is_a_code(office: Office) -> None:
    (office.settings.codes / "sex.csv").write_text("code,name,valid_from,valid_to\nNA,未采集,1981-01-01,\n", "utf-8")
    delivery = office.receive([resident(1, sex="NA"), resident(2, sex="NULL")])
    assert (delivery.accepted, delivery.by_rule) == (1, {"not_null": 1})
    assert office.accepted("resident")["sex"].to_list() == ["NA"]


def test_lost_characters_of_running_text_stay(office: Office) -> None:
    office.take_tickets("12345工单_20240301.csv", ticket("T1", "停水\ufffd两天 👨‍👩‍👧\ufeff"), ticket("T2", "NULL"))
    [delivery] = office.ingest()
    assert (delivery.accepted, delivery.by_rule) == (1, {"not_null": 1})
    assert delivery.warnings == {"mojibake": 1, "null_word": 1, "stray_character": 1}
    assert office.accepted("hotline")["content"].to_list() == ["停水\ufffd两天 👨‍👩‍👧"]


@pytest.mark.parametrize(
    "phone",
    ["无", "00000000000", "0000-0000000", "01000000000", "11111111111", "12345678901", "13800000000", "13800138000",
     "无电话", "0", "不详"],
)  # fmt: skip
def test_a_placeholder_of_a_telephone_links_nobody(office: Office, phone: str) -> None:
    delivery = office.receive([resident(1, phone=phone), resident(2, phone=phone)])
    assert (delivery.accepted, delivery.warnings) == (2, {"placeholder": 2})
    rows = office.accepted("resident")
    assert rows["phone_token"].to_list() == rows["phone_masked"].to_list() == [None, None]
    assert rows["phone_status"].to_list() == ["missing", "missing"]


def test_a_telephone_that_a_spreadsheet_rounded_links_nobody(office: Office) -> None:
    delivery = office.receive(
        [resident(1, phone="1.54E+10"), resident(2, phone="１.５４E+10"), resident(3, phone="1.5400000003E10")]
    )
    assert delivery.warnings == {"precision_lost": 2}
    assert office.accepted("resident")["phone_token"].is_null().to_list() == [True, True, False]


@pytest.mark.parametrize("phone", ["400-810-0000", "95598", "110"])
def test_a_service_number_is_right_and_nobody_s(office: Office, phone: str) -> None:
    delivery = office.receive([resident(1, phone=phone)])
    row = office.accepted("resident").row(0, named=True)
    assert (delivery.warnings, row["phone_status"], row["phone_token"]) == ({}, "service", None)


@pytest.mark.parametrize(
    "number", ["0" * 18, "9" * 18, "1" * 18, "123456789012345678", "无", "不详", "000000", "新生儿", "无证件"]
)
def test_a_placeholder_of_an_id_number_is_a_missing_one(office: Office, number: str) -> None:
    delivery = office.receive(
        [resident(1, id_no=number), resident(2, id_no=number, birth_date="2024-02-01"), resident(3)]
    )
    assert (delivery.accepted, delivery.by_rule, delivery.warnings) == (2, {"not_null": 1}, {"placeholder": 2})
    newborn = office.accepted("resident").row(0, named=True)
    assert (newborn["id_no_status"], newborn["id_no_token"]) == ("newborn", None)
    assert is_placeholder("id_no", number)


def test_a_newborn_without_a_number_is_a_person(office: Office) -> None:
    born = ["2024-03-01", "2023-03-03", "2023-03-02", "1990-01-01"]
    delivery = office.receive([resident(n, id_no="", birth_date=day) for n, day in enumerate(born, 1)])
    assert (delivery.accepted, delivery.by_rule, delivery.warnings) == (2, {"not_null": 2}, {})


def test_numbers_that_a_spreadsheet_rounded_have_no_token(office: Office) -> None:
    delivery = office.receive([resident(n, id_no="990001199001011000") for n in (1, 2)])
    assert delivery.warnings == {"id_precision_lost": 2}
    assert office.accepted("resident")["id_no_token"].to_list() == [None, None]


@pytest.mark.parametrize("character", STRAY)
def test_an_invisible_character_is_left_out_and_told(office: Office, character: str) -> None:
    def around(text: str) -> str:
        return f"{character}{text[:1]}{character}{text[1:]}{character}"

    plain = resident(1)
    office.drop(
        "人口信息_20240301.csv",
        "\n".join(map(",".join, [RESIDENT_HEADER, [around(cell) if cell else "" for cell in plain]])),
        "utf-8",
    )
    [delivery] = office.ingest()
    assert (delivery.accepted, delivery.by_rule) == (1, {})
    assert delivery.warnings == {"stray_character": sum(map(bool, plain))}
    row = office.accepted("resident").row(0, named=True)
    assert (row["record_no"], row["id_no_status"], row["phone_status"], row["name"]) == ("R1", "ok", "ok", "测试甲")


def test_keys_that_differ_only_by_what_nobody_sees_are_one(office: Office) -> None:
    rows = [
        resident(1),
        resident(2, record_no="\ufeffR1"),
        resident(3, record_no="'R1"),
        resident(4, record_no="R\u200b1"),
    ]
    office.drop("人口信息_20240301.csv", "\n".join(map(",".join, [RESIDENT_HEADER, *rows])), "utf-8")
    [delivery] = office.ingest()
    assert (delivery.accepted, delivery.by_rule) == (1, {"unique": 3})


@pytest.mark.parametrize("mark", ["'", "`", "’", "＇", "''"])
def test_a_spreadsheet_s_mark_of_text_is_left_out_and_told(office: Office, mark: str) -> None:
    marked = {
        "id_no": mark + id_no(1),
        "phone": f"{mark}15400000001",
        "birth_date": f"{mark}1990-01-01",
        "sex": f"{mark}男",
    }
    delivery = office.receive([resident(1, **marked)])
    assert (delivery.accepted, delivery.warnings) == (1, {"stray_character": 4})


def test_a_formula_behind_a_mark_goes_back(office: Office) -> None:
    delivery = office.receive([resident(1, household_no="'=1+1"), resident(2)])
    assert delivery.by_rule == {"formula": 1}
