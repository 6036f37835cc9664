"""Rows that another table names: by the asker's own gate on that table too."""

import duckdb
import pytest

from contracts.model import Catalog, Column
from tests.warehouse.access.test_policy import GRID, PLACE, gate, table
from warehouse.access.filters import AnyOf, Condition, InTable
from warehouse.access.grant import ColumnNotAllowed
from warehouse.access.policy import NotFound

HOME = Column("home_id", "home_id", "户", "string")
KIND = Column("kind", "kind", "类", "string")
TOKEN = Column("home_token", "home_token", "令牌", "string", classification="sensitive", purpose="x")
WHO = Column("who", "who", "谁", "string", classification="personal", purpose="x")
CATALOG = Catalog(
    {
        t.qualified: t
        for t in (
            table("calls", HOME, TOKEN, PLACE, scope=("grid_code",)),
            table("doubts", HOME, KIND, TOKEN, PLACE, scope=("grid_code",)),
            table("secrets", HOME, WHO),
        )
    }
)
OTHER = f"{GRID[:-1]}9"


@pytest.fixture
def city() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create table calls (home_id text, home_token text, grid_code text)")
    connection.execute("create table doubts (home_id text, kind text, home_token text, grid_code text)")
    for home, grid in (("a", GRID), ("b", GRID), ("c", GRID), ("d", OTHER), (None, GRID)):
        connection.execute("insert into calls values (?, ?, ?)", [home, home, grid])
    for home, kind, grid in (
        ("a", "x", GRID),
        ("b", "y", GRID),
        ("c", "x", OTHER),
        ("d", "x", OTHER),
        (None, "x", GRID),
    ):
        connection.execute("insert into doubts values (?, ?, ?, ?)", [home, kind, home, grid])
    return connection


@pytest.mark.parametrize(
    ("areas", "where", "found"),
    [
        ((GRID,), (), ["a", "b"]),  # the doubt about c lies elsewhere
        ((GRID,), (Condition("kind", "eq", "x"),), ["a"]),
        ((GRID[:12],), (), ["a", "b", "c", "d"]),
        ((OTHER,), (), ["d"]),
    ],
)
def test_a_row_is_found_by_a_row_that_one_sees(city, areas, where, found) -> None:
    worker = gate("grid_worker", *areas, catalog=CATALOG)
    query = worker.select("calls", columns=["home_id"], where=[InTable("home_id", "doubts", "home_id", where)])
    assert sorted(city.execute(*query).fetchall()) == [(home,) for home in found]
    assert GRID not in query.sql


@pytest.mark.parametrize(
    ("among", "error"),
    [
        (InTable("home_token", "doubts", "home_id"), ColumnNotAllowed),
        (InTable("home_id", "doubts", "home_token"), ColumnNotAllowed),
        (InTable("home_id", "doubts", "home_id", (Condition("home_token", "eq", "a"),)), ColumnNotAllowed),
        (InTable("home_id", "secrets", "home_id"), NotFound),
        (InTable("home_id", "no_such", "home_id"), NotFound),
    ],
)
def test_it_tells_no_more_than_reading_the_other_table(among: InTable, error: type[Exception]) -> None:
    with pytest.raises(error):
        gate("grid_worker", GRID, catalog=CATALOG).select("calls", where=[among])


def test_it_combines_with_other_conditions(city) -> None:
    both = [
        AnyOf((Condition("home_id", "eq", "a"), Condition("home_id", "eq", "c"))),
        InTable("home_id", "doubts", "home_id"),
    ]
    query = gate("grid_worker", GRID[:12], catalog=CATALOG).select("calls", columns=["home_id"], where=both)
    assert sorted(city.execute(*query).fetchall()) == [("a",), ("c",)]
