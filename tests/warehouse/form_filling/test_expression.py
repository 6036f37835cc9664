"""SQL that others wrote: what it takes, and that nothing but one harmless expression over the city's tables passes."""

import pytest

from contracts.load import load_catalog
from warehouse.form_filling.expression import confined_sql, expression
from warehouse.sql_reading.statement import UnsafeSql

KNOWN = {table.name: [c.name for c in table.released_columns] for table in load_catalog().city()}
HEAD = "(select p.name from person p where p.person_id = household.head_person_id)"


@pytest.mark.parametrize(
    ("sql", "columns", "shown"),
    [
        ("household.household_no", {"household.household_no"}, "household.household_no"),
        ("household_no -- the number", {"household.household_no"}, "household.household_no"),
        (HEAD, {"person.name", "person.person_id", "household.head_person_id"}, "person.name"),
        ("(select any_value(p.name) from person p)", {"person.name"}, "person.name"),
        ("(select max(r.known_on) from release r) - to_years(60)", {"release.known_on"}, None),
        ("household.member_count in (1, 2)", {"household.member_count"}, None),
        ("upper(household.household_no)", {"household.household_no"}, None),
        ("cast(household.member_count as varchar) || '人'", {"household.member_count"}, None),
        ("case when exists (select 1 from title t join person using (person_id)) then 1 end",
         {"title.person_id", "person.person_id"}, None),
        ("(select x.n from (select p.name as n from person p union all select t.holder_name from title t) x limit 1)",
         {"person.name", "title.holder_name"}, None),
        # a bare name may be of any table in sight
        ("(select count(*) from title where grid_code = '1')", {"title.grid_code", "household.grid_code"}, None),
    ],
)  # fmt: skip
def test_reads_of_an_expression(sql: str, columns: set[str], shown: str | None) -> None:
    found = expression(sql, "household", KNOWN)
    assert {".".join(column) for column in found.columns} == columns
    assert found.shown_column == (tuple(shown.split(".")) if shown else None)


def test_a_column_that_is_shown_and_compared_is_computed_with() -> None:
    found = expression("(select p.name from person p where p.name > '李')", "household", KNOWN)
    assert ("person", "name") in found.computed_columns


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("", "not one SQL expression"),
        ("-- nothing", "calls row"),
        ("1 from person", "syntax error"),
        ("household.member_count; drop table person", "syntax error"),
        ("1) as a, (2", "not one SQL expression"),
        ("1), (2", "not one SQL expression"),
        ("1) from person where (true", "syntax error"),
        ("1) union select (2", "not one SQL expression"),
        ("1) order by (2", "syntax error"),
        ("count(*)", "outside a sub-select"),
        ("household", "household is no column"),
        ("(select any_value(p) from person p)", "p is no column"),
        ("(select * from person)", "holds a star"),
        ("columns('name')", "takes columns(…)"),
        ("(table person)", "holds a star"),
        ("(select count(*) from main.person)", "reads main.person"),
        ("(select count(*) from city.main.person)", "reads city.main.person"),
        ("(select count(*) from source.resident)", "reads source.resident"),
        ("(select count(*) from information_schema.tables)", "reads information_schema.tables"),
        ("(select count(*) from duckdb_tables())", "calls the table function"),
        ("(select count(*) from read_csv('/etc/passwd'))", "calls the table function"),
        ("(select count(*) from query('select 1'))", "calls the table function"),
        ("(select count(*) from '/etc/passwd')", "there is no table /etc/passwd"),
        ("(select count(*) from sqlite_master)", "there is no table sqlite_master"),
        ("(with person as (select 1) select count(*) from person)", "holds a `with`"),
        ("(select p.a from person p(a))", "reads a base table"),
        ("(select count(*) from person tablesample 10%)", "takes a sample"),
        ("(select count(*) from person natural join title)", "natural join"),
        ("getenv('HOME')", "calls getenv"),
        ("current_setting('threads')", "calls current_setting"),
        ("main.upper(household.household_no)", "calls upper"),
        ("random()", "calls random"),
        ("repeat('x', 1000000000)", "calls repeat"),
        ("(select unnest([1]))", "calls unnest"),
        ("current_user", "calls current_user"),
        ("$area0", "holds a parameter"),
        ("row_number() over ()", "holds a window"),
        ("'" + "x" * 20_000 + "'", "has more than 20000 characters"),
        ("coalesce(" * 900 + "1" + ")" * 900, "nested too deeply"),
    ],
)  # fmt: skip
def test_unsafe_expressions_are_refused(sql: str, says: str) -> None:
    with pytest.raises(UnsafeSql) as refused:
        expression(sql, "household", KNOWN)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "sql",
    [
        "select count(*) from title",
        "select count(*) from main.person",
        "with person as (select 1 as a) select count(*) from person",
        "select 1; select 2",
        "drop table person",
        "select 1 from person where exists (select 1 from city.main.person)",
    ],
)
def test_a_statement_reads_what_it_was_given_and_nothing_else(sql: str) -> None:
    confined_sql("select count(*) from person", {"person"})
    with pytest.raises(UnsafeSql):
        confined_sql(sql, {"person"})
