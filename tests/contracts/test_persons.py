"""The word `persons`: a wrong declaration is told with its line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts import person_problems
from contracts.load import lint
from tests.school_roll import CONTRACT

SECOND = "        living_address: home\n      - {strength: contact, name: pupil, phone: phone}\n"


@pytest.fixture
def with_label(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person_problems, "codes_of", lambda name: ("school_roll",))


def problems(folder: Path, text: str, layer: str = "sources") -> list[str]:
    """Each as the line it points at, without blanks, and its message."""
    path = folder / layer / "school_roll.odcs.yaml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    lines = text.splitlines()
    return [f"{lines[p.line - 1].strip(' -')} | {p.message}" for p in lint([path])[1]]


@pytest.mark.usefixtures("with_label")
def test_a_sound_declaration_is_read(tmp_path: Path) -> None:
    assert problems(tmp_path, CONTRACT) == []
    [table] = lint([tmp_path / "sources" / "school_roll.odcs.yaml"])[0]
    [pupil] = table.persons
    assert (pupil.strength, pupil.name, pupil.addresses) == ("register", "pupil", ("home",))


@pytest.mark.usefixtures("with_label")
@pytest.mark.parametrize(
    ("written", "instead", "problem"),
    [
        ("name: pupil\n        id_no", "name: pupils\n        id_no",
         "name: pupils | persons: name names pupils, which is no column here"),
        ("strength: register", "strength: strong",
         "strength: strong | persons.0.strength should be 'spine', 'register' or 'contact', not 'strong'"),
        ("strength: register\n", "role: pupil\n", "role: pupil | persons.0.strength is missing"),
        ("        id_no: pupil_id_no\n", "",
         "strength: register | persons: strength register needs id_no: name its column, or choose a weaker strength"),
        ("strength: register", "strength: contact",
         "id_no: pupil_id_no | persons: a contact tells no id_no: leave it out, or declare strength: register"),
        ("id_no: pupil_id_no", "id_no: phone",
         "id_no: phone | persons: id_no names phone, which is not a column with customProperty token: id_no"),
        ("        phone: phone", "        phone: pupil_id_no",
         "phone: pupil_id_no | persons: phone names pupil_id_no, which is not a column with customProperty token: phone"),
        ("name: pupil\n        id_no", "name: phone\n        id_no", "name: phone | persons: name names phone, which is not"),
        ("birth_date: born_on\n        phone", "birth_date: sex\n        phone",
         "birth_date: sex | persons: birth_date names sex, which is not a date"),
        ("living_address: home", "living_address: pupil",
         "living_address: pupil | persons: living_address names pupil, which is not a column with customProperty address"),
        ("        living_address: home", "        lives_at: home",
         "lives_at: home | persons.0.lives_at is an unknown word -> known here are strength"),
        ("        living_address: home", "        living_address: home\n        one_per_dwelling: sometimes",
         "one_per_dwelling: sometimes | persons.0.one_per_dwelling should be a boolean"),
        ("        living_address: home\n", SECOND,
         "value: | persons: several persons of one row each have a role of their own"),
        ("        primaryKey: true\n", "", "value: | persons: people decide about a row by its key"),
        ("      - name: phone\n", "      - name: person_id\n", "value: | persons: the hub adds a column person_id"),
        ("    value:\n      - strength: register\n", "    value:\n        strength: register\n",
         "value: | persons should be a list, not a mapping -> a list, one mapping for each person that a row names"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_told(tmp_path: Path, written: str, instead: str, problem: str) -> None:
    assert CONTRACT.count(written) == 1
    found = problems(tmp_path, CONTRACT.replace(written, instead))
    assert any(told.startswith(problem) for told in found), found
    assert not any(told.startswith("value: | persons should have") for told in found), (
        "there is an entry, if a wrong one"
    )


def test_what_a_source_says_needs_a_label(tmp_path: Path) -> None:
    [told] = problems(tmp_path, CONTRACT)
    assert told.endswith("add a line `school_roll,<label>,…` to codes/claim_source.csv")


def test_an_empty_list_names_nobody(tmp_path: Path) -> None:
    head, _, _ = CONTRACT.partition("    value:\n      - strength")
    [told] = problems(tmp_path, f"{head}    value: []\n")
    assert told.startswith("value: [] | persons should have an entry")


def test_persons_are_named_by_sources_and_registers_are_those_of_city_tables(tmp_path: Path) -> None:
    told = problems(tmp_path, CONTRACT, "city")
    assert any("belongs into a contract of contracts/sources" in problem for problem in told), told


def test_an_authority_is_a_source(tmp_path: Path) -> None:
    [told] = problems(tmp_path, CONTRACT + "  - {property: authority, value: police}\n", "city")
    assert "authority should be the source whose register the table is" in told
    assert "(resident, property, hotline, doorstep), not 'police'" in told
