"""A small town for the tests of addresses: two counties, three courtyards of 柳港园, a village, and their former areas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Literal

import polars as pl

from pipelines.address.areas import Area
from pipelines.address.gazetteer import Gazetteer
from pipelines.address.parser import Parser
from pipelines.address.reference import BUILDING_COLUMNS
from warehouse.review.addresses import AddressDecision

SINCE, TODAY = date(2018, 2, 9), date(2026, 10, 31)
BASE = "山西省大同市平城区新旺街道"
HOME = f"{BASE}柳港园西院3号楼2单元501室"
LEVELS = {2: "province", 4: "city", 6: "county", 9: "subdistrict", 12: "community"}
NUMBERS = ("building_no", "entrance_count", "floor_count", "rooms_per_floor")


def area(code: str, name: str, since: date = SINCE, until: date | None = None, successor: str | None = None) -> Area:
    """An area whose level and parent follow from its code, as in the official register."""
    length = next(n for n in LEVELS if not code[n:].strip("0"))
    above = [n for n in LEVELS if n < length]
    parent = code[: above[-1]].ljust(12, "0") if above else None
    return Area(code, name, LEVELS[length], parent, since, until, successor)


AREAS = (
    area("140000000000", "山西省"),
    area("140200000000", "大同市"),
    area("140211000000", "南郊区", date(1983, 1, 1), SINCE),  # divided: parts went to all around it
    area("140213000000", "平城区"),
    area("140214000000", "云冈区"),
    area("140271000000", "山西大同经济开发区"),
    area("140213052000", "新旺街道"),
    area("140213052012", "柳港园西院社区居民委员会"),
    area("140213052013", "柳港园东院社区居民委员会"),
    area("140213052014", "柳港园南院社区居民委员会"),
    area("140213052600", "旧府街居委会", SINCE, date(2021, 7, 1), "140213052014"),
    area("140214101000", "高山镇"),
    area("140214101200", "榆林村村委会"),
    area("140214101201", "三墩村村委会"),
)


def building(  # a row of the building table, as the parser reads it
    id_: str,
    grid: str | None,
    estate: str,
    number: int,
    shape: tuple[int, int, int],
    standard: str,
    alias: str | None = None,
    *,
    kind: str | None = None,
    doors: str | None = None,
    community: str | None = None,
    since: date = SINCE,
) -> dict[str, Any]:
    values = (id_, grid, community or (grid and grid[:12]), estate, alias, number, *shape, standard, kind, doors, since)
    return dict(zip(BUILDING_COLUMNS, values, strict=True))


BUILDINGS = (
    building(
        "b3", "140213052012001", "柳港园西院", 3, (2, 6, 2), f"{BASE}柳港园西院3号楼", "柳港园", doors="西户、东户"
    ),
    building("b12", "140213052012002", "柳港园西院", 12, (1, 18, 4), f"{BASE}柳港园西院12号楼", "柳港园"),
    building("b20", "140213052013001", "柳港园东院", 20, (3, 6, 2), f"{BASE}柳港园东院20号楼", "柳港园"),
    building("b105", "140213052014001", "柳港园南院", 105, (3, 6, 2), f"{BASE}柳港园南院105号楼", "柳港园、南大院"),
    building("w1", "140213052012001", "和平里", 1, (1, 6, 2), f"{BASE}柳港园西院社区和平里1号楼"),
    building("e1", "140213052013001", "和平里", 1, (1, 9, 2), f"{BASE}柳港园东院社区和平里1号楼"),
    building("n1", "140213052014001", "幸福里一号", 2, (1, 6, 2), f"{BASE}幸福里一号2号楼"),
    building("r1", "140213052014002", "新建南路", 12, (1, 1, 1), f"{BASE}新建南路12号", kind="courtyard"),
    building(
        "v3", "140214101201001", "三墩村3排", 5, (1, 1, 1), "山西省大同市云冈区高山镇三墩村3排5号", kind="courtyard"
    ),
    building("v0", "140214101201001", "三墩村", 15, (1, 1, 1), "山西省大同市云冈区高山镇三墩村15号", kind="courtyard"),
    building("v9", "140214101201001", "三墩村佳苑", 9, (2, 6, 2), "山西省大同市云冈区高山镇三墩村佳苑9号楼"),
    building("v10", "140214101201001", "三墩村", 9, (1, 1, 1), "山西省大同市云冈区高山镇三墩村9号", kind="courtyard"),
    building("y1", "140214101200001", "榆林小区", 1, (1, 6, 2), "山西省大同市云冈区高山镇榆林小区1号楼"),
)


def frame(buildings: Iterable[dict[str, Any]]) -> pl.DataFrame:
    kinds = {name: pl.Int64 if name in NUMBERS else pl.String for name in BUILDING_COLUMNS} | {"valid_from": pl.Date}
    return pl.DataFrame(list(buildings), schema=kinds)


def decision(kind: Literal["alias", "spelling"], written: str, **target: str) -> AddressDecision:
    names = ("community_code", "estate", "standard_address")
    when = datetime(2026, 10, 1, tzinfo=UTC)
    return AddressDecision(kind, written, *(target.get(n) for n in names), "accepted", "know the place", "chen", when)


def town(
    decisions: Sequence[AddressDecision] = (),
    areas: Iterable[Area] = AREAS,
    buildings: Iterable[dict[str, Any]] = BUILDINGS,
    within: str = "",
) -> Parser:
    return Parser(Gazetteer.of(areas, frame(buildings), decisions, TODAY, within))


@cache
def usual() -> Parser:
    """The town as it is."""
    return town()


def parse(spelling: str, parser: Parser | None = None) -> dict[str, Any]:
    """The row of one spelling."""
    return (parser or usual()).parse(pl.Series("address", [spelling])).row(0, named=True)
