"""Which persons a further source names: it is declared in its contract, and linkage treats it by its strength."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts import person_problems
from contracts.load import lint
from contracts.model import Catalog
from tests.pipelines.linkage.persons import BIRTH, CATALOG, Row, find, resident
from tests.school_roll import CONTRACT

pytestmark = pytest.mark.slow

PHONE = "p-home"
WANG = resident("r1", "王建国", "wang", phone_token=PHONE)


def pupil(key: str, name: str, number: str | None = None, **more: object) -> Row:
    row: Row = {"roll_no": key, "pupil": name, "born_on": BIRTH, "sex": "1", "delivery_id": "d"}
    return row | {"pupil_id_no_token": f"t-{number or key}", "pupil_id_no_status": "ok" if number else "length"} | more


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Catalog:
    """Ours and the roll, with the strength that the test asks for; its rows are dated, so no delivery is looked up."""
    monkeypatch.setattr(person_problems, "codes_of", lambda name: ("school_roll",))
    path = tmp_path / "sources" / "school_roll.odcs.yaml"
    path.parent.mkdir()
    text = CONTRACT.replace("strength: register", f"strength: {getattr(request, 'param', 'register')}")
    path.write_text(text + "  - {property: dated, value: born_on}\n", encoding="utf-8")
    tables, problems = lint([path])
    assert problems == []
    return Catalog(CATALOG.tables | {table.qualified: table for table in tables})


def test_a_number_makes_a_person_and_evidence_finds_one(tmp_path: Path, catalog: Catalog) -> None:
    roll = [
        pupil("s1", "王建国", "wang"),
        pupil("s2", "王建国", phone_token=PHONE),
        pupil("s3", "欧阳若曦", "ouyang"),
    ]
    found = find(tmp_path / "home", [WANG], more={"school_roll": roll}, catalog=catalog)
    assert found.same("r1", "s1", "s2")
    assert [found.link[key]["rule"] for key in ("s1", "s2", "s3")] == ["id_no", "evidence", "id_no"]
    assert not found.same("r1", "s3")


def test_a_number_under_another_name_stays_a_doubt_and_the_spine_keeps_it(tmp_path: Path, catalog: Catalog) -> None:
    newer = pupil("s1", "李四光", "wang", born_on=BIRTH.replace(year=1999))
    found = find(tmp_path / "home", [WANG], more={"school_roll": [newer]}, catalog=catalog)
    assert found.link["r1"]["rule"] == "id_no"
    assert found.person("s1") is None
    assert found.doubts("s1")


@pytest.mark.parametrize("catalog", ["spine"], indirect=True)
def test_of_a_second_spine_every_row_is_a_person(tmp_path: Path, catalog: Catalog) -> None:
    roll = [pupil("s1", "诸葛明亮"), pupil("s2", "诸葛明亮"), pupil("s3", "王建国", phone_token=PHONE)]
    found = find(tmp_path / "home", [WANG], more={"school_roll": roll}, catalog=catalog)
    assert found.link["s1"]["rule"] == "record"
    assert not found.same("s1", "s2"), "without a household two rows of one name and birth date are not one person"
    assert found.same("r1", "s3")
    assert found.link["s3"]["rule"] == "evidence"
