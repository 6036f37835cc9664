"""The suite a contract compiles to: it finds what the row predicate finds, and says nothing about values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.check_result import CheckResult
from contracts.code_lists import CodeList
from contracts.errors import ContractError
from contracts.model import Check, Column, Table
from contracts.named_checks import NAMED_CHECKS
from contracts.predicates import violates
from contracts.suite import validate, warm_up

pytestmark = pytest.mark.slow

CODES = {"sex": CodeList("sex", {"1": "男", "2": "女"}, {}), "id_area": CodeList("id_area", {"990001": "test"}, {})}
TEXT = (
    st.none()
    | st.text(alphabet="abcXYZ019 -{}'男女ａ０\n", max_size=6)
    | st.sampled_from(["1", "2", "ab12", "a{2}"])
    | st.sampled_from(["99000119491231009X", "990001194912310090", "15400000001", "2024年3月1日", "91350100M000100Y43"])
)
NUMBER = st.none() | st.integers(-20, 20)
DATE = st.none() | st.dates(date(1880, 1, 1), date(2030, 1, 1))
ROW_CHECKS = (
    Check("not_null", "word"),
    Check("code", "word", {"codes": "sex"}),
    Check("code", "word", {"values": ["a", "1"]}),
    Check("pattern", "word", {"pattern": "[a-z]{1,2}[0-9]*|男+"}),
    Check("pattern", "word", {"pattern": "a.?"}),
    Check("pattern", "word", {"pattern": "(?:ab|1|2)[0-9{}:b]*"}),
    Check("pattern", "word", {"pattern": "[^']*"}),
    *(Check("named", "word", {"name": name}) for name in NAMED_CHECKS),
    Check("length", "word", {"min": 2, "max": 4}),
    Check("range", "number", {"min": -3, "max": None}),
    Check("range", "number", {"min": None, "max": 7.5}),
    Check("range", "day", {"min": "1890-01-01", "max": "2020-12-31"}),
)


def table(*checks: Check, columns: tuple[Column, ...] = ()) -> Table:
    own = columns or (
        Column("word", "字", "字", "string"),
        Column("number", "数", "数", "integer"),
        Column("day", "日", "日", "date"),
    )
    return Table("thing", "city", "1.0.0", "物", own, "contracts/city/thing.odcs.yaml", "0" * 64, checks=checks)


def database(folder: Path, statement: str) -> Path:
    path = folder / f"{uuid4().hex}.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(statement)
    return path


def things(folder: Path, rows: str) -> Path:
    head = "create table thing as select * from"
    return database(folder, f"{head} (values {rows}) as t(word, number, day)")


def check_results(path: Path, *checks: Check) -> list[CheckResult]:
    """The results of the given checks alone, without `columns` and `type`."""
    return [r for r in validate(path, [table(*checks)], CODES) if r.rule not in ("columns", "type")]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(TEXT, NUMBER, DATE), min_size=1, max_size=30))
def test_predicate_and_expectation_agree_on_every_row_check(
    tmp_path: Path, rows: list[tuple[str | None, int | None, date | None]]
) -> None:
    schema = {"word": pl.String, "number": pl.Int64, "day": pl.Date}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    parquet = tmp_path / "rows.parquet"
    frame.write_parquet(parquet)
    path = database(tmp_path, f"create table thing as from '{parquet}'")
    for check, result in zip(ROW_CHECKS, check_results(path, *ROW_CHECKS), strict=True):
        assert result.broken == frame.select(violates(check, CODES).sum()).item(), check
        assert result.passed == (result.broken == 0)
        assert result.rows == len(rows)


def test_columns_and_types_are_part_of_the_promise(tmp_path: Path) -> None:
    path = database(tmp_path, "create table thing (number varchar, word varchar, day date)")
    wrong = [(r.rule, r.column) for r in validate(path, [table()], CODES) if not r.passed]
    assert wrong == [("columns", None), ("type", "number")]


def test_a_missing_table_is_one_failed_check(tmp_path: Path) -> None:
    path = database(tmp_path, "create table other (a integer)")
    (result,) = validate(path, [table()], CODES)
    assert (result.rule, result.blocks) == ("exists", True)


def test_unique_over_one_and_over_several_columns(tmp_path: Path) -> None:
    path = things(
        tmp_path, "('a', 1, date '2026-01-01'), ('a', 2, date '2026-01-01'), (null, 3, null), (null, 4, null)"
    )
    single, pair, key = check_results(
        path,
        Check("unique", "word", {"columns": ["word"]}),
        Check("unique", None, {"columns": ["word", "day"]}),
        Check("unique", None, {"columns": ["word", "number"]}),
    )
    assert (single.broken, pair.broken, key.broken) == (2, 2, 0)


def test_rows_of_an_earlier_version_are_not_held_to_a_later_one(tmp_path: Path) -> None:
    word, owner = (
        Column("word", "字", "字", "string", checks=(Check("not_null", "word"),)),
        Column("owner", "人", "人", "string"),
    )
    old = replace(table(columns=(word,)), layer="source")
    new = replace(old, columns=(word, replace(owner, checks=(Check("not_null", "owner"),))), earlier=(old,))
    path = database(tmp_path, "create schema source")
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table source.thing (word varchar, owner varchar, delivery_id varchar, row_no bigint)"
        )
        connection.execute("insert into source.thing values ('a', null, 'd', 2)")
    rules = {(result.column, result.rule) for result in validate(path, [new], CODES) if not result.passed}
    assert rules == set()
    alone = validate(path, [replace(new, earlier=())], CODES)
    assert [(result.column, result.rule) for result in alone if not result.passed] == [("owner", "not_null")]


@pytest.mark.parametrize(
    ("query", "operator", "value", "passes", "broken_rows"),
    [
        ("select count(*) from {object} where number > 1", "mustBe", 0, False, 2),
        ("select count(*) from thing where number > 9", "mustBe", 0, True, 0),
        ("select max(${column}) from ${table}", "mustBeBetween", [1, 3], True, 0),
        ("select max(number) from thing;", "mustBeLessThan", 3, False, 1),
        ("select null", "mustBe", 0, False, 1),
        ("select count(*) from thing where word = '{'", "mustNotBe", 5, True, 0),
    ],
)
def test_sql_checks_compare_a_number(
    tmp_path: Path, query: str, operator: str, value: object, passes: bool, broken_rows: int
) -> None:
    path = things(tmp_path, "('a', 1, null), ('b', 2, null), ('c', 3, null)")
    (result,) = check_results(path, Check("sql", "number", {"query": query, "operator": operator, "value": value}))
    assert (result.passed, result.broken) == (passes, broken_rows)


def test_mostly_lets_a_share_of_rows_through(tmp_path: Path) -> None:
    path = things(tmp_path, "('a', 1, null), ('b', 2, null), ('c', null, null), ('9', 4, null)")
    outcomes = check_results(
        path,
        Check("pattern", "word", {"pattern": "[a-z]"}, mostly=0.75),
        Check("pattern", "word", {"pattern": "[a-z]"}, mostly=0.8),
        Check("not_null", "number", mostly=0.7),
    )
    assert [r.passed for r in outcomes] == [True, False, True]


def test_a_warning_never_blocks_and_row_counts_hold_the_table(tmp_path: Path) -> None:
    path = things(tmp_path, "('a', 1, null)")
    warning, rows = check_results(
        path,
        Check("not_null", "day", severity="warning", description="日期最好有"),
        Check("row_count", None, {"min": 2, "max": None}),
    )
    assert (warning.passed, warning.blocks, warning.broken) == (False, False, 1)
    assert (rows.blocks, rows.broken) == (True, None)
    assert str(warning) == "city.thing.day: not_null broken in 1 rows (日期最好有)"


def test_an_expectation_given_in_the_contract(tmp_path: Path) -> None:
    path = things(tmp_path, "('a', 1, null), ('b', 5, null)")
    given_check = {"type": "expect_column_max_to_be_between", "kwargs": {"max_value": 4}}
    (result,) = check_results(path, Check("expectation", "number", given_check))
    assert not result.passed
    with pytest.raises(ContractError, match=r"thing\.odcs\.yaml: Great Expectations does not know `expect_magic`"):
        check_results(path, Check("expectation", "number", {"type": "expect_magic"}))


def test_a_tokenised_column_is_checked_on_what_is_stored(tmp_path: Path) -> None:
    id_no = Column(
        "id_no", "公民身份号码", "公民身份号码", "string", token="id_no",
        checks=(Check("not_null", "id_no"), Check("length", "id_no", {"min": 18, "max": 18})),
    )  # fmt: skip
    contract = table(Check("unique", "id_no", {"columns": ["id_no"]}), columns=(id_no,))
    path = database(
        tmp_path,
        """create table thing as select * from (values ('t', 'm'), ('t', null)) as v(id_no_token, id_no_masked)""",
    )
    results = {(r.rule, r.column): r.broken for r in validate(path, [contract], CODES) if r.rule != "type"}
    assert results[("not_null", "id_no_masked")] == 1
    assert results[("unique", "id_no")] == 2
    assert not [key for key in results if key[0] == "length"]


def test_what_cannot_be_evaluated_fails_without_quoting_values(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = things(tmp_path, "('990001199001011234', 1, null)")
    query = {"query": "select sum(cast(word as date)) from thing", "operator": "mustBe", "value": 0}
    missing, wrong = check_results(path, Check("not_null", "absent"), Check("sql", None, query))
    assert missing.blocks
    assert wrong.blocks
    assert "could not be evaluated" in wrong.description
    assert "990001" not in repr(wrong) + "".join(capfd.readouterr())


def test_the_file_is_free_for_a_writer_afterwards(tmp_path: Path) -> None:
    path = things(tmp_path, "('a', 1, null)")
    warm_up()
    validate(path, [table()], CODES)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table more (a integer)")
