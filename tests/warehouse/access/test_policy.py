"""The gate: row scope, masks, refusals; and for any user and any rows, nothing out of scope comes back."""

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.errors import AccessError
from contracts.load import load_catalog
from contracts.model import Catalog, Column, Table
from warehouse.access.areas import area_prefix
from warehouse.access.filters import AnyOf, Condition
from warehouse.access.grant import ColumnNotAllowed
from warehouse.access.masking import MASKS, ROLES, Role, mask_sql
from warehouse.access.policy import Gate, NotFound, Owner, User

CATALOG = load_catalog()
GRID = "140213052001001"
CITY = {"1402"}  # the prefix of the whole city


def table(name: str, *columns: Column, scope: tuple[str, ...] | str = ()) -> Table:
    return Table(name, "city", "1.0.0", name, columns, "x.yaml", "0", row_scope=scope)  # type: ignore[arg-type]


def gate(role: Role, *areas: str, catalog: Catalog = CATALOG) -> Gate:
    owner = Owner("her", "grid_lead") if role == "agent" else None
    return Gate(catalog, User("someone", role, areas, owner=owner), city=CITY)


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("14", "14"),
        ("140000", "14"),
        ("140200000000", "1402"),
        ("140213000000", "140213"),
        ("140213052000", "140213052"),
        ("140213052010", "140213052010"),  # a community that ends in zero keeps it
        ("140210", "140210"),
        ("140213052001000", "140213052001"),
        (GRID, GRID),
    ],
)
def test_an_area_code_without_the_levels_it_leaves_open(code: str, prefix: str) -> None:
    assert area_prefix(code) == prefix


@pytest.mark.parametrize("code", ["", "0", "1402130", "000000", "14021305200100x", "１４", "%", "1402130520010011"])
def test_invalid_area_codes_are_refused(code: str) -> None:
    with pytest.raises(AccessError):
        area_prefix(code)


PERSONAL = Column("name", "name", "姓名", "string", classification="personal", mask="name", purpose="x")
PLAIN = Column("kind", "kind", "类", "string")
LISTED = Column("code", "code", "代码", "string", classification="public")
PLACE = Column("grid_code", "grid_code", "网格", "string")
SMALL = Catalog(
    {
        t.qualified: t
        for t in (
            table("listed", LISTED, PLAIN, scope="public"),
            table("open", PLAIN, scope="public"),
            table("plain", PLAIN),
            table("unplaced", PERSONAL),
            table("placed", PLAIN, PLACE, scope=("grid_code",)),
            table("people", PERSONAL, PLACE, scope=("grid_code",)),
        )
    }
)


@pytest.mark.parametrize(
    ("role", "areas", "seen"),
    [
        ("grid_worker", (GRID,), {"listed", "open", "plain", "placed", "people"}),
        ("grid_worker", (), {"listed", "open", "plain"}),
        ("district_supervisor", ("140213",), {"listed", "open", "plain", "placed", "people"}),
        ("district_supervisor", ("1402",), {"listed", "open", "plain", "unplaced", "placed", "people"}),
        ("analyst", ("140213052",), {"listed", "open", "plain", "placed", "people"}),
        ("auditor", ("14",), {"listed", "open", "plain", "unplaced", "placed", "people"}),
        ("admin", ("14",), {"listed", "open", "plain"}),
        ("office", ("14",), {"listed"}),
        ("agent", (GRID,), {"listed", "open", "plain", "placed", "people"}),
    ],
)
def test_default_deny_by_table(role: Role, areas: tuple[str, ...], seen: set[str]) -> None:
    small = gate(role, *areas, catalog=SMALL)
    assert {g.table.name for g in small.grants()} == seen
    for name in {"listed", "open", "plain", "unplaced", "placed", "people", "no_such"} - seen:
        with pytest.raises(NotFound):
            small.select(name)


def test_an_office_sees_public_lists_and_of_them_public_columns() -> None:
    listed = gate("office", catalog=SMALL).grant("listed")
    assert listed.treatments == {"code": "full", "kind": "hidden"}
    assert {g.table.name for g in gate("office", "14").grants()} == {
        "area",
        "building",
        "grid",
        "grid_boundary",
        "grid_building",
        "release",
    }


def test_an_unknown_role_or_area_has_no_access() -> None:
    with pytest.raises(AccessError):
        gate("mayor")  # type: ignore[arg-type]
    with pytest.raises(AccessError):
        gate("grid_worker", "1%")


@pytest.mark.parametrize("role", [r for r in ROLES if r not in ("admin", "office")])
@pytest.mark.parametrize("name", sorted(CATALOG.tables))
def test_no_role_reads_a_token_or_an_unmasked_personal_column_beyond_its_treatment(role: Role, name: str) -> None:
    grant = gate(role, "140213").grant(name)
    for column, treatment in grant.treatments.items():
        assert not (column.endswith("_token") and treatment != "hidden")
        if role in ("analyst", "auditor") and grant.columns[column].is_personal:
            assert treatment != "full"


@pytest.mark.parametrize("use", ["columns", "where", "any_of", "order"])
@pytest.mark.parametrize("column", ["name", "id_no_token", "no_such"])
def test_a_column_not_seen_in_full_is_no_filter_and_no_order(use: str, column: str) -> None:
    analyst, condition = gate("analyst", "14"), Condition(column, "eq", "x")
    if (use, column) == ("columns", "name"):
        assert "left(" in analyst.select("person", columns=[column]).sql
        return
    with pytest.raises(ColumnNotAllowed):
        analyst.select(
            "person",
            columns=[column] if use == "columns" else None,
            where=[condition] if use == "where" else [AnyOf((condition,))] if use == "any_of" else [],
            order=[f"-{column}"] if use == "order" else [],
        )


def test_rows_are_counted_in_scope_and_by_columns_seen_in_full_only() -> None:
    worker, analyst = gate("grid_worker", "140213052001001"), gate("analyst", "1402")
    query = worker.count("dwelling", ("occupancy",), [Condition("grid_code", "null", False)])
    with duckdb.connect() as connection:
        connection.execute(
            "create table dwelling as select * from (values ('140213052001001', 'rented'), ('140213052001001', 'rented'),"
            " ('140213052001001', 'vacant'), ('140213052001002', 'vacant')) t(grid_code, occupancy),"
            " (values (null::varchar)) a(area_code)"
        )
        assert connection.execute(*query).fetchall() == [("rented", 2), ("vacant", 1)]
    with pytest.raises(ColumnNotAllowed):
        analyst.count("person", ("name",))
    with pytest.raises(ColumnNotAllowed):
        analyst.count("person", ("sex",), [Condition("name", "eq", "x")])


def test_tokens_are_compared_with_the_masked_form_in_full_and_never_read() -> None:
    wanted = Condition("id_no", "token", "ab")
    assert '"id_no_token" = $' in gate("grid_worker", GRID).select("person", where=[wanted]).sql
    with pytest.raises(ColumnNotAllowed):
        gate("analyst", "14").select("person", where=[wanted])


def test_numbered_values_are_equal_where_their_hidden_tokens_are() -> None:
    said = Column("said", "said", "话", "string", classification="personal", purpose="x")
    token = Column("said_token", "said_token", "令牌", "string", classification="sensitive", purpose="x")
    catalog = Catalog({"city.claims": table("claims", said, token, PLACE, scope=("grid_code",))})
    with duckdb.connect() as con:
        con.execute(
            "create table claims as select * from (values ('1**4', 'a'), ('1**4', 'b'), ('1**4', 'a'), ('x', null))"
            " as t(said, said_token), (values (?)) as g(grid_code)",
            [GRID],
        )
        query = gate("grid_worker", GRID, catalog=catalog).select("claims", number="said")
        rows = con.execute(*query).fetchall()
    assert sorted(rows) == [("1**4", GRID, 1), ("1**4", GRID, 1), ("1**4", GRID, 2), ("x", GRID, 3)]
    with pytest.raises(ColumnNotAllowed):
        gate("district_supervisor", "14", catalog=catalog).select("claims", number="said")


def test_no_value_is_ever_in_the_sql() -> None:
    evil = "x' or 1=1 --"
    where = [Condition("name", "in", (evil, evil)), AnyOf((Condition("name", "contains", evil),))]
    query = gate("grid_worker", GRID).select("person", where=where, order=["name"], limit=5)
    assert evil not in query.sql
    assert GRID not in query.sql
    assert list(query.params.values()).count(evil) == 3


def test_a_lookup_by_an_indexed_column_uses_the_index_and_keeps_the_scope() -> None:
    """DuckDB would scan the table if the scope were a filter of its own; the case keeps both."""
    key = Column("home_id", "home_id", "户", "string", index=True)
    catalog = Catalog({"city.homes": table("homes", key, PLACE, scope=("grid_code",))})
    worker = gate("grid_worker", GRID, catalog=catalog)
    with duckdb.connect() as con:
        con.execute(
            "create table homes as select 'h' || i as home_id, ? || i % 2 as grid_code from range(99999) t(i)",
            [GRID[:-1]],
        )
        con.execute("create index homes_home_id on homes (home_id)")
        for op, value in (("eq", "h7"), ("in", ("h7",))):
            query = worker.select("homes", where=[Condition("grid_code", "ne", "x"), Condition("home_id", op, value)])
            assert con.execute(*query).fetchall() == [("h7", GRID)]
            assert "Index Scan" in str(con.execute(f"explain analyze {query.sql}", query.params).fetchall())
        out = worker.select("homes", where=[Condition("home_id", "in", ("h6", "h8"))])
        assert con.execute(*out).fetchall() == []


def test_a_release_that_lacks_tables_or_columns_narrows_the_contracts() -> None:
    present = {"person": {"person_id", "grid_code", "hukou_grid_code"}}
    narrow = Gate(CATALOG, User("w", "grid_worker", (GRID,)), present)
    assert [g.table.name for g in narrow.grants()] == ["person"]
    assert narrow.grant("person").columns.keys() == {"person_id", "grid_code", "hukou_grid_code"}
    with pytest.raises(NotFound, match="the served release was made before there was stop"):
        narrow.grant("stop")
    with pytest.raises(NotFound, match="there is no such table"):
        narrow.grant("rumour")
    with pytest.raises(ColumnNotAllowed, match="the served release was made before there was sex"):
        narrow.select("person", columns=("sex",))


def test_a_release_that_lacks_a_scope_column_shows_fewer_rows_and_lacking_all_shows_none() -> None:
    """A rollback may serve what an older hub built."""
    older = Gate(CATALOG, User("w", "grid_worker", (GRID,)), {"person": {"person_id", "grid_code"}})
    query = older.select("person")
    with duckdb.connect() as con:
        con.execute(
            "create table person as select * from (values ('a', ?), ('b', '15')) as t(person_id, grid_code)", [GRID]
        )
        assert con.execute(*query).fetchall() == [("a", GRID)]
    assert Gate(CATALOG, User("w", "grid_worker", (GRID,)), {"person": {"person_id"}}).grants() == []


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        ("name", "欧阳小明", "欧**"),
        ("name", None, None),
        ("estate", "山西省大同市平城区新旺街道柳港园西院3号楼2单元501室", "山西省大同市平城区新旺街道柳港园西院"),
        ("estate", "柳港园西院三号楼二单元501室", "柳港园西院"),
        ("estate", "柳港园A座1201", "柳港园"),
        ("estate", "四牌楼十二号院３栋", "四牌楼"),
        ("address", "王小明家住柳港园3号楼", None),
        ("address", "四牌楼", None),
        ("year", date(1980, 5, 17), date(1980, 1, 1)),
        ("text", "暖气不热，电话", None),
        (None, "anything", None),
    ],
)
def test_masks(mask: str | None, value: object, shown: object) -> None:
    column = Column("c", "c", "c", "string", mask=mask)
    assert duckdb.execute(f"select {mask_sql(column, 'v')} from (select $value as v)", {"value": value}).fetchone() == (
        shown,
    )
    assert mask in (None, "text", "address", *MASKS)


LEVELS = (2, 4, 6, 9, 12, 15)
grids = st.none() | st.text("01", min_size=13, max_size=13).map("14".__add__)
areas = st.builds(lambda grid, level: grid[:level], grids.filter(bool), st.sampled_from(LEVELS))
people = st.lists(st.tuples(grids, grids), max_size=30)


@pytest.mark.slow
@settings(max_examples=80)
@given(st.sampled_from(sorted(ROLES)), st.lists(areas, max_size=3), people)
def test_no_row_out_of_scope_ever_comes_back(
    role: Role, areas: list[str], rows: list[tuple[str | None, str | None]]
) -> None:
    """And none in scope is missing. What is in scope is written here a second time, as plainly as it can be said."""
    catalog = Catalog({"city.homes": table("homes", PLAIN, PLACE, scope=("grid_code", "kind"))})
    mine = [area_prefix(area) for area in areas]
    wide = any("1402".startswith(area) for area in mine)

    def in_scope(places: tuple[str | None, str | None]) -> bool:
        if places == (None, None):
            return wide
        return any(place is not None and place.startswith(area) for place in places for area in mine)

    expected = [row for row in rows if in_scope(row)] if role not in ("admin", "office") else []
    with duckdb.connect() as con:
        con.execute("create table homes (grid_code varchar, kind varchar)")
        for row in rows:
            con.execute("insert into homes values (?, ?)", row)
        try:
            found = con.execute(
                *gate(role, *areas, catalog=catalog).select("homes", columns=["grid_code", "kind"])
            ).fetchall()
        except NotFound:
            found = []
    assert sorted(map(repr, found)) == sorted(map(repr, expected))
