"""Every rule shows on its own example what it finds; a rule that cannot say why it may ask is refused."""

from pathlib import Path

import pytest

from contracts.errors import HubError
from contracts.load import load_catalog
from warehouse.cross_check.model import Rule, load_rules, run_example


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.name)
def test_a_rule_finds_the_subjects_of_its_example(rule: Rule) -> None:
    found, expected = run_example(rule, load_catalog())
    assert found == expected


SOUND = """/*
title: 试
meaning: 试
severity: low
subject: person
place: door
purpose: door_service
legal_basis: 试
owner: 试
rows: {resident: [household_no]}
evidence: {name: 名}
given: {person: [{person_id: a}]}
expected: [a]
*/
select person_id as subject_id, person_id, name, ['resident:' || person_id] as evidence_rows from person
"""


def rule_from(tmp_path: Path, text: str) -> Rule:
    (tmp_path / "odd.sql").write_text(text, encoding="utf-8")
    return load_rules(tmp_path)[0]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("purpose: door_service\n", "", "purpose is missing"),
        ("legal_basis: 试\n", "", "legal_basis is missing"),
        (
            "severity: low\n",
            "severity: low\ncolour: red\n",
            ":5: colour is an unknown word -> known here are title, meaning",
        ),
        ("given: {person", "given: {{person", "not valid YAML"),
        ("severity: low", "severity: awful", ":4: severity should be 'high', 'medium' or 'low', not 'awful'"),
        ("rows: {resident: [household_no]}", "rows: [resident]", "rows should be a mapping, not a list"),
        ("rows: {resident: [household_no]}", "rows: {resident: }", r"rows\.resident should be a list, not nothing"),
        ("expected: [a]", "expected: 5", "expected should be a list, not 5"),
        ("expected: [a]", "expected: [a]\ndoubts: [1]", r"doubts\.0 should be a string, not 1"),
        ("evidence: {name: 名}", "evidence: {5: 名}", r"evidence\.5 should be a string, not 5"),
        ("severity: low", "severity: [low]", "severity should be 'high', .* not a list"),
        ("owner: 试\n", "owner: 试\n5: x\n", "5 is an unknown word"),
        ("title: 试", "title: \x07", "not valid YAML: unacceptable character"),
        ("title: 试", "title: 3", "title should be a string, not 3"),
        ("owner: 试\n", "owner: 试\nparameters: {days: 30}\n", "do not agree on days"),
        ("owner: 试\n", "owner: 试\nparameters: {days: soon}\n", r"parameters\.days should be an integer.* not 'soon'"),
    ],
)
def test_an_unsound_header_is_refused_with_its_file(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(HubError, match=rf"odd\.sql.*{says}"):
        rule_from(tmp_path, SOUND.replace(old, new))


def test_a_parameter_is_a_number_in_the_sql(tmp_path: Path) -> None:
    text = SOUND.replace("owner: 试\n", "owner: 试\nparameters: {years: 110}\n").replace(
        "from person", "from person where age > $years"
    )
    assert "age > 110" in rule_from(tmp_path, text).sql
