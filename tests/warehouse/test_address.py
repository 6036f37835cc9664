"""An address as people write it, and the home it means. A doubt is never a guess."""

import duckdb
import pytest

from warehouse.engine import MODELS
from warehouse.sql import in_order, read_folder

AREAS = [
    ("140000000000", "山西省", "province"),
    ("140200000000", "大同市", "city"),
    ("140213000000", "平城区", "county"),
    ("140213052000", "新旺街道", "subdistrict"),
    ("140213052012", "柳港园西院社区居民委员会", "community"),
    ("140213052013", "柳港园东院社区居民委员会", "community"),
]
BASE = "山西省大同市平城区新旺街道"
# building, grid, estate, alias, number, entrances, floors, rooms per floor, standard address
BUILDINGS = [
    ("b3", "140213052012001", "柳港园西院", "柳港园", 3, 2, 6, 2, f"{BASE}柳港园西院3号楼"),
    ("b12", "140213052012002", "柳港园西院", "柳港园", 12, 1, 18, 4, f"{BASE}柳港园西院12号楼"),
    ("b20", "140213052013001", "柳港园东院", "柳港园", 20, 3, 6, 2, f"{BASE}柳港园东院20号楼"),
    ("w1", "140213052012001", "和平里", None, 1, 1, 6, 2, f"{BASE}柳港园西院社区和平里1号楼"),
    ("e1", "140213052013001", "和平里", None, 1, 1, 6, 2, f"{BASE}柳港园东院社区和平里1号楼"),
]
HOME = f"{BASE}柳港园西院3号楼2单元501室"


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema source")
    connection.execute("create macro key_of(kind, value) as md5(concat(kind, '|', value))")
    connection.execute(
        "create table delivery as select unnest(['area', 'grid_building']) as source, today() as delivered_on"
    )
    connection.execute("create table source.area (area_code text, name text, level text, valid_to date)")
    connection.executemany("insert into source.area values (?, ?, ?, null)", AREAS)
    connection.execute(
        "create table building_period (building_id text, grid_code text, estate text, estate_alias text, building_no int,"
        " entrance_count int, floor_count int, rooms_per_floor int, standard_address text, valid_from date, valid_to date,"
        " community_code text)"
    )
    connection.executemany(
        "insert into building_period values (?, ?, ?, ?, ?, ?, ?, ?, ?, '2020-01-01', null, null)", BUILDINGS
    )
    connection.execute("update building_period set community_code = left(grid_code, 12)")
    return connection


def resolve(connection: duckdb.DuckDBPyConnection, spelling: str) -> tuple[str, str | None]:
    """The rule that decided and the standard address it found, by the models themselves."""
    connection.execute("create or replace temp table spelling as select ? as address", [spelling])
    files = {name: file for name, file in read_folder(MODELS).items() if name.startswith(("address_", "standing_"))}
    for name in in_order({name: file.reads for name, file in files.items()}):
        connection.execute(f"create or replace temp table {name} as {files[name].sql}")
    [(rule, address)] = connection.execute("select rule, standard_address from address_room").fetchall()
    return rule, address


@pytest.mark.parametrize(
    "spelling",
    [
        HOME,
        "大同市平城区柳港园西院3号楼2单元501室",
        "平城区柳港园3号楼2单元501",
        "柳港园西院3-2-501",
        "柳港园3#2单元501室",
        "柳港园3#楼2单元501",
        "柳港园 3幢 2单元 501",
        "柳港园3栋2单元5层501室",
        "柳港园三号楼二单元五零一",
        "柳港园三号楼二单元五〇一室(住户来电)",
        "山西大同柳港园3号楼2单元501室附近",
        "柳港园3号楼2单元501 154****1234",
        "新旺街道柳港园西院社区柳港园西院3号楼2单元501",
    ],
)
def test_spellings_of_one_home(connection: duckdb.DuckDBPyConnection, spelling: str) -> None:
    assert resolve(connection, spelling)[1] == HOME


@pytest.mark.parametrize(
    ("spelling", "rule"),
    [
        ("", "no_building_no"),
        ("柳港园", "no_building_no"),
        ("3号楼2单元501", "no_building_no"),
        ("桃花源3号楼2单元501", "unknown_estate"),
        ("柳港园99号楼1单元101", "unknown_building"),
        ("和平里1号楼1单元101", "ambiguous"),
        ("柳港园3号楼", "no_room"),
        ("柳港园3号楼2单元", "no_room"),
        ("柳港园3号楼501", "no_entrance"),
        ("柳港园3号楼3单元501", "unknown_room"),
        ("柳港园3号楼2单元701", "unknown_room"),
        ("柳港园3号楼2单元503", "unknown_room"),
        ("柳港园一百号楼2单元501", "no_building_no"),
        ("123 Main Street, Springfield", "no_building_no"),
        ("柳" * 10_000, "no_building_no"),
    ],
)
def test_too_little_or_ambiguous_is_left_open(connection: duckdb.DuckDBPyConnection, spelling: str, rule: str) -> None:
    assert resolve(connection, spelling) == (rule, None)


@pytest.mark.parametrize(
    ("spelling", "home"),
    [
        ("柳港园十二号楼1801", f"{BASE}柳港园西院12号楼1单元1801室"),
        ("柳港园二十号楼3单元102室", f"{BASE}柳港园东院20号楼3单元102室"),
        ("柳港园东院社区和平里1号楼1单元101", f"{BASE}柳港园东院社区和平里1号楼1单元101室"),
    ],
)
def test_what_the_building_table_settles(connection: duckdb.DuckDBPyConnection, spelling: str, home: str) -> None:
    assert resolve(connection, spelling)[1] == home
