"""What a form's SQL may be made of: every function that is listed passes and means the same written anew; the rest does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from tests.warehouse.sql_reading.test_statement import selects
from warehouse.form_filling.expression import confined_sql
from warehouse.sql_reading.grammar import AGGREGATES, FUNCTIONS, function_name
from warehouse.sql_reading.statement import UnsafeSql, one_select

TEXT, DAYS = "trim lower upper ltrim rtrim length", "year month day"
CALLS = {
    **{name: f"{name}(s)" for name in (TEXT).split()},
    **{name: f"{name}(d)" for name in (DAYS).split()},
    **{name: f"{name}(s, 'a')" for name in ("contains", "starts_with", "prefix", "suffix", "nullif", "regexp_matches")},
    **{name: f"{name}(s, 2)" for name in ("left", "right")},
    **{name: f"{name}(s, 1, 2)" for name in ("substr", "substring")},
    **{name: f"{name}('day', d, date '2026-01-01')" for name in ("date_diff", "datediff")},
    **{name: f"{name}(s, i)" for name in ("arg_min", "arg_max")},
    **{name: f"{name}(i > 1)" for name in ("count_if", "countif", "bool_and", "bool_or")},
    "least": "least(i, 2)", "greatest": "greatest(i, 2)", "round": "round(x, 1)", "trunc": "trunc(x)", "floor": "floor(x)",
    "ceil": "ceil(x)", "ceiling": "ceiling(x)", "replace": "replace(s, 'a', '''b')", "concat": "concat(s, i)",
    "concat_ws": "concat_ws('-', s, i)", "regexp_replace": "regexp_replace(s, '[ab]', '', 'g')",
    "regexp_extract": "regexp_extract(s, 'a(b)', 1)", "date_trunc": "date_trunc('month', d)",
    "date_part": "date_part('year', d)", "strftime": "strftime(d, '%Y-%m')", "make_date": "make_date(2020, 1, 2)",
    "count_star": "count(*)", "string_agg": "string_agg(distinct s, '、' order by s)", "first": "first(s order by i)",
}  # fmt: skip
VALUES = (
    "s || '人'", "s like 'a%'", "s ilike 'A_' escape '!'", "i in (1, 2)", "i not in (select i from title)", "i between 1 and 2",
    "not i = 1", "-i", "i // 2", "i % 2", "i / 2", "case i when 1 then 'a' else s end", "if(i = 1, s, 'b')", "coalesce(s, 'x')",
    "cast(i as varchar)", "try_cast(s as integer)", "d + interval 1 year", "d - to_months(2)", "s is distinct from 'a'",
    "s is null", "exists (select 1 from title t where t.i = person.i)", "i > any (select t.i from title t)",
    "(select t.s from title t order by t.i desc nulls last limit 1 offset 1)", "extract(year from d)", "date '2020-01-01'",
    "(select count(distinct t.s) filter (where t.i > 1) from title t)", "'/* no comment */ -- ' || s", "'it''s'",
    "(select max(t.i) from title t group by t.s having count(*) > 1 order by 1 limit 1)",
    "(select count(*) from title t left join title u using (i))",
    "(select x.i from (select 1 as i union select 2) x order by 1 limit 1)",
)  # fmt: skip
CITY = """
    create table title as select * from (values
        (1, 1.55, 'ab ', date '2020-02-03'), (2, -2.5, 'b', date '2019-12-31'), (3, 0.5, 'b', null), (null, null, null, null)
    ) t(i, x, s, d);
    create table person as select * from title"""


@pytest.fixture(scope="module")
def city() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(CITY)
        yield connection


@pytest.mark.parametrize("value", [*(CALLS.get(name, f"{name}(i)") for name in sorted(FUNCTIONS)), *VALUES])
def test_what_is_written_anew_means_the_same(city: duckdb.DuckDBPyConnection, value: str) -> None:
    one_row = value.partition("(")[0] in AGGREGATES
    sql = f"select {value} as v from person{'' if one_row else ' order by i'}"
    written = confined_sql(sql, {"person", "title"})
    assert city.execute(written).fetchall() == city.execute(sql).fetchall()


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_listed_function_is_known_by_its_name(name: str) -> None:
    """Or by a name that is listed, too: what DuckDB is asked for is on the list."""
    node = next(one_select(f"select {CALLS.get(name, f'{name}(i)')} as v").find_all(exp.Func))
    assert function_name(node) in FUNCTIONS
    assert (function_name(node) in AGGREGATES) == (name in AGGREGATES)


@pytest.mark.parametrize(
    "sql",
    [
        # comments and texts hide nothing
        "select count(*) from person -- x\n, title",
        "select count(*) from person /* x */, /* y */ title",
        "select '''' as a, count(*) from title",
        "select $$ ' $$ as a from title",
        "select e'\\'' as a, ' from title' as b from title",
        # quoted, in other letters, in other alphabets
        'select count(*) from "title"',
        "select count(*) from TITLE",
        'select count(*) from "main"."person"',
        'select count(*) from "Main".Person',
        'select count(*) from "memory".main.person',
        'select count(*) from "person.csv"',
        # files and functions
        "select count(*) from 'person.csv'",
        "select count(*) from 'https://example.org/person.parquet'",
        "select count(*) from read_text('/etc/passwd')",
        "select count(*) from person, glob('*')",
        "select count(*) from query_table('title')",
        "select count(*) from unnest([1])",
        "select count(*) from range(3)",
        "select unnest([1]) from person",
        "select count(*) from (values (1)) person",
        # names that hide tables
        "with person as (select * from title) select count(*) from person",
        "select (with person as (select 1 as a) select count(*) from person) from person",
        "select count(*) from (select i from title) person",
        "select count(*) from person, lateral (select i from title) x",
        "select count(*) from person, lateral (select person.i) x",
        "select count(*) from person union all select count(*) from title",
        "select count(*) from person where i in (select i from title)",
        "select count(*) from person join (person join title on true) on true",
        "select count(*) from person semi join title using (i)",
        "select count(*) from person asof join title on person.i >= title.i",
        "select count(*) from person positional join person p",
        "select count(*) from person natural join person p",
        # other statements and clauses
        "pivot person on i using count(*)",
        "select * from (pivot person on i using count(*))",
        "unpivot person on i into name n value v",
        "summarize person",
        "describe person",
        "show tables",
        "explain select 1",
        "table person",
        "from person",
        "select * from person",
        "select person.* from person",
        "select columns('i') from person",
        "select #1 from person",
        "select i from person qualify row_number() over () = 1",
        "select i from person using sample 1",
        "select i from person for update",
        "select i into x from person",
        "insert into person select * from person returning i",
        "copy person to 'x.csv'",
        "attach 'x.db'",
        "set threads = 1",
        "call pragma_version()",
        "execute x",
        "begin",
        "select 1; select 2",
        "",
        # values
        "select getenv('HOME') from person",
        "select (select getenv('HOME')) from person",
        "select count(*) filter (where getenv('HOME') = '') from person",
        "select i from person order by random()",
        "select i from person limit (select count(*) from title)",
        "select list_transform([i], lambda x: x) from person",
        "select {'a': i} from person",
        "select [i] from person",
        "select (i, s) from person",
        "select s[1:2] from person",
        "select $i from person",
        "select ? from person",
        "select s collate nocase from person",
        "select person.main.random() from person",
        "select s.upper() from person",
        "select current_date from person",
        "select now() from person",
        "select lag(i) over (order by i) from person",
        "select i::json -> 'x' from person",
    ],
)
def test_what_is_refused(sql: str) -> None:
    with pytest.raises(UnsafeSql) as refused:
        confined_sql(sql, {"person"})
    assert refused.value.remedy


@pytest.mark.parametrize("hidden", ["/* /* */, title /* */ */", "-- , title", "/* ' */", "-- '\n"])
def test_comments_do_not_run(hidden: str) -> None:
    """Two parsers may not agree on where one ends; what is written anew has none."""
    assert confined_sql(f"select count(*) from person {hidden}", {"person"}) == 'SELECT COUNT(*) FROM "person"'


PIECES = st.sampled_from((
    "select", "from", "where", "and", "join", "on true", "union all", "order by", "limit 1", "as", "with", "lateral", ",",
    "(", ")", "person", "title", '"title"', "main.person", "'person.csv'", "read_csv('x')", "unnest([1])", "range(3)", "x", "i",
    "s", "1", "person.i", "x.i", "count(*)", "max(i)", "upper(s)", "getenv('HOME')", "(select i from title)",
    "(select i from person) x",
    "/*", "*/", "--", "\n", "'", "''", '"', "$$", "e'\\'", "\\", ";", "`", "#", "[", "]", "::", "||", "->", "?", "$1", "\u00a0",
))  # fmt: skip
SPLICED = st.lists(PIECES, max_size=9).map(lambda pieces: f"select {' '.join(pieces)}") | st.tuples(
    st.sampled_from(("i", "count(*)", "(select max(i) from {0}) as i")), st.lists(PIECES, min_size=1, max_size=6)
).map(lambda part: f"select {part[0].replace('{0}', part[1][0])} from person {' '.join(part[1])}")


@pytest.mark.slow
@settings(max_examples=400)
@given(SPLICED | st.recursive(st.just("select 1 as a"), selects, max_leaves=6))
def test_what_passes_reads_nothing_else_by_duckdbs_own_parser(sql: str) -> None:
    try:
        written = confined_sql(sql, {"person"})
    except UnsafeSql:
        return
    with duckdb.connect() as connection:
        [(text,)] = connection.execute("select json_serialize_sql($sql)", {"sql": written}).fetchall()
    answer = json.loads(text)
    if answer["error"]:  # sqlglot takes more than DuckDB does, which then runs nothing
        return
    [statement] = answer["statements"]
    for node in _nodes(statement):
        assert node.get("type") not in ("TABLE_FUNCTION", "EXPRESSION_LIST", "PIVOT", "SHOW_REF")
        if node.get("type") == "BASE_TABLE":
            assert [part for part in node["qualified_name"]["path"] if part] == ["person"]
        if node.get("class") == "FUNCTION" and not node["is_operator"]:
            assert node["function_name"] in FUNCTIONS


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _nodes(part)
