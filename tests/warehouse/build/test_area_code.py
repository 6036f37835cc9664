"""A row without a grid has the smallest area that its addresses name, and a finding that of the rows it cites."""

from __future__ import annotations

import duckdb
import pytest

from contracts.load import load_catalog
from warehouse.build.sources import source_sql
from warehouse.cross_check.run import place_findings, prepare

CATALOG = load_catalog()
GRID, NEXT, FAR = "140213052001001", "140213052001002", "140213060001001"
COMMUNITY, STREET, COUNTY, ELSEWHERE = "140213052001", "140213052000", "140213000000", "140214000000"
# address, grid, area
KNOWN = [
    ("home", GRID, COMMUNITY),
    ("community", None, COMMUNITY),
    ("street", None, STREET),
    ("county", None, COUNTY),
    ("other county", None, ELSEWHERE),
    ("other city", None, None),
]


@pytest.mark.parametrize(
    ("living", "hukou", "placed"),
    [
        ("home", "street", (GRID, None)),
        ("community", "street", (None, COMMUNITY)),
        ("county", "home", (None, COUNTY)),
        ("other city", "home", (None, COMMUNITY)),  # registered here, lives elsewhere
        ("other city", "other county", (None, ELSEWHERE)),
        (None, "street", (None, STREET)),
        ("other city", "other city", (None, None)),
        ("never parsed", None, (None, None)),
        (None, None, (None, None)),
    ],
)
def test_a_row_lies_in_its_grid_or_in_the_area_of_its_first_address_that_names_one(living, hukou, placed) -> None:
    table = CATALOG.tables["source.resident"]
    assert [column.name for column in table.address_columns] == ["living_address", "hukou_address"]
    with duckdb.connect() as connection:
        columns = ", ".join(f"{c.name} {c.sql_type}" for c in table.lake_columns)
        connection.execute(f"create table lake_resident ({columns})")
        connection.execute("insert into lake_resident (living_address, hukou_address) values (?, ?)", [living, hukou])
        connection.execute("create table address_link (address text, dwelling_id text, grid_code text, area_code text)")
        connection.executemany("insert into address_link (address, grid_code, area_code) values (?, ?, ?)", KNOWN)
        assert connection.execute(f"select grid_code, area_code from ({source_sql(table)})").fetchall() == [placed]


@pytest.mark.parametrize(
    ("grid", "said", "cited", "area"),
    [
        (None, None, [GRID, GRID], COMMUNITY),
        (None, None, [GRID, NEXT], COMMUNITY),
        (None, None, [GRID, STREET], STREET),
        (None, None, [GRID, FAR], COUNTY),
        (None, None, [COUNTY, FAR], COUNTY),
        (None, None, [GRID, ELSEWHERE], None),
        (None, None, [GRID, None], None),  # one of them lies nowhere: so does the finding
        (None, None, [], None),
        (None, STREET, [GRID], STREET),  # the rule knows better
        (GRID, None, [GRID], None),
        (GRID, STREET, [GRID], None),
    ],
)
def test_a_finding_without_a_grid_lies_where_all_its_rows_do(grid, said, cited, area) -> None:
    with duckdb.connect() as connection:
        prepare(connection)
        connection.execute("insert into found (finding_id, grid_code, area_code) values ('f', ?, ?)", [grid, said])
        for code in cited:
            connection.execute("insert into cited (finding_id, place_code) values ('f', ?)", [code])
        place_findings(connection)
        assert connection.execute("select grid_code, area_code from found").fetchall() == [(grid, area)]
