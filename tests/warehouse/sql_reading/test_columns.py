"""Which columns a select takes: none that it needs is missing, whatever aliases and steps are called."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contracts.load import load_catalog
from warehouse.sql_reading.columns import read_sql
from warehouse.sql_reading.statement import UnsafeSql

CATALOG = load_catalog()
TABLES = {name: CATALOG.tables[f"city.{name}"] for name in ("person", "title")}
ALL = {name: frozenset(c.name for c in table.released_columns) for name, table in TABLES.items()}
VALUES = st.sampled_from(
    ("name", "holder_name", "phone_token", "person.name", "title.person_id", "x.name", "x.a", "a", "1", "count(*)")
)
NAMES = st.sampled_from(("person", "title", "x"))


def selects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Selects of one column `a`; sub-selects, lateral ones too, and steps bear the names of tables."""
    items = st.one_of(
        st.tuples(st.sampled_from(("person", "title", "x")), NAMES).map(" as ".join),
        st.tuples(inner, NAMES).map(lambda part: f"({part[0]}) {part[1]}"),
        st.tuples(inner, NAMES).map(lambda part: f"lateral ({part[0]}) {part[1]}"),
    )
    lists = st.lists(items, min_size=1, max_size=2, unique_by=lambda item: item.split()[-1]).map(" cross join ".join)
    select = st.tuples(VALUES, lists).map(lambda part: f"select {part[0]} as a from {part[1]}")
    named = st.tuples(NAMES, inner, inner).map(lambda part: f"with {part[0]} as ({part[1]}) {part[2]}")
    return select | named | st.tuples(inner, inner).map(lambda part: f"({part[0]}) union all ({part[1]})")


@pytest.mark.slow
@settings(max_examples=100)
@given(st.recursive(st.sampled_from(("select 1 as a", "select name as a from person")), selects, max_leaves=6))
def test_who_has_the_columns_told_needs_no_other(sql: str) -> None:
    """DuckDB itself is asked: what binds over whole tables also binds where only the columns are that are told."""
    assume(_binds(sql, ALL))
    try:
        told = read_sql(sql, CATALOG).columns
    except UnsafeSql:
        return
    assert _binds(sql, told)


def _binds(sql: str, tables: Mapping[str, frozenset[str]]) -> bool:
    with duckdb.connect() as connection:
        for name, columns in tables.items():
            listed = ", ".join(f"{c.name} {c.sql_type}" for c in TABLES[name].released_columns if c.name in columns)
            connection.execute(f"create table {name} ({listed or 'nothing_of_it integer'})")
        try:
            connection.execute(f"describe {sql}")
        except duckdb.Error:
            return False
    return True


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select person_id from person where getvariable('x') is null", "calls getvariable"),
        ("select current_setting('threads') as a from person", "calls current_setting"),
        ("select nextval('x') as a from person", "calls nextval"),
        ("select no_such_function(name) as a from person", "calls no_such_function, which no rule may"),
        ("select main.random() as a from person", "calls random"),
        (  # DuckDB takes the title's, sqlglot looks for it in the sub-select
            "select x.a from title as person, lateral (select holder_name as a from (select 1 as b) person) x",
            "holder_name",
        ),
        ("select 1 as a from person positional join title", "holds a positional join"),
        ("select $1 as a from person", "holds a parameter"),
        ("select a from (describe person) x", ""),
        ("select name from person for update", ""),
    ],
)
def test_what_is_not_listed_is_refused(sql: str, says: str) -> None:
    with pytest.raises(UnsafeSql) as refused:
        read_sql(sql, CATALOG)
    assert says in refused.value.what
    assert refused.value.remedy
