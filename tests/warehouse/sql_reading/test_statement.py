"""Which relations a select reads: none that it reads is missing, whatever the names of its steps and aliases."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from warehouse.sql_reading.statement import UnsafeSql, relations

TABLES = ("person", "title", "source.person")


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ("select 1", ""),
        ("select * from person", "person"),
        ("SELECT * FROM Person", "person"),
        ('select * from "person" as "title"', "person"),
        ('select * from "main"."person"', "person"),
        ("select * from source.person join person using (person_id)", "person source.person"),
        ("select * from person /* from title */ -- join title\n", "person"),
        ("select 'from title' as x, $$ from title $$ as y from person", "person"),
        ("select * from person where exists (select 1 from title)", "person title"),
        ("select (select max(a) from title) as a from person", "person title"),
        ("select * from person union all (select * from title order by 1)", "person title"),
        ("with x as (select * from person) select * from x join title on true", "person title"),
        ("with x as (select * from person) select * from x as title", "person"),
        # a step hides the table of its name from who comes after it, not from itself and not outside of its query
        ("with person as (select * from title) select * from person", "title"),
        ("with person as (select * from person) select * from person", "person"),
        ("with a as (select * from b), b as (select * from person) select * from a", "b person"),
        ("select (with title as (select 1 as a) select a from title) as a from title", "title"),
        ("with title as (select 1 as a) select * from main.title", "title"),
        ("select * from person where x in (with title as (select 1 as x) select x from title)", "person"),
        ("with recursive r as (select a from person union select a from r) select a from r", "person"),
        ("with x as (with x as (select * from person) select * from x) select * from x", "person"),
        ("with X as (select 1 as a) select * from x", ""),
        # an alias is no table
        ("select * from (select 1 as a) person", ""),
        ("select person.a from (select * from title) person", "title"),
        ("select * from person title", "person"),
        ("select * from person p, lateral (select p.a as b) x", "person"),
        ("select * from person p, lateral (select * from title t where t.a = p.a) x", "person title"),
        ("select * from (select 1 as a) person, lateral (select a from person) x", "person"),
        ("select * from title person, lateral (select a from person) x", "person title"),
        ("select * from range(3) person", ""),
        ("select * from unnest([1]) title(a)", ""),
        ("select * from (values (1)) person(a)", ""),
        ("from person", "person"),
    ],
)  # fmt: skip
def test_what_a_select_reads(sql: str, reads: str) -> None:
    assert relations(sql) == frozenset(reads.split())


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("", "not one select"),
        ("select 1; select 2", "not one select"),
        ("drop table person", "not one select"),
        ("select from where (", "syntax error"),
        ("select (" * 400 + "1" + ")" * 400, "nested too deeply"),
    ],
)
def test_what_cannot_be_told_is_refused(sql: str, says: str) -> None:
    with pytest.raises(UnsafeSql, match=says):
        relations(sql)


def test_the_line_of_a_mistake_is_told() -> None:
    with pytest.raises(UnsafeSql) as refused:
        relations("select 1 as a\nfrom person\nwhere (a =")
    assert refused.value.line == 3


def selects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Selects of `a` from tables, steps and sub-selects whose names are those of tables."""
    names = st.sampled_from(("person", "title", "x"))
    items = st.one_of(
        st.sampled_from(("person", "title", "main.title", "source.person", '"PERSON"', "x")),
        st.tuples(st.sampled_from(("person", "title")), names).map(" as ".join),
        st.tuples(inner, names).map(lambda part: f"({part[0]}) {part[1]}"),
        st.tuples(inner, names).map(lambda part: f"lateral ({part[0]}) {part[1]}"),
    )
    plain = st.tuples(items, st.just("")) | st.tuples(items, items.map(lambda item: f" cross join {item}"))
    select = st.tuples(plain, st.just("") | inner.map(lambda sql: f" where exists ({sql})")).map(
        lambda part: f"select 1 as a from {''.join(part[0])}{part[1]}"
    )
    named = st.tuples(names, inner, inner).map(lambda part: f"with {part[0]} as ({part[1]}) {part[2]}")
    return select | named | st.tuples(inner, inner).map(lambda part: f"({part[0]}) union all ({part[1]})")


@pytest.mark.slow
@settings(max_examples=100)
@given(st.recursive(st.just("select 1 as a"), selects, max_leaves=8))
def test_who_has_the_relations_told_needs_no_other(sql: str) -> None:
    """DuckDB itself is asked: what binds where all tables are also binds where only those are that are told."""
    assume(_binds(sql, TABLES))
    try:
        told = relations(sql)
    except UnsafeSql:
        return
    # DuckDB does not bind a CTE that nothing reads; its relations are told all the same
    assert _binds(sql, tuple(told & {*TABLES}))


def _binds(sql: str, tables: frozenset[str] | tuple[str, ...]) -> bool:
    with duckdb.connect() as connection:
        connection.execute("create schema source")
        for table in tables:
            connection.execute(f"create table {table} (a integer)")
        try:
            connection.execute(f"describe {sql}")
        except duckdb.Error:
            return False
    return True
