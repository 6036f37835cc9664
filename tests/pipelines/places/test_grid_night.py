"""A whole night in which some buildings have no written grid: outlines settle one, the others wait, and no home is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from contracts.load import load_catalog
from demo.city import generate
from pipelines.orchestration.nightly import run_nightly
from pipelines.places.datum import gcj02_from_wgs84
from warehouse.lake.lake import Lake
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

WEST, SOUTH, SIZE = 113.30, 40.10, 0.01

MOVED = "2026-06-01"


class City:
    """A small simulated city whose first four buildings of one grid are delivered otherwise.

    `inside` has a place instead of a grid, in GCJ-02; `edge` one between its own grid and a neighbour; `moved` came from
    another grid in June; `elsewhere` is written where its place is not.
    """

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, settle_seconds=0)
        generate(home, residents=2000, noise=0)  # no outlines but those of this test
        [self.register] = (home / "landing" / "grid_building").iterdir()
        self.rows = pl.read_csv(self.register, infer_schema=False)
        grids = self.rows.group_by("网格编码", maintain_order=True).agg(pl.col("楼栋编码"))
        self.grid, names = next(row for row in grids.iter_rows() if len(row[1]) >= 4)
        self.other = f"{self.grid[:12]}002"
        self.inside, self.edge, self.moved, self.elsewhere = names[:4]
        [self.homes_before] = self.night("select count(*) from dwelling")[0]

    def night(self, sql: str) -> list[tuple[object, ...]]:
        release = run_nightly(self.settings).release_id
        self.connection = duckdb.connect(str(self.settings.releases / release / "city.duckdb"), read_only=True)
        return self.query(sql)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        return self.connection.execute(sql).fetchall()

    def deliver(self) -> None:
        """The register as a newer file, and outlines of the grid and of its neighbour."""
        [[x, y]] = gcj02_from_wgs84(np.array([[WEST + SIZE / 2, SOUTH + SIZE / 2]]))
        changes = {
            self.inside: {"网格编码": None, "经度": str(x), "纬度": str(y), "坐标系": "GCJ-02"},
            self.edge: {"网格编码": None, "经度": str(WEST + SIZE), "纬度": str(SOUTH + SIZE / 2), "坐标系": "WGS84"},
            self.moved: {"启用日期": MOVED},
            self.elsewhere: {"经度": str(WEST + SIZE * 1.5), "纬度": str(SOUTH + SIZE / 2), "坐标系": "WGS-84"},
        }
        rows = [row | changes.get(row["楼栋编码"], {}) for row in self.rows.iter_rows(named=True)]
        rows += [row | {"网格编码": self.other, "停用日期": MOVED} for row in self.rows.iter_rows(named=True)
                 if row["楼栋编码"] == self.moved]  # fmt: skip
        name = self.register.name.replace(self.register.stem[-8:], "20261121")
        pl.DataFrame(rows, schema=self.rows.schema).write_csv(self.register.with_name(name))
        features = [
            feature(self.grid, WEST, "WGS-84"),
            feature(self.other, WEST + SIZE, "WGS-84"),
            feature(self.other, 0, ""),
        ]
        folder = self.settings.landing / "grid_boundary"
        folder.mkdir()
        text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
        (folder / "网格边界_20261121.geojson").write_text(text, encoding="utf-8")


def feature(grid: str, west: float, datum: str) -> dict[str, object]:
    east, north = west + SIZE, SOUTH + SIZE
    ring = [[west, SOUTH], [east, SOUTH], [east, north], [west, north], [west, SOUTH]]
    named = {"网格编码": grid, "坐标系": datum, "启用日期": "2020-01-01", "停用日期": None}
    return {"type": "Feature", "properties": named, "geometry": {"type": "Polygon", "coordinates": [ring]}}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    city = City(tmp_path_factory.mktemp("grids"))
    city.deliver()
    city.night("select 1")
    yield city
    city.connection.close()


def test_an_outline_without_a_datum_goes_back(city: City) -> None:
    [delivery] = Lake(city.settings).deliveries("grid_boundary")
    assert (delivery.read, delivery.accepted, delivery.by_rule) == (3, 2, {"not_null": 1})
    receipt = (city.settings.receipts / delivery.receipt).read_text(encoding="utf-8-sig")
    assert "3,坐标系,,not_null,错误,必填项为空" in receipt


def test_no_home_is_lost_and_each_has_its_grid_or_none(city: City) -> None:
    assert city.query("select count(*) from dwelling") == [(city.homes_before,)]
    in_order = {city.inside: city.grid, city.edge: None, city.moved: city.grid, city.elsewhere: city.grid}
    for building, grid in in_order.items():
        assert city.query(f"select distinct grid_code from dwelling where building_id = '{building}'") == [(grid,)]


def test_what_waits_is_listed_with_its_homes(city: City) -> None:
    waiting = city.query("select building_id, rule, detail, area_code, grid_code from grid_review order by rule")
    assert waiting == [
        (city.edge, "several_polygons", "、".join(sorted((city.grid, city.other))), city.grid[:12], None),
        (city.elsewhere, "written_elsewhere", city.other, city.grid[:12], city.grid),
    ]
    told = city.query(f"select dwellings from grid_review where building_id = '{city.edge}'")
    assert told == city.query(f"select count(*) from dwelling where building_id = '{city.edge}'") != [(0,)]


def test_the_grid_of_any_day_is_one_question(city: City) -> None:
    def on(day: str) -> list[tuple[object, ...]]:
        return city.query(f"select grid_code from building_as_of('{day}') where building_id = '{city.moved}'")

    assert (on("2026-05-31"), on(MOVED)) == ([(city.other,)], [(city.grid,)])
    [(since,)] = city.query(f"select min(valid_from) from building where building_id = '{city.moved}'")
    assert isinstance(since, date)


def test_no_table_promises_a_grid_that_nobody_can_know() -> None:
    """All rows at a home have its grid, and a home may have none."""
    promised = [t.name for t in load_catalog().city() for c in t.columns if c.name == "grid_code" and c.required]
    assert promised == []
