"""Contracts are read strictly: what is wrong is said with file and line; what is right becomes a typed table."""

from pathlib import Path

import pytest

from contracts.errors import ContractError
from contracts.load import contract_files, lint, load_catalog
from contracts.survivorship import Survivorship

GOOD = """\
apiVersion: v3.2.0
kind: DataContract
id: parking
version: 1.0.0
status: active
schema:
  - name: parking
    businessName: 停车证
    properties:
      - name: permit_no
        physicalName: 证号
        description: Number that the office gave the permit
        logicalType: string
        primaryKey: true
        required: true
      - name: holder
        physicalName: 持证人
        description: Name of the person the permit was given to
        logicalType: string
        classification: personal
        logicalTypeOptions: {maxLength: 20}
        customProperties:
          - {property: purpose, value: parking}
          - {property: mask, value: name}
    quality:
      - {metric: rowCount, mustBeGreaterThan: 0}
customProperties:
  - {property: load, value: snapshot}
  - property: layout
    value: {format: csv, file_pattern: 'parking\\.csv'}
"""


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "sources" / "parking.odcs.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return [f"{p.line}: {p.message}" for p in lint([path])[1]]


def test_a_sound_contract_becomes_a_table(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []
    table = load_catalog(tmp_path).find("parking")
    assert table is not None
    assert table.relation == "source.parking"
    assert table.key == ("permit_no",)
    assert [c.name for c in table.released_columns] == ["permit_no", "holder", "delivery_id", "row_no"]
    assert [(c.rule, c.args) for c in table.column("holder").checks] == [("length", {"min": None, "max": 20})]
    assert [(c.rule, c.args) for c in table.checks] == [
        ("unique", {"columns": ["permit_no"]}),
        ("row_count", {"min": 1, "max": None}),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("status: active", "statuss: active", 1, "statuss"),
        ("logicalType: string\n        primaryKey", "logicalType: text\n        primaryKey", 13, "text"),
        ("          - {property: purpose, value: parking}\n", "", 16, "states no purpose"),
        (
            "{property: mask, value: name}",
            "{property: maks, value: name}",
            24,
            "maks is an unknown word -> known here are classification",
        ),
        ("{property: mask, value: name}", "{property: mask, value: nose}", 24, "mask should be 'name', 'address'"),
        ("classification: personal", "classification: secret", 20, "classification should be 'public', 'internal'"),
        ("value: snapshot", "value: sometimes", 28, "load should be 'snapshot'"),
        ("mustBeGreaterThan: 0", "mustBeGreaterThan: 0, severity: fatal", 26, "severity fatal"),
        ("format: csv, ", "", 30, "layout.format is missing"),
        ("format: csv, ", "format: docx, ", 30, "layout.format should be 'csv', 'xlsx'"),
        ("'parking\\.csv'", "'parking(.csv'", 30, "layout.file_pattern is no regular expression"),
        ("format: csv, ", "format: xlsx, sheets: '甲(', ", 30, "layout.sheets is no regular expression"),
        ("{property: mask, value: name}", "{property: token, value: phone}", 20, "sensitive"),
        (
            "{property: mask, value: name}",
            "{property: address, value: first}",
            24,
            "address should be an integer, not 'first' -> a number: 1 for",
        ),
        ("classification: personal\n", "classification: internal\n", 20, "classification should be at least personal"),
        ("maxLength: 20", "pattern: '['", 21, "pattern is no regular expression"),
        ("name: holder", "name: order", 16, "no word of SQL"),
        ("name: holder", "name: Halter", 16, "lower-case English"),
        ("name: holder", "name: row_no", 16, "the hub adds a column of this name"),
        ("physicalName: 持证人", "physicalName: 证号", 9, "column 证号 is declared twice"),
        ("{property: mask, value: name}", "{property: mask, value: year}", 24, "mask year is for dates"),
        ("{property: mask, value: name}", "{property: clean, value: nfkc}", 24, "clean should be a list, not 'nfkc'"),
        ("{property: mask, value: name}", "{property: formats, value: ['%y-%m-%d']}", 24, "a year has four digits"),
        ("{property: mask, value: name}", "{property: future, value: true}", 24, "future is for dates and timestamps"),
        (
            "{property: mask, value: name}",
            "{property: check, value: mobil}",
            24,
            "check.0 should be a check (date_text, id_no",
        ),
        (
            "value: name}",
            "value: name}\n          - {property: check, value: [date_text, {name: x}]}",
            25,
            "check.1.name should be a check (",
        ),
        ("{property: mask, value: name}", "{property: check, value: id_no}", 16, "add customProperty token: id_no"),
        ("{property: mask, value: name}", "{property: check, value: telephone}", 16, "add customProperty token: phone"),
        (
            "{property: mask, value: name}",
            "{property: agrees, value: {sex: sex}}",
            16,
            "agrees is for a column with token",
        ),
        ("{property: mask, value: name}", "{property: agrees, value: sex}", 24, "agrees should be a mapping"),
        (
            "{property: mask, value: name}",
            "{property: agrees, value: {sex: se}}",
            16,
            "sex: a string column of this table",
        ),
        (
            "{property: mask, value: name}",
            "{property: agrees, value: {birth_date: permit_no}}",
            16,
            "birth_date: a date column of this table or",
        ),
        ("name: holder", "name: permit_no", 9, "declared twice"),
        ("kind: DataContract", "kind: [DataContract", 3, "not valid YAML"),
        ("value: parking", "value: '?'", 23, "column holder: still to be decided: purpose"),
        ("status: active", "status: active\ndescription: {purpose: '?'}", 6, "still to be decided: purpose"),
        ("mustBeGreaterThan: 0", "mustBeGreaterThan: 0, description: '?'", 26, "still to be decided: description"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert any(says in problem for problem in found), found
    assert any(problem.startswith(f"{line}: ") for problem in found), found


SAID = "description: Name of the person the permit was given to"


@pytest.mark.parametrize(
    ("given", "line", "says"),
    [
        (None, 16, "has no description; add `description`: one sentence"),
        ("''", 18, "has no description"),
        ("'—。'", 18, "has no description"),
        ("'?'", 18, "still to be decided: description"),
        ("holder", 18, "its description only repeats its name; write one sentence"),
        ("The Holder.", 18, "its description only repeats its name"),
        ("持证人", 18, "its description only repeats its name"),
        ("车证 持有人", 18, "its description only repeats its name"),
    ],
)
def test_a_description_says_more_than_the_name(tmp_path: Path, given: str | None, line: int, says: str) -> None:
    labelled = GOOD.replace(
        "        classification: personal", "        businessName: 车证持有人\n        classification: personal"
    )
    wanted = f"        {SAID}\n"
    assert wanted in labelled
    text = labelled.replace(wanted, f"        description: {given}\n" if given else "")
    [found] = problems(tmp_path, text)
    assert found.startswith(f"{line}: column holder: {says}")


PICKED = "{sources: [resident, property], pick: newest}"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (PICKED, None),
        ("{sources: [resident], many: true, valid: own_phone, entity: dwelling, attribute: holder}", None),
        ("resident", "survivorship should be a mapping, not 'resident'"),
        ("{source: [resident]}", "survivorship.source is an unknown word -> known here are entity, attribute, sources"),
        ("{pick: newest}", "survivorship.sources is missing -> the offices in the order of their authority"),
        ("{sources: resident}", "survivorship.sources should be a list"),
        ("{sources: [resident, police]}", "should be a source of codes/claim_source.csv (resident, property"),
        ("{sources: [[resident]]}", "survivorship.sources.0 should be a string, not a list"),
        ("{sources: [resident, resident]}", "each source has one place"),
        ("{sources: [resident], pick: oldest}", "pick should be 'authority', 'newest' or 'fresh_door', not 'oldest'"),
        ("{sources: [resident], valid: nice}", "should be a test of codes/survivorship_test.csv (usable_number"),
        ("{sources: [resident], entity: parking}", "should be an entity of codes/claim_entity.csv"),
        ("{sources: [resident], many: 2}", "many should be a boolean, not 2"),
        ("{sources: [resident], many: true, pick: newest}", "pick newest would leave one"),
        ("{sources: [resident, doorstep], many: true, pick: fresh_door}", "pick fresh_door would leave one"),
        ("{sources: [resident, doorstep, hotline], pick: fresh_door}", None),
        ("{sources: [resident, hotline], pick: fresh_door}", "doorstep stands behind it in sources"),
        ("{sources: [doorstep, resident], pick: fresh_door}", "doorstep stands behind it in sources"),
    ],
)
def test_whose_word_is_shown_is_declared_by_known_words(tmp_path: Path, given: str, says: str | None) -> None:
    path = tmp_path / "city" / "parking.odcs.yaml"
    path.parent.mkdir()
    wanted = f"{{property: mask, value: name}}\n          - {{property: survivorship, value: {given}}}"
    path.write_text(GOOD.replace("{property: mask, value: name}", wanted), encoding="utf-8")
    tables, found = lint([path])
    if says is None:
        assert found == []
        assert tables[0].column("holder").survivorship is not None
    else:
        assert {p.line for p in found} == {25}
        assert any(says in p.message for p in found), found
        assert all("column holder: survivorship" in p.message for p in found)


def test_an_office_s_contract_says_nothing_of_what_is_shown(tmp_path: Path) -> None:
    wanted = f"{{property: survivorship, value: {PICKED}}}"
    [found] = problems(tmp_path, GOOD.replace("{property: mask, value: name}", wanted))
    assert (
        found
        == "24: column holder: survivorship says what the city database shows -> it belongs into a contract of contracts/city"
    )


def test_a_policy_is_of_its_table_and_column_unless_it_says_otherwise() -> None:
    survivorship = load_catalog().tables["city.person"].column("phone_masked").survivorship
    assert survivorship == Survivorship(
        entity="person", attribute="phone", sources=("resident", "doorstep", "property", "hotline"), pick="newest",
        valid="own_phone",
    )  # fmt: skip
    assert survivorship.authority == "resident"
    name = load_catalog().tables["city.person"].column("name").survivorship
    assert name == Survivorship(entity="person", attribute="name", sources=("resident", "property", "doorstep"))


def test_a_check_is_named_with_or_without_its_severity(tmp_path: Path) -> None:
    wanted = "{property: check, value: [date_text, {name: social_credit_code, severity: warning}]}"
    assert problems(tmp_path, GOOD.replace("{property: mask, value: name}", wanted)) == []
    table = load_catalog(tmp_path).find("parking")
    assert table is not None
    named = [check for check in table.column("holder").checks if check.rule == "named"]
    assert [(c.reported_rule, c.severity, c.rejects_rows) for c in named] == [
        ("date_text", "error", True),
        ("social_credit_code", "warning", True),
    ]


def test_an_office_s_own_telephone_may_stand_in_a_public_column(tmp_path: Path) -> None:
    public = GOOD.replace("classification: personal", "classification: public")
    assert (
        problems(tmp_path, public.replace("{property: mask, value: name}", "{property: check, value: landline}")) == []
    )


def test_a_catalog_with_a_typo_does_not_load(tmp_path: Path) -> None:
    problems(tmp_path, GOOD.replace("status: active", "statuss: active"))
    with pytest.raises(ContractError, match=r"parking\.odcs\.yaml:\d+: .*`hub contract check`"):
        load_catalog(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "just text"])
def test_an_empty_contract_is_said_to_be_empty(tmp_path: Path, content: str) -> None:
    assert problems(tmp_path, content) == ["1: empty or not a mapping; a contract starts with apiVersion and kind"]


def test_two_tables_cannot_wait_for_one_file(tmp_path: Path) -> None:
    problems(tmp_path, GOOD)
    (tmp_path / "sources" / "z.odcs.yaml").write_text(GOOD.replace("name: parking", "name: z"), encoding="utf-8")
    assert "same file_pattern" in str(lint(contract_files(tmp_path))[1][0])


def test_what_nobody_classified_is_personal(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []
    table = load_catalog(tmp_path).find("parking")
    assert table is not None
    assert table.column("permit_no").is_personal


def test_two_tables_of_one_name_are_refused(tmp_path: Path) -> None:
    problems(tmp_path, GOOD)
    other = tmp_path / "sources" / "other.odcs.yaml"
    other.write_text(GOOD, encoding="utf-8")
    assert "already declared" in str(lint(contract_files(tmp_path))[1][0])
