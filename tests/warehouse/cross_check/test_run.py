"""Rules' rows become findings with their evidence; a rule that fails leaves the others alone."""

from pathlib import Path

import duckdb
import pytest

from contracts.load import load_catalog
from tests.warehouse.cross_check.test_rules import SOUND, rule_from
from warehouse.cross_check.limits import Limits
from warehouse.cross_check.run import prepare, run_rule

pytestmark = pytest.mark.slow

CATALOG = load_catalog()
A, B = "a" * 32, "b" * 32


@pytest.fixture
def people() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create table person (person_id text, name text)")
    connection.execute("insert into person values (?, 'x'), (?, 'y'), (?, 'z')", [A, A, B])
    connection.execute("create table delivery (delivery_id text, source text, delivered_on date)")
    connection.execute("insert into delivery values ('d1', 'resident', date '2026-10-31')")
    connection.execute("create schema source")
    connection.execute(
        "create table source.resident as select repeat('a', 32) as record_no, '7' as household_no,"
        " date '2026-10-01' as updated_on,"
        " 'd1' as delivery_id, 12 as row_no, '140213052001001' as grid_code, null as area_code"
        " union all select repeat('b', 32), '8', null, 'd1', 13, null, '140213052000'"
    )
    prepare(connection)
    return connection


def test_a_finding_is_its_rule_and_subject(tmp_path: Path, people: duckdb.DuckDBPyConnection) -> None:
    run = run_rule(people, CATALOG, rule_from(tmp_path, SOUND))
    assert (run.findings, run.error) == (2, None)
    rows = people.execute("select subject_id, person_id, evidence from found order by 1").fetchall()
    assert rows == [(A, A, '{"name":"x"}'), (B, B, '{"name":"z"}')]


def test_evidence_is_the_offices_own_rows(tmp_path: Path, people: duckdb.DuckDBPyConnection) -> None:
    """Where they stand, when the office last looked at them (else when it delivered them), and what they say."""
    run_rule(people, CATALOG, rule_from(tmp_path, SOUND))
    rows = people.execute(
        "select f.subject_id, c.source, c.record_key, c.delivery_id, c.row_no, cast(c.stated_on as varchar), c.value,"
        " c.place_code"
        " from cited c join found f using (finding_id) order by 1"
    ).fetchall()
    assert rows == [
        (A, "resident", A, "d1", 12, "2026-10-01", '{"household_no":"7"}', "140213052001001"),
        (B, "resident", B, "d1", 13, "2026-10-31", '{"household_no":"8"}', "140213052000"),
    ]


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select nobody as subject_id from person", "nobody"),
        ("select person_id from person", "selects no evidence_rows, name, subject_id"),
        ("select person_id as subject_id, name, ['x'] as evidence_rows, 1 as more from person", "selects more, which"),
        (
            "select name as subject_id, cast(name as int) as name, ['x'] as evidence_rows from person",
            "ConversionException",
        ),
        ("select id_no_token as subject_id, name, ['x'] as evidence_rows from person", "does not allow door_service"),
        ("select select", "is not valid SQL"),
        (
            "select null::text as subject_id, name, ['x'] as evidence_rows from person",
            "1 rows whose subject_id is no id",
        ),
        ("select name as subject_id, name, ['x'] as evidence_rows from person", "3 rows whose subject_id is no id"),
        (
            "select person_id as subject_id, 'here' as grid_code, name, ['x'] as evidence_rows from person",
            "2 rows whose grid_code is no id",
        ),
    ],
)
def test_a_broken_rule_is_reported_without_rows_and_leaves_none(
    tmp_path: Path, people: duckdb.DuckDBPyConnection, sql: str, says: str
) -> None:
    run = run_rule(people, CATALOG, rule_from(tmp_path, SOUND.split("*/")[0] + "*/\n" + sql))
    assert run.error is not None
    assert says in run.error
    assert "'x'" not in run.error
    assert people.execute("select count(*) from found").fetchall() == [(0,)]
    assert run_rule(people, CATALOG, rule_from(tmp_path, SOUND)).findings == 2


HUNDRED_MILLION = """
select md5(cast(r.range as varchar)) as subject_id, 'x' as name, ['resident:' || r.range] as evidence_rows
from range(100000000) r"""
ENDLESS = "select 'x' as subject_id, count(*) as name, ['x'] as evidence_rows from range(10000000000) a, range(9999) b"


def test_a_rule_that_finds_a_hundred_million_rows_costs_itself_only(
    tmp_path: Path, people: duckdb.DuckDBPyConnection
) -> None:
    """In 100 MB that may not spill: what is too much is counted, not kept."""
    people.execute("set memory_limit = '100MB'; set max_temp_directory_size = '0KB'")
    everybody = rule_from(tmp_path, SOUND.split("*/")[0] + "*/" + HUNDRED_MILLION)
    run = run_rule(people, CATALOG, everybody, Limits(most=1000, seconds=60))
    assert run.error is not None
    assert run.error.startswith("finds 100,000,000 rows and may find 1,000 -> narrow it")
    assert people.execute("select count(*) from found").fetchall() == [(0,)]
    assert run_rule(people, CATALOG, rule_from(tmp_path, SOUND)).findings == 2


def test_a_rule_without_an_end_is_given_up(tmp_path: Path, people: duckdb.DuckDBPyConnection) -> None:
    endless = rule_from(tmp_path, SOUND.split("*/")[0] + "*/" + ENDLESS)
    run = run_rule(people, CATALOG, endless, Limits(most=1000, seconds=0.2))
    assert run.error == "took longer than 0.2 s -> join by equal columns, or raise HUB_RULE_SECONDS"
    assert run_rule(people, CATALOG, rule_from(tmp_path, SOUND)).findings == 2


def test_a_rule_that_finds_nothing_has_run(tmp_path: Path, people: duckdb.DuckDBPyConnection) -> None:
    run = run_rule(people, CATALOG, rule_from(tmp_path, SOUND + " where name = 'nobody'"))
    assert (run.findings, run.error) == (0, None)
