"""The grid of a building and its dates: by the written code, by an outline, or left open for review."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

import duckdb
import numpy as np
import pytest

from pipelines.places.datum import gcj02_from_wgs84
from pipelines.python_models import PYTHON_MODELS
from warehouse.build.engine import MODELS
from warehouse.build.python_model import PythonModel, generated_model
from warehouse.build.sql_files import in_order, read_folder
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

A, B, C = "140213052012001", "140213052012002", "140213052013001"
MADE_HERE = ("building_period", "current_building", "building", "grid_review")
DAY = date(2026, 11, 20)
Day = str | None
Row = tuple[object, ...]


def square(west: float, south: float, size: float = 0.01) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


LEFT, RIGHT = square(113.30, 40.10), square(113.31, 40.10)  # they share an edge at 113.31
CROSSED = [[113.30, 40.10], [113.31, 40.11], [113.31, 40.10], [113.30, 40.11], [113.30, 40.10]]


class Town:
    """A building register and outlines by hand; `rows` runs the makers and models on them once."""

    def __init__(self) -> None:
        self._built = False
        self.connection = duckdb.connect()
        self.connection.execute("create schema source")
        self.connection.execute("create macro key_of(kind, value) as md5(concat(kind, '|', value))")
        self.connection.execute(
            f"create table delivery as select 'grid_building' as source, date '{DAY}' as delivered_on"
        )
        self.connection.execute(
            "create table source.grid_building (building_id text, grid_code text, estate text, estate_alias text,"
            " building_no int, entrance_count int, floor_count int, rooms_per_floor int, standard_address text, kind text,"
            " door_names text, longitude double, latitude double, datum text, valid_from date, valid_to date)"
        )
        self.connection.execute(
            "create table source.grid_boundary (grid_code text, datum text, valid_from date, valid_to date, geometry text)"
        )
        self.connection.execute("create table current_area (area_code text, name text, level text)")
        areas = [("14", "山西省"), ("1402", "大同市"), ("140213", "平城区"), ("140213052", "新旺街道")]
        self.connection.executemany(
            "insert into current_area values (?, ?, 'subdistrict')", [(c.ljust(12, "0"), n) for c, n in areas]
        )
        self.connection.execute("create table dwelling as select 'b1' as building_id from range(3)")

    def building(
        self, name: str, grid: str | None, at: tuple[float, float] | None = None, datum: Day = "wgs84",
        since: str = "2020-01-01", until: Day = None,
    ) -> Town:  # fmt: skip
        address = "山西省大同市平城区新旺街道柳港园3号楼"
        row = [
            name,
            grid,
            "柳港园",
            None,
            3,
            2,
            6,
            2,
            address,
            None,
            None,
            *(at or (None, None)),
            datum if at else None,
        ]
        self.connection.execute(
            f"insert into source.grid_building values ({', '.join('?' * 16)})", [*row, since, until]
        )
        return self

    def outline(
        self, grid: str, *rings: list[list[float]], datum: str = "wgs84", since: str = "2020-01-01", until: Day = None
    ) -> Town:
        shape = json.dumps({"type": "Polygon", "coordinates": rings})
        self.connection.execute(
            "insert into source.grid_boundary values (?, ?, ?, ?, ?)", [grid, datum, since, until, shape]
        )
        return self

    def rows(self, sql: str) -> list[Row]:
        if not self._built:
            self._build()
        return self.connection.execute(sql).fetchall()

    def _build(self) -> None:
        files = read_folder(MODELS)
        made: dict[str, PythonModel] = dict(PYTHON_MODELS) | {
            n: generated_model(n, files[n].sql, files[n].reads) for n in MADE_HERE
        }
        wanted = {"building_point", "grid_outline", "outline_hit", *MADE_HERE}
        for name in in_order({name: made[name].reads & wanted for name in wanted}):
            made[name].make(self.connection, Settings())
        self._built = True

    def grid(self, building: str = "b1") -> tuple[object, object]:
        """Its grid on the day, and the rule."""
        [found] = self.rows(
            f"select grid_code, grid_rule from building where building_id = '{building}' and valid_to is null"
        )
        return found[0], found[1]


def gcj(ring: Iterable[Iterable[float]]) -> list[list[float]]:
    return gcj02_from_wgs84(np.array([list(p) for p in ring])).tolist()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("written", "at", "expected"),
    [
        (None, (113.305, 40.105), (A, "polygon")),
        (None, (113.315, 40.105), (B, "polygon")),
        (None, (113.31, 40.105), (None, "several_polygons")),  # on the shared edge
        (None, (113.309995, 40.105), (None, "several_polygons")),  # half a metre beside it
        (None, (113.3099, 40.105), (A, "polygon")),  # 8 m beside it
        (None, (113.30, 40.10), (None, "several_polygons")),  # on a corner, with nothing beyond
        (None, (113.32, 40.20), (None, "outside_polygons")),
        (None, None, (None, "no_point")),
        (A, None, (A, "written")),
        (A, (113.305, 40.105), (A, "written")),
        (A, (113.315, 40.105), (A, "written_elsewhere")),  # kept as written
        (A, (113.31, 40.105), (A, "written")),  # an edge contradicts nobody
        (A, (113.32, 40.20), (A, "written")),
        (C, (113.305, 40.105), (C, "written_elsewhere")),
    ],
)
def test_a_building_and_two_neighbouring_grids(
    written: str | None, at: tuple[float, float] | None, expected: tuple[str | None, str]
) -> None:
    assert Town().outline(A, LEFT).outline(B, RIGHT).building("b1", written, at).grid() == expected


@pytest.mark.parametrize("outline_datum", ["wgs84", "gcj02"])
@pytest.mark.parametrize("point_datum", ["wgs84", "gcj02"])
def test_each_says_its_own_datum(outline_datum: str, point_datum: str) -> None:
    """5 m inside the left grid: taken for the wrong datum the point would lie 600 m away, in the right one."""
    at = (113.30994, 40.105)
    ring = gcj(LEFT) if outline_datum == "gcj02" else LEFT
    town = Town().outline(A, ring, datum=outline_datum).outline(B, RIGHT)
    [[longitude, latitude]] = gcj([at]) if point_datum == "gcj02" else [list(at)]
    town.building("b1", None, (longitude, latitude), point_datum)
    assert town.grid() == (A, "polygon")
    [place] = town.connection.execute("select longitude, latitude from building").fetchall()
    assert place == pytest.approx(at, abs=1e-8)


def test_a_point_without_a_datum_is_no_point() -> None:
    town = Town().outline(A, LEFT).building("b1", None, (113.305, 40.105), datum=None)
    assert town.grid() == (None, "no_point")


def test_a_building_in_a_hole_or_in_two_outlines_waits() -> None:
    hole = square(113.304, 40.104, 0.002)
    assert Town().outline(A, LEFT, hole).building("b1", None, (113.305, 40.105)).grid() == (None, "outside_polygons")
    town = Town().outline(A, LEFT).outline(C, hole).building("b1", None, (113.305, 40.105))
    assert town.grid() == (None, "several_polygons")
    assert town.connection.execute("select area_code, detail from grid_review").fetchall() == [
        ("140213052000", f"{A}、{C}")  # of two communities: only the subdistrict is certain
    ]


def test_an_outline_that_crosses_itself_is_told_and_not_used() -> None:
    town = Town().outline(A, CROSSED).outline(B, RIGHT).building("b1", None, (113.3025, 40.105))
    town.building("b2", A, (113.3025, 40.105)).building("b3", None, (113.315, 40.105))
    assert (town.grid(), town.grid("b2"), town.grid("b3")) == (
        (None, "invalid_polygon"),
        (A, "written"),
        (B, "polygon"),
    )


def test_without_any_outline_the_written_grid_counts() -> None:
    town = Town().building("b1", A, (113.305, 40.105)).building("b2", None, (113.305, 40.105))
    assert (town.grid(), town.grid("b2")) == ((A, "written"), (None, "outside_polygons"))


def test_a_building_moved_between_grids_is_a_dated_fact() -> None:
    town = Town().building("b1", A, since="2020-01-01", until="2024-05-01").building("b1", B, since="2024-05-01")
    query = "select valid_from, valid_to, grid_code from building order by 1"
    assert town.rows(query) == [(date(2020, 1, 1), date(2024, 5, 1), A), (date(2024, 5, 1), None, B)]
    assert town.connection.execute("select grid_code from current_building").fetchall() == [(B,)]
    assert town.connection.execute("select * from grid_review").fetchall() == []


def test_an_outline_redrawn_moves_the_buildings_in_it() -> None:
    town = Town().outline(A, LEFT, until="2024-05-01").outline(B, LEFT, since="2024-05-01")
    town.outline(B, RIGHT, until="2024-05-01").building("b1", None, (113.305, 40.105))
    town.building("b2", A, (113.305, 40.105))
    query = "select building_id, valid_from, valid_to, grid_code, grid_rule from building order by 1, 2"
    moved = date(2024, 5, 1)
    assert town.rows(query) == [
        ("b1", date(2020, 1, 1), moved, A, "polygon"),
        ("b1", moved, None, B, "polygon"),
        ("b2", date(2020, 1, 1), moved, A, "written"),
        ("b2", moved, None, A, "written_elsewhere"),
    ]


def test_the_same_outline_delivered_anew_moves_nobody() -> None:
    town = Town().outline(A, LEFT).outline(A, LEFT, since="2024-05-01").building("b1", None, (113.305, 40.105))
    assert town.rows("select valid_from, valid_to, grid_code from building") == [(date(2020, 1, 1), None, A)]


@pytest.mark.parametrize(
    ("until", "then"),
    [
        (None, [("2020-01-01", "2024-05-01", A), ("2024-05-01", None, B)]),
        ("2025-01-01", [("2020-01-01", "2024-05-01", A), ("2024-05-01", "2025-01-01", B), ("2025-01-01", None, A)]),
    ],
)
def test_of_rows_that_overlap_the_later_counts_and_it_is_told(until: Day, then: list[Row]) -> None:
    town = Town().building("b1", A).building("b1", B, since="2024-05-01", until=until)
    query = "select cast(valid_from as text), cast(valid_to as text), grid_code from building order by 1"
    assert town.rows(query) == then
    told = town.connection.execute("select rule, grid_code, detail from grid_review").fetchall()
    assert told == [("overlapping_rows", B, "2020-01-01")]


def test_a_row_that_ends_before_it_begins_is_told_and_not_used() -> None:
    town = Town().building("b1", A).building("b1", B, since="2024-05-01", until="2024-05-01")
    assert town.grid() == (A, "written")
    assert town.connection.execute("select rule, detail from grid_review").fetchall() == [
        ("ends_before_start", "2024-05-01")
    ]


def test_what_waits_says_for_how_many_dwellings_and_where() -> None:
    town = Town().outline(A, LEFT).outline(B, RIGHT).outline(C, CROSSED)
    town.building("b1", None, (113.31, 40.105)).building("b2", None).building("b3", A, (113.315, 40.105))
    town.building("gone", None, until="2025-01-01").building("planned", None, since="2027-01-01").building("b4", A)
    query = "select building_id, rule, detail, dwellings, area_code, grid_code from grid_review order by rule"
    assert town.rows(query) == [
        (None, "invalid_polygon", "Self-intersection[113.305 40.105]", 0, C[:12], C),
        ("b2", "no_point", None, 0, "140213052000", None),
        ("b1", "several_polygons", f"{A}、{B}、{C}", 3, A[:12], None),
        ("b3", "written_elsewhere", B, 0, A[:12], A),
    ]
    [(rows, ids)] = town.connection.execute("select count(*), count(distinct review_id) from grid_review").fetchall()
    assert rows == ids


def test_thirty_thousand_buildings_and_three_thousand_grids_come_out_right() -> None:
    town = Town()
    town.connection.execute(
        """
        insert into source.grid_boundary
        select lpad(cast(x * 60 + y as text), 15, '0'), 'wgs84', '2020-01-01', null,
               format('{{"type":"Polygon","coordinates":[[[{0},{1}],[{2},{1}],[{2},{3}],[{0},{3}],[{0},{1}]]]}}',
                      113 + x / 100, 40 + y / 100, 113 + (x + 1) / 100, 40 + (y + 1) / 100)
        from range(50) a(x), range(60) b(y)
        """
    )
    town.connection.execute(
        """
        insert into source.grid_building
        select cast(n as text), null, 'e', null, 1, 1, 6, 2, 'a', null, null,
               113.005 + n % 50 / 100, 40.005 + n // 50 % 60 / 100, 'wgs84', '2020-01-01', null
        from range(30000) t(n)
        """
    )
    [(wrong,)] = town.rows(
        "select count(*) from building where grid_code is distinct from"
        " lpad(cast(cast(building_id as int) % 50 * 60 + cast(building_id as int) // 50 % 60 as text), 15, '0')"
    )
    assert wrong == 0
