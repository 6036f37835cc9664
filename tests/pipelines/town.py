"""A town of two buildings, whose registers a test writes for several nights."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.orchestration.night import Night
from tests.pipelines.office import CATALOG, PROPERTY_HEADER, Office, csv_text, id_no, resident, workbook
from warehouse.lake.tokens import ensure_keys
from warehouse.releases.publish import CITY, show

STREET = "山西省大同市平城区新旺街道"
AREAS = (
    ("140000000000", "山西省", "省"),
    ("140200000000", "大同市", "市"),
    ("140213000000", "平城区", "区县"),
    ("140213052000", "新旺街道", "街道"),
    ("140213052012", "西门社区居民委员会", "社区"),
)
WEST, EAST = "140213052012001", "140213052012002"
JANUARY, FEBRUARY, CORRECTED, MARCH = "2024-01-31", "2024-02-29", "2024-03-05", "2024-03-31"


def home(door: str) -> str:
    """`3-1-201` as its standard address."""
    building, entrance, room = door.split("-")
    return f"{STREET}柳港园{building}号楼{entrance}单元{room}室"


def lives(n: int, record: str, door: str, household: str, **more: str) -> list[str]:
    """A registration: person number n at home and registered behind a door."""
    said = {"record_no": record, "name": f"测试{n}", "household_no": household, "hukou_address": home(door)}
    return resident(n, **(said | more))


def holds(n: int, title: str, door: str, **more: str) -> list[str]:
    """A title: person number n holds what is behind a door."""
    row = {
        "title_no": title,
        "real_estate_unit_no": "140213001001GB00001F" + f"{int(door.replace('-', '')):08d}",
        "location": home(door),
        "floor_area_m2": "80",
        "usage_kind": "住宅",
        "occupancy": "自住",
        "holder_name": f"测试{n}",
        "holder_id_no": id_no(n),
        "share_percent": "100",
        "registered_on": "2015-05-01",
        "updated_on": "2015-05-01",
    }
    names = [c.name for c in CATALOG.tables["source.property"].columns]
    assert more.keys() <= set(names)
    return [(row | more).get(name, "") for name in names]


def _rows(table: str, rows: Sequence[Mapping[str, str]]) -> str:
    columns = CATALOG.tables[f"source.{table}"].columns
    cells = [[row.get(c.name, "") for c in columns] for row in rows]
    return csv_text(cells, [c.physical_name for c in columns])


@dataclass(frozen=True)
class Release:
    """A published release."""

    release_id: str
    content_hash: str
    path: Path

    def query(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """As `hub sql` opens it: read-only, in a connection of its own."""
        with duckdb.connect(str(self.path), read_only=True, config={"enable_external_access": False}) as connection:
            return connection.execute(sql, list(values)).fetchall()


class Town:
    """A hub's home with the town's offices; `night` runs a night, with the audit only if `audited`."""

    def __init__(self, folder: Path) -> None:
        self.office = Office(folder)
        self.settings = self.office.settings
        ensure_keys(self.settings)
        above = ("", *(code for code, _, _ in AREAS))
        areas = [
            {"area_code": code, "name": name, "level": level, "parent_code": parent, "valid_from": "2010-01-01"}
            for (code, name, level), parent in zip(AREAS, above, strict=False)
        ]
        grids = [
            {"grid_code": g, "name": g, "community_code": g[:12], "valid_from": "2010-01-01"} for g in (WEST, EAST)
        ]
        self.office.drop("行政区划_20240101.csv", _rows("area", areas))
        self.office.drop("网格_20240101.csv", _rows("grid", grids))
        self.buildings("20240101", self.building("3", WEST), self.building("4", EAST))

    @staticmethod
    def building(number: str, grid: str, **more: str) -> dict[str, str]:
        row = {"building_id": f"B{number}", "grid_code": grid, "estate": "柳港园", "building_no": number}
        row |= {"entrance_count": "2", "floor_count": "6", "rooms_per_floor": "4", "valid_from": "2010-01-01"}
        return row | {"standard_address": f"{STREET}柳港园{number}号楼"} | more

    def buildings(self, day: str, *rows: Mapping[str, str]) -> None:
        self.office.drop(f"网格楼栋_{day}.csv", _rows("grid_building", rows))

    def residents(self, day: str, *rows: list[str], correction: bool = False) -> None:
        self.office.drop(f"人口信息_{day}{'_更正' if correction else ''}.csv", csv_text(rows))

    def titles(self, day: str, *rows: list[str]) -> None:
        path = self.settings.landing / "office" / f"不动产登记_{day}.xlsx"
        workbook(path, {"登记": [["不动产登记"], PROPERTY_HEADER, *rows]})

    def night(self, built_at: str = "2024-06-01T01:30:00", *, audited: bool = False) -> Release:
        night = Night(self.settings, self.office.catalog, built_at=datetime.fromisoformat(built_at).replace(tzinfo=UTC))
        with night.alone():
            night.ingest()
            refused = [d.reason for deliveries in night.not_in_force.values() for d in deliveries]
            assert not refused, refused
            sent_back = [d.by_rule for deliveries in night.in_force.values() for d in deliveries if d.rejected]
            assert not sent_back, sent_back
            night.consolidate()
            night.cross_check()
            if audited:
                night.audit()
                assert night.error is None, night.error
            night.publish()
        path = self.settings.releases / night.release_id / CITY
        return Release(night.release_id, show(self.settings, night.release_id).content_hash, path)


def copy_of(town: Town, folder: Path, *, without: tuple[str, ...] = ()) -> Town:
    copy = Town(folder)
    for part in ("landing", "archive", "keys", "vault", "lake", "cache"):
        if part not in without and (town.settings.home / part).exists():
            shutil.copytree(town.settings.home / part, folder / part, dirs_exist_ok=True)
    if "casebook" not in without:
        for file in town.settings.home.glob("casebook.sqlite*"):
            shutil.copy(file, folder)
    return copy


def both(door: str) -> list[str]:
    return [f"hukou {door}", f"living {door}"]
