"""No rule reads what its purpose does not allow, however it is written; and none runs whose header and SQL disagree."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.load import load_catalog
from tests.warehouse.cross_check.test_rules import SOUND, rule_from
from warehouse.cross_check.lint import problems
from warehouse.cross_check.model import Rule, load_rules
from warehouse.sql_reading.columns import read_sql

CATALOG = load_catalog()
HEAD = SOUND.partition("*/")[0].replace("evidence: {name: 名}", "evidence: {more: 更}") + "*/\n"


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.name)
def test_every_rule_of_ours_is_sound(rule: Rule) -> None:
    assert problems(rule, CATALOG) == []


def test_sound_rules_have_no_problems(tmp_path: Path) -> None:
    assert problems(rule_from(tmp_path, SOUND), CATALOG) == []


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ("select p.name from person p", {"person": {"name"}}),
        ("select name as subject_id, birth_date from person person", {"person": {"name", "birth_date"}}),
        ("select count(*) as n from person", {"person": set()}),
        ("with p as (select * from household) select household_no from p", {"household": {"household_no", ...}}),
        ("from title select holder_name", {"title": {"holder_name"}}),
        ("select h.household_id from household h where exists (select 1 from person p where p.household_id"
         " = h.household_id and p.sex = '1')", {"household": {"household_id"}, "person": {"household_id", "sex"}}),
        ("select (select max(r.name) from source.resident r where r.household_no = h.household_no) as n from household h",
         {"source.resident": {"name", "household_no"}, "household": {"household_no"}}),
        ("select dwelling_id from title group by dwelling_id having count(distinct holder_name) > 1",
         {"title": {"dwelling_id", "holder_name"}}),
        ("select t.title_no from title t join person p using (person_id) order by p.birth_date",
         {"title": {"title_no", "person_id"}, "person": {"person_id", "birth_date"}}),
        ("select person_id from residence qualify row_number() over (partition by dwelling_id order by valid_from) = 1",
         {"residence": {"person_id", "dwelling_id", "valid_from"}}),
        ("select p.person_id from person p, unnest([p.name]) u(n)", {"person": {"person_id", "name"}}),
        ("select sex from person union all select name from source.resident",
         {"person": {"sex"}, "source.resident": {"name"}}),
        ("with recursive r as (select person_id from person union select person_id from r) select person_id from r",
         {"person": {"person_id"}}),
        ("with person as (select * from household) select household_no from person", {"household": {"household_no", ...}}),
        ("with person as (select name from person) select name from person", {"person": {"name"}}),
        ("WITH P AS (SELECT Name FROM Person) SELECT p.name FROM p", {"person": {"name"}}),
        ("select range as subject_id from range(10)", {}),
    ],
)  # fmt: skip
def test_reads_of_a_select_are_found_in_every_clause(sql: str, reads: dict[str, set[object]]) -> None:
    found = read_sql(sql, CATALOG).columns
    assert found.keys() == reads.keys()
    for relation, columns in reads.items():
        if ... in columns:  # a star reads them all
            assert found[relation] == {c.name for c in CATALOG.tables[f"city.{relation}"].released_columns}
        else:
            assert found[relation] == columns


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select id_no_token as subject_id from person", "reads person.id_no_token, whose contract does not allow"),
        ("select * from person", "reads person.phone_token"),
        ("with p as (select * from ticket) select ticket_id from p", "reads ticket.requester_phone_token"),
        ("select person_id from person where name in (select content from source.hotline)", "source.hotline.content"),
        ("select count(distinct t.holder_phone_token) from title t", "title.holder_phone_token"),
        ("select finding_id as subject_id from finding", "reads finding, which comes of rules"),
        ("select record_key from finding_evidence", "reads finding_evidence"),
        ("select name from 'people.csv'", "reads people.csv, which no contract publishes"),
        ("select name from read_csv('people.csv')", "calls the table function read_csv"),
        ("select * from query('select 1')", "calls the table function query"),
        ("select * from person_row", "reads person_row, which no contract publishes"),
        ("select * from duckdb_settings()", "calls the table function duckdb_settings"),
        ("select * from information_schema.tables", "reads information_schema.tables"),
        ("insert into person (name) values ('x')", "is not one select"),
        ("attach 'x.db' as x", "is not one select"),
        ("copy person to 'x.csv'", "is not one select"),
        ("select 1 as subject_id; drop table person", "is not one select"),
        ("with gone as (delete from person returning *) select * from gone", "is not"),
        ("set memory_limit = '1GB'", "is not one select"),
        ("select person from person", "a whole row as one value"),
        ("select to_json(p) from person p", "a whole row as one value"),
        ("select list_transform(list(p), lambda x: x.name) from person p", "a whole row as one value"),
        ("select count(*) from person p group by p", "a whole row as one value"),
        ("select household_id from person p order by p", "a whole row as one value"),
        ("select * from (summarize person)", ""),
        ("select * from (describe person)", ""),
        ("select * from (show tables)", ""),
        ("select * from (pivot person on sex using count(*))", ""),
        ("select * from (unpivot person on name, sex)", ""),
        ("select (with x as (select 1 as a) select a from x) as b, y.* from x y", "reads x, which no contract publishes"),
        ("with p as (select * from found) select * from p", "reads found, which no contract publishes"),
        ("select columns('name') from person", "takes columns(…)"),
        ("select #2 from person", "takes a column by its number"),
        ("select * from person natural join residence", "called alike"),
        ("select household_id from person using sample 5", "takes a sample"),
        ("select person_id as subject_id from person where birth_date < today()", "answers another time"),
        ("select person_id as subject_id from person where age(birth_date) > interval 1 year", "answers another time"),
        ("select uuid() as subject_id", "answers another time"),
        ("select nobody as subject_id from person", "'nobody' could not be resolved"),
        ("select select", "is not valid SQL"),
        ("", "is not one select"),
    ],
)  # fmt: skip
def test_a_rule_that_reads_what_it_must_not_is_refused(tmp_path: Path, sql: str, says: str) -> None:
    found = problems(rule_from(tmp_path, HEAD + sql), CATALOG)
    assert any(says in problem for problem in found), found
    assert all(" -> " in problem for problem in found)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select person_id as subject_id, sex as more from person", "selects no evidence_rows"),
        ("select person_id as subject_id, ['x'] as evidence_rows from person", "selects no more"),
        ("select person_id as subject_id, ['x'] as evidence_rows, 1 as more, 2 as other from person", "selects other"),
        ("select 7 as subject_id, ['x'] as evidence_rows, 1 as more", "subject_id is no text"),
        ("select 'x' as subject_id, 'resident:1' as evidence_rows, 1 as more", "evidence_rows is no list"),
        ("select 'x' as subject_id, ['x'] as evidence_rows, strlen(1, 2) as more", "does not run"),
    ],
)
def test_header_and_sql_agree(tmp_path: Path, sql: str, says: str) -> None:
    [problem] = problems(rule_from(tmp_path, HEAD + sql), CATALOG)
    assert says in problem


@pytest.mark.parametrize(
    ("sql", "tokens"),
    [
        ("select phone_token as more from source.resident", ["more"]),
        ("select max(phone_token) as more, min(name) as other from source.resident", ["more"]),
        ("with p as (select list(r.phone_token) as them from source.resident r) select them as more from p", ["more"]),
        ("select phone_token as more from source.resident union all select name from source.resident", ["more"]),
        (
            "with p as (select 'x' as a union all select phone_token from source.resident) select a as more from p",
            ["more"],
        ),
        ("select md5(phone_token) as more from source.resident", []),
        ("select count(distinct phone_token) as more from source.resident", []),
        (
            "select r.phone_token = s.phone_token as more from source.resident r join source.resident s using (record_no)",
            [],
        ),
        ("select phone_masked as more from source.resident where phone_token is not null", []),
    ],
)
def test_returned_tokens_are_found(sql: str, tokens: list[str]) -> None:
    assert list(read_sql(sql, CATALOG).tokens) == tokens


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rows": {"nothing": ("x",)}}, "no office delivers nothing"),
        ({"rows": {"resident": ("nothing",)}}, "source.resident has no column nothing"),
        ({"rows": {"resident": ("id_no_token",)}}, "is a token, which nobody is shown -> show id_no_masked"),
        (
            {"rows": {"hotline": ("content",)}},
            "shows source.hotline.content, whose contract does not allow door_service",
        ),
        ({"doubts": ("person.shoe_size",)}, "no claim is about person.shoe_size"),
        ({"purpose": "curiosity"}, "reads person.name, whose contract does not allow curiosity"),
    ],
)
def test_a_header_must_agree_with_contracts_and_sql(tmp_path: Path, change: dict[str, object], says: str) -> None:
    [problem] = problems(rule_from(tmp_path, SOUND).model_copy(update=change), CATALOG)
    assert says in problem
