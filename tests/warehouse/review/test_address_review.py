"""Which spellings wait for somebody, and where."""

import duckdb
import pytest

from warehouse.build.engine import MODELS
from warehouse.build.sql_files import read_file

# address, dwelling, rule, area, grid → the place it waits at, or that it does not
LINKS = [
    ("柳港园3号楼2单元501室", "d1", "official", "140213052012", "140213052012001", None),
    ("桃花源3号楼2单元501", None, "unknown_estate", "140213052012", None, ("140213052012", None)),
    ("柳港园3号楼", None, "no_room", "140213052012", "140213052012001", ("140213052012", "140213052012001")),
    ("平城区3号楼", None, "no_estate", "140213000000", None, ("140213000000", None)),
    ("大同市3号楼", None, "no_estate", "140200000000", None, (None, None)),
    ("山西省3号楼", None, "no_estate", "140000000000", None, (None, None)),
    ("3号楼2单元501", None, "no_estate", None, None, (None, None)),
    ("北京市朝阳区3号楼", None, "outside", None, None, None),
    ("无", None, "empty", None, None, None),
]


@pytest.fixture(scope="module")
def review_places() -> dict[str, tuple[str | None, str | None]]:
    with duckdb.connect() as connection:
        connection.execute(
            "create table address_link (address text, dwelling_id text, rule text, area_code text, grid_code text,"
            " address_id text, reasons text, uses bigint)"
        )
        rows = [(*link[:5], f"id of {link[0]}", "estate:unknown", 3) for link in LINKS]
        connection.executemany("insert into address_link values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        found = connection.execute(read_file(MODELS / "address_review.sql").sql)
        names = [column[0] for column in found.description]
        told = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    assert all((row["address_id"], row["uses"]) == (f"id of {row['address']}", 3) for row in told)
    return {row["address"]: (row["area_code"], row["grid_code"]) for row in told}


@pytest.mark.parametrize(("address", "place"), [(link[0], link[5]) for link in LINKS])
def test_a_spelling_without_a_door_is_reviewed_at_its_sure_area(review_places, address: str, place: object) -> None:
    assert review_places.get(address) == place
