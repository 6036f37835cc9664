"""Whatever SQL is asked, a user gets her rows and her masks: also through sub-selects, joins and the names of CTEs."""

from pathlib import Path

import pytest

from contracts.load import load_catalog
from tests.api.city import FAR, HERE, settings_in, small_city, write_release
from warehouse.access.masking import Role
from warehouse.access.policy import Gate, NotFound, User
from warehouse.form_filling.scoped_sql import scope_sql
from warehouse.releases.query_timeout import QueryTimeout
from warehouse.releases.reader import OpenRelease, QueryFailed, Row
from warehouse.sql_reading.statement import UnsafeSql


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> OpenRelease:
    settings = settings_in(tmp_path_factory.mktemp("within"))
    rows = small_city(settings)
    rows["area"] += [
        {"area_code": code, "name": code, "level": "grid", "parent_code": code[:12]} for code in (HERE, FAR)
    ]
    write_release(settings, "r1", rows)
    return OpenRelease(Path(settings.releases / "r1"), threads=1)


def ask(release: OpenRelease, sql: str, *tables: str, role: Role = "grid_worker", area: str = HERE) -> list[Row]:
    gate = Gate(load_catalog(), User("someone", role, (area,)), release.present)
    return release.query(*scope_sql(gate, sql, tables), 20)


@pytest.mark.parametrize(
    ("sql", "tables", "answer"),
    [
        ("select count(*) as n from person", ("person",), 3),
        ("select count(*) as n from person where person.grid_code <> '" + HERE + "' or true", ("person",), 3),
        ("select (select count(*) from (select 1 from person union all select 1 from person) x) as n", ("person",), 6),
        ("select (select count(*) from person a join person b on true) as n", ("person",), 9),
        ("select count(*) as n from dwelling d left join household h on true", ("dwelling", "household"), 2),
        ("select count(*) as n from grid", ("grid",), 1),
        ("select count(*) as n from dwelling as person", ("dwelling",), 2),
    ],
)  # fmt: skip
def test_no_count_goes_beyond_her_grid(release: OpenRelease, sql: str, tables: tuple[str, ...], answer: int) -> None:
    assert ask(release, sql, *tables) == [{"n": answer}]


@pytest.mark.parametrize(
    "sql",
    [
        "select count(*) as n from main.person",
        "select (select count(*) from main.person) as n from person",
        "with x as (select count(*) as n from main.person) select x.n from x",
        "with person as (select 1 as a) select count(*) as n from person",
        "select count(*) as n from source.resident",
        "select count(*) as n from information_schema.tables",
        "select count(*) as n from duckdb_columns()",
        "select count(*) as n from read_text('/etc/hostname')",
        "select 1) select count(*) as n from (select 1",
        'select count(*) as n from "main"."person"',
        "select count(*) as n from title",  # not named to the gate
    ],
)
def test_there_is_no_way_around(release: OpenRelease, sql: str) -> None:
    with pytest.raises(UnsafeSql):
        ask(release, sql, "person")


def test_a_source_table_is_no_city_table(release: OpenRelease) -> None:
    with pytest.raises(UnsafeSql):
        ask(release, "select count(*) as n from resident", "resident")
    with pytest.raises(NotFound):
        ask(release, "select count(*) as n from person", "person", role="admin", area="14")


def test_masks_hold_in_every_place_of_the_sql(release: OpenRelease) -> None:
    wide = {"role": "district_supervisor", "area": "140213"}
    names = ask(release, "select distinct person.name from person where person.name = '王小明'", "person", **wide)
    assert names == []
    names = ask(release, "select distinct (select max(p.name) from person p) as name from person", "person", **wide)
    assert names == [{"name": "王**"}]
    with pytest.raises(QueryFailed):  # a token is no column of hers
        ask(release, "select person.phone_token from person", "person")


def test_a_question_without_end_is_given_up(release: OpenRelease) -> None:
    gate = Gate(load_catalog(), User("someone", "grid_worker", (HERE,)), release.present)
    joins = ", ".join(f"person p{n}" for n in range(40))
    with pytest.raises(QueryTimeout):
        release.query(*scope_sql(gate, f"select count(*) as n from {joins}", ("person",)), 0.2)
    assert ask(release, "select count(*) as n from person", "person") == [{"n": 3}]
