"""Every rule shows on its own example what it finds; a rule that cannot say why it may ask is refused."""

from pathlib import Path

import duckdb
import pytest

from contracts.errors import HubError
from contracts.load import load_catalog
from warehouse.rules import Rule, load_rules, run_example, run_rule


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.name)
def test_a_rule_finds_what_its_example_says(rule: Rule) -> None:
    found, expected = run_example(rule, load_catalog())
    assert found == expected


SOUND = """/*
title: 试
meaning: 试
severity: low
subject: person
purpose: door_service
legal_basis: 试
owner: 试
given: {person: [{person_id: a}]}
expected: [a]
*/
select person_id as subject_id, person_id, name from person
"""


def rule_from(tmp_path: Path, text: str) -> Rule:
    (tmp_path / "odd.sql").write_text(text, encoding="utf-8")
    return load_rules(tmp_path)[0]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("purpose: door_service\n", "", "lacks purpose"),
        ("legal_basis: 试\n", "", "lacks legal_basis"),
        ("severity: low\n", "severity: low\ncolour: red\n", "unknown words colour"),
        ("given: {person", "given: {{person", "header is not YAML"),
    ],
)
def test_an_unsound_header_is_refused_with_its_file(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(HubError, match=rf"odd\.sql.*{says}"):
        rule_from(tmp_path, SOUND.replace(old, new))


@pytest.fixture
def people() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create table person (person_id text, name text)")
    connection.execute("insert into person values ('a', 'x'), ('a', 'y'), ('b', 'z')")
    finding = load_catalog().tables["city.finding"]
    connection.execute(f"create table found ({', '.join(f'{c.name} {c.sql_type}' for c in finding.columns)})")
    return connection


def test_a_finding_is_its_rule_and_subject(tmp_path: Path, people: duckdb.DuckDBPyConnection) -> None:
    run = run_rule(people, rule_from(tmp_path, SOUND), "found")
    assert (run.findings, run.error) == (2, None)
    rows = people.execute("select subject_id, person_id, evidence, status from found order by 1").fetchall()
    assert rows == [("a", "a", '{"name":"x"}', "open"), ("b", "b", '{"name":"z"}', "open")]


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select nobody as subject_id from person", "nobody"),
        ("select person_id from person", "selects no subject_id"),
        ("select cast(name as int) as subject_id from person", "ConversionException"),
    ],
)
def test_a_broken_rule_is_reported_without_rows(
    tmp_path: Path, people: duckdb.DuckDBPyConnection, sql: str, says: str
) -> None:
    run = run_rule(people, rule_from(tmp_path, SOUND.split("*/")[0] + "*/\n" + sql), "found")
    assert run.error is not None
    assert says in run.error
    assert "'x'" not in run.error
