"""A city of five people in three grids, written as a real release whose tables come from the contracts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from contracts.load import load_catalog
from contracts.model import Catalog, Table
from tests.api.doubts import UNPLACED_TICKETS, finding, key
from warehouse.checksums import StoredFile
from warehouse.lake.tokens import Tokens
from warehouse.releases.manifest import Manifest
from warehouse.settings import Settings

PASSWORD = "korrekt-pferd-17"
HERE, NEXT, FAR = "140213052001001", "140213052001002", "140214001001001"
# nobody's: 990001, 154 and 0300 are not assigned
ID_NO, PHONE, LANDLINE = "99000119800103001X", "15400001234", "03001234567"
ESTATE = "柳港园西院"
Rows = dict[str, list[dict[str, Any]]]
ANYTHING = {
    "string": "-", "integer": 0, "number": 0.0, "date": date(2020, 1, 1), "timestamp": datetime(2020, 1, 1), "boolean": False,
}  # fmt: skip


def write_release(settings: Settings, release_id: str, rows: Rows, catalog: Catalog | None = None) -> None:
    """A release folder with every contracted table; CURRENT is left alone."""
    folder = settings.releases / release_id
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "city.duckdb")) as con:
        con.execute("begin")  # a transaction for each row would cost most of the time
        con.execute("create schema source")
        tables = (catalog or load_catalog()).tables.values()
        con.execute("; ".join(f"create table {table.definition}" for table in tables))
        for table in (t for t in tables if rows.get(t.relation)):
            _insert(con, table, rows[table.relation])
        con.execute("commit")
    built_at, files = datetime(2026, 11, 22, tzinfo=UTC), {"city.duckdb": StoredFile.of(folder / "city.duckdb")}
    manifest = Manifest(id=release_id, built_at=built_at, content_hash="0", rows={"person": 5}, files=files)
    (folder / "manifest.json").write_text(manifest.model_dump_json(), encoding="utf-8")


def point_to(settings: Settings, release_id: str) -> None:
    """Replaces the pointer CURRENT atomically."""
    beside = settings.releases / "CURRENT.new"
    beside.write_text(f"{release_id}\n", encoding="utf-8")
    os.replace(beside, settings.releases / "CURRENT")


def _insert(con: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows; a missing column is null, or if its contract forbids that a value of its type: a release is audited."""
    usual = {c.name: ANYTHING[c.logical_type] if c.required else None for c in table.released_columns}
    assert all(row.keys() <= usual.keys() for row in rows), table.qualified
    whole = [usual | {name: value for name, value in row.items() if value is not None} for row in rows]
    marks = ", ".join([f"({', '.join('?' * len(usual))})"] * len(rows))
    con.execute(f"insert into {table.relation} values {marks}", [v for row in whole for v in row.values()])


def small_city(settings: Settings, release_id: str = "r1") -> Rows:
    """王小明 at home, 王老 dead; 王小红 registered there, living next door with 李雷; 赵远 far; 孙无 nowhere."""
    tokens = Tokens.create(settings)
    id_token, phone_token = tokens.token("id_no", ID_NO), tokens.token("phone", PHONE)

    def dwelling(name: str, grid: str | None, estate: str, building: int, entrance: int, room: int) -> dict[str, Any]:
        address = f"山西省大同市平城区新旺街道{estate}{building}号楼{entrance}单元{room}室"
        return {
            "dwelling_id": key(name),
            "standard_address": address,
            "estate": estate,
            "building_no": building,
            "entrance_no": entrance,
            "floor_no": room // 100,
            "room_no": room,
            "occupancy": "owner_occupied",
            "grid_code": grid,
        }

    def person(name: str, household: str, home: str | None, grid: str | None, hukou: str | None) -> dict[str, Any]:
        return {
            "person_id": key(name),
            "name": name,
            "sex": "1",
            "birth_date": date(1980, 5, 17),
            "id_no_token": key(f"id {name}"),
            "id_no_masked": "9900**********5678",
            "phone_token": key(f"phone {name}"),
            "phone_masked": "154****9999",
            "household_id": key(household),
            "dwelling_id": key(home) if home else None,
            "status": "active",
            "updated_on": date(2026, 11, 1),
            "grid_code": grid,
            "hukou_grid_code": hukou,
        }

    def household(name: str, head: str, home: str, grid: str, members: int) -> dict[str, Any]:
        ids = {"household_id": key(name), "head_person_id": key(head), "dwelling_id": key(home)}
        return ids | {"household_no": name, "member_count": members, "grid_code": grid}

    def building(name: str, grid: str, estate: str, number: int, **more: Any) -> dict[str, Any]:
        return {
            "building_id": name,
            "grid_code": grid,
            "estate": estate,
            "estate_alias": "柳港园、老柳港",
            "building_no": number,
            "entrance_count": 2,
            "floor_count": 6,
            "rooms_per_floor": 2,
            "standard_address": f"山西省大同市平城区新旺街道{estate}{number}号楼",
            "valid_from": date(2020, 1, 1),
        } | more

    def claim(
        who: str,
        attribute: str,
        value: str,
        source: str,
        on: date,
        number: str | None = None,
        entity: str = "person",
        why: str = "authority",
    ) -> dict[str, Any]:
        return {
            "entity": entity,
            "entity_id": key(who),
            "attribute": attribute,
            "value": value,
            "value_token": key(number) if number else None,
            "shown": why not in ("outranked", "older"),
            "why": why,
            "source": source,
            "delivery_id": "d1",
            "row_no": 2,
            "claimed_on": on,
            "grid_code": HERE,
        }

    def residence(who: str, household: str, home: str, kind: str, relation: str) -> dict[str, Any]:
        ids = {"residence_id": key(who + kind), "person_id": key(who), "household_id": key(household)}
        return ids | {"dwelling_id": key(home), "kind": kind, "relation_to_head": relation, "grid_code": HERE}

    def spelling(name: str, address: str, rule: str, uses: int, area: str | None, grid: str | None) -> dict[str, Any]:
        said = {"address": address, "rule": rule, "reasons": f"estate:{rule}", "uses": uses}
        return said | {"address_id": key(name), "area_code": area, "grid_code": grid}

    def link(source: str, record: str, who: str, rule: str, weight: float | None, grid: str) -> dict[str, Any]:
        facts = {"source": source, "record_key": record, "rule": rule, "confidence": 0.9, "grid_code": grid}
        return facts | {"person_id": key(who), "delivery_id": "d1", "row_no": 2}

    def building_period(name: str, grid: str | None, rule: str, since: date, end: date | None = None) -> dict[str, Any]:
        days = {"valid_from": since, "valid_to": end}
        return {"building_id": name, "grid_code": grid, "grid_rule": rule, "kind": "apartment"} | days

    def grid_review_row(name: str, rule: str, area: str | None, grid: str | None) -> dict[str, Any]:
        place = {"area_code": area, "grid_code": grid}
        return {"review_id": key(f"{name} {rule}"), "building_id": name, "rule": rule, "dwellings": 2} | place

    buildings = [
        building("w3", HERE, ESTATE, 3),
        building("e13", NEXT, "柳港园东院", 13),
        building("f3", FAR, "远方里", 3, estate_alias=None),
        building("w1", HERE, "柳港园旧院", 1, valid_to=date(2021, 1, 1)),
        building("y7", HERE, "西村", 7, kind="courtyard")
        | {"standard_address": "山西省大同市平城区新旺街道西村7号", "estate_alias": None},
    ]
    head = person("王小明", "h1", "d1", HERE, HERE)
    head |= {"id_no_token": id_token, "id_no_masked": "9900**********001X"}
    head |= {"phone_token": phone_token, "phone_masked": "154****1234"}
    return {
        "dwelling": [
            dwelling("d1", HERE, "柳港园西院", 3, 2, 501),
            dwelling("d2", NEXT, "柳港园东院", 13, 2, 501),
            dwelling("d3", FAR, "远方里", 3, 2, 501),
            dwelling("d4", HERE, "柳港园西院", 3, 2, 502),
        ],
        "person": [
            head,
            person("王小红", "h1", "d2", NEXT, HERE) | {"phone_token": tokens.token("phone", LANDLINE)},
            person("王老", "h1", "d1", HERE, HERE) | {"status": "cancelled"},
            person("李雷", "h2", "d2", NEXT, NEXT),
            person("赵远", "h3", "d3", FAR, FAR),
            person("孙无", "h9", None, None, None),
        ],
        "household": [
            household("h1", "王小明", "d1", HERE, 2),
            household("h2", "李雷", "d2", NEXT, 1),
            household("h3", "赵远", "d3", FAR, 1),
        ],
        "residence": [
            residence("王小明", "h1", "d1", "hukou", "02"),
            residence("王小红", "h1", "d1", "hukou", "10"),
            residence("王小红", "h1", "d2", "living", "10") | {"grid_code": NEXT},
            residence("李雷", "h2", "d2", "hukou", "02") | {"grid_code": NEXT},
            residence("王老", "h1", "d1", "hukou", "50") | {"valid_to": date(2025, 4, 13)},
        ],
        "address_link": [
            {"address_id": key("a1"), "address": "西苑三号楼501", "dwelling_id": key("d1"), "grid_code": HERE},
        ],
        "address_review": [
            spelling("s1", "桃花源3号楼2单元501", "unknown_estate", 2, HERE[:12], None),
            spelling("s2", "柳港园西院3号楼", "no_room", 9, HERE[:12], HERE),
            spelling("s3", "柳港园东院13号楼", "no_room", 1, HERE[:12], NEXT),
            spelling("s4", "远方里3号楼", "no_room", 1, FAR[:12], FAR),
            spelling("s5", "3号楼2单元501", "no_estate", 7, None, None),
            spelling("s6", "桃花源7号楼", "unknown_building", 3, FAR[:12], None),
        ],
        "person_link": [
            link("resident", "1", "王小明", "id_no", None, HERE),
            link("property", "t1", "王小明", "id_no", None, HERE),
            link("resident", "2", "李雷", "id_no", None, NEXT),
        ],
        "person_pair": [
            {
                "pair_id": key("p1"),
                "left_source": "hotline",
                "left_key": "k1",
                "right_source": "resident",
                "right_key": "1",
                "person_id": key("王小明"),
                "match_weight": 4.5,
                "confidence": 0.96,
                "reasons": "姓名 同音 +3.1；出生日期 不同 −0.5",
                "status": "waiting",
                "grid_code": HERE,
            }
        ],
        "claim": [
            claim("王小明", "living_address", "西院3-2-501", "resident", date(2026, 11, 1)),
            claim("王小明", "living_address", "东院13-2-501", "hotline", date(2026, 11, 9), why="outranked"),
            claim("王小明", "name", "王小明", "resident", date(2026, 11, 1)),
            claim("王小明", "name", "王小明", "property", date(2026, 10, 1), why="outranked"),
            claim("王小明", "phone", "154****1234", "resident", date(2026, 11, 1), "15400001234", why="newest"),
            claim("王小明", "phone", "154****1234", "property", date(2026, 10, 1), "15400011234", why="older"),
            claim("王小明", "id_no", "9900**********001X", "resident", date(2026, 11, 1), ID_NO),
            claim("王小明", "id_no", "9900**********001x", "property", date(2026, 10, 1), ID_NO, why="outranked"),
            claim("d1", "occupancy", "owner_occupied", "property", date(2026, 10, 1), entity="dwelling", why="older"),
            claim("d1", "occupancy", "rented", "doorstep", date(2026, 11, 20), entity="dwelling", why="newest"),
            claim("d1", "title_holder", "王小明", "property", date(2026, 10, 1), entity="dwelling", why="joint"),
            claim("d1", "title_holder", "王小红", "property", date(2026, 10, 1), entity="dwelling", why="joint"),
        ],
        "title": [{"title_id": key("t1"), "dwelling_id": key("d1"), "holder_name": "王小明", "grid_code": HERE}],
        "ticket": [
            {
                "ticket_id": key("k1"),
                "dwelling_id": key("d1"),
                "address": "王小明家住柳港园3号楼",
                "reported_at": datetime(2026, 11, 20, 8, 30),
                "request_class": "heating",
                "content": "暖气不热",
                "grid_code": HERE,
            },
            *UNPLACED_TICKETS,
        ],
        "finding": [finding("f1", "h1", "d1", HERE) | {"person_id": key("王小明")}, finding("f2", "h2", "d2", NEXT)],
        "area": [
            {"area_code": code, "name": name, "level": level}
            for code, name, level in (
                ("140200000000", "大同市", "city"),
                ("140213", "平城区", "county"),
                ("140213052000", "新旺街道", "subdistrict"),
                (HERE[:12], "柳港园西院社区居民委员会", "community"),
            )
        ],
        "source.grid_building": buildings,
        "building": [
            *(
                {name: row[name] for name in ("building_id", "estate", "building_no", "grid_code", "valid_from")}
                | {"valid_to": row.get("valid_to"), "community_code": row["grid_code"][:12]}
                for row in buildings
            ),
            building_period("b3", HERE, "written", date(2020, 1, 1), date(2024, 5, 1)),
            building_period("b3", NEXT, "polygon", date(2024, 5, 1)),
            building_period("b9", None, "no_point", date(2020, 1, 1)),
        ],
        "grid_review": [
            grid_review_row("b1", "written_elsewhere", HERE[:12], HERE),
            grid_review_row("b2", "several_polygons", HERE[:12], None),
            grid_review_row("b9", "no_point", None, None),
        ],
        "release": [{"release_id": release_id}],
        "person_alias": [{"alias_id": key("王晓明"), "person_id": key("王小明"), "change": "merged"}],
        "source.resident": [
            {"record_no": "1", "name": "王小明", "hukou_address": "西院3-2-501", "grid_code": HERE},
            {"record_no": "2", "name": "李雷", "hukou_address": "东院13-2-501", "grid_code": NEXT},
        ],
        "source.hotline": [{"ticket_no": "k1", "address": "王小明家住柳港园3号楼", "grid_code": HERE}],
        "source.property": [{"title_no": "t1", "location": "王小明家住柳港园3号楼", "grid_code": HERE}],
    }


def settings_in(home: Path) -> Settings:
    return Settings(home=home, threads=2)
