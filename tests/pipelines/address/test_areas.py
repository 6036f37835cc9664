"""Areas are dated: addresses with the names of 2020 are parsed by the tree of 2021, and an unclear place stays open."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date
from typing import Any, NamedTuple

import polars as pl
import pytest

from demo.facts import divisions
from pipelines.address.area_names import names
from pipelines.address.areas import Area, AreaTree
from tests.pipelines.address.town import SINCE, TODAY, area, building, parse, town

pytestmark = pytest.mark.slow

CHANGE = date(2021, 1, 1)


@pytest.mark.parametrize(
    ("name", "level", "written"),
    [
        ("内蒙古自治区", "province", {"内蒙古"}),
        ("广西壮族自治区", "province", {"广西"}),
        ("大同市", "city", {"大同"}),
        ("平城区", "county", {"平城"}),
        ("市辖区", "county", set()),
        ("山西大同经济开发区", "county", {"经开区", "大同经开区", "大同经济技术开发区"}),
        ("新旺街道", "subdistrict", {"新旺街道办事处", "新旺"}),
        ("高山镇", "subdistrict", {"高山"}),
        ("柳港园西院社区居民委员会", "community", {"柳港园西院社区", "柳港园西院居委会", "柳港园西院"}),
        ("马脊梁社区居委会区", "community", {"马脊梁社区", "马脊梁居委会"}),
        ("三墩村村委会", "community", {"三墩村", "三墩村委会", "三墩村村民委员会", "三墩"}),
        ("榆林村委会", "community", {"榆林村", "榆林村民委员会"}),
        ("南村村委会", "community", {"南村", "南村委会"}),
    ],
)
def test_ways_to_write_an_area(name: str, level: str, written: set[str]) -> None:
    found = names(name, level, ("山西", "大同"))
    assert written <= found.keys()
    assert all(len(way) > 1 for way in found)


@pytest.mark.parametrize(
    ("rows", "code", "means"),
    [
        ([area("140213052001", "甲社区")], "140213052001", "140213052001"),
        ([area("140213052002", "乙社区", SINCE, CHANGE, "140213052001"), area("140213052001", "甲社区")],
         "140213052002", "140213052001"),
        ([area("140213052003", "丙社区", SINCE, date(2020, 1, 1), "140213052002"),
          area("140213052002", "乙社区", SINCE, CHANGE, "140213052001"), area("140213052001", "甲社区")],
         "140213052003", "140213052001"),  # a chain
        ([area("140213052001", "旧名社区", SINCE, CHANGE, "140213052001"), area("140213052001", "新名社区", CHANGE)],
         "140213052001", "140213052001"),  # renamed
        ([area("140213052001", "甲社区", SINCE, CHANGE)], "140213052001", None),  # divided
        ([area("140213052001", "甲社区", SINCE, CHANGE, "140213052009")], "140213052001", None),  # into nothing known
        ([area("140213052001", "甲社区", SINCE, CHANGE, "140213052002"),
          area("140213052002", "乙社区", SINCE, CHANGE, "140213052001")], "140213052001", None),  # a circle
        ([], "140213052001", None),
    ],
)  # fmt: skip
def test_a_code_means_its_successor(rows: list[Area], code: str, means: str | None) -> None:
    assert AreaTree.of(rows, TODAY).current_code(code, date(2020, 6, 1)) == means


def test_a_code_means_what_it_meant_on_its_day() -> None:
    """140213052001 was 甲, which is 140213052005 today, and was then given to 乙."""
    tree = AreaTree.of(
        [
            area("140213052001", "甲社区", SINCE, CHANGE, "140213052005"),
            area("140213052005", "甲社区", CHANGE),
            area("140213052001", "乙社区", CHANGE),
        ],
        TODAY,
    )
    assert tree.current_code("140213052001", date(2020, 6, 1)) == "140213052005"
    assert tree.current_code("140213052001", date(2022, 6, 1)) == "140213052001"


def test_what_was_divided_contradicts_only_what_lies_elsewhere() -> None:
    """旧园社区 became 东园 and 西园; 边里 was cut up between neighbours, nobody knows how."""
    areas = [
        *(area(c, n) for c, n in (("140000000000", "山西省"), ("140200000000", "大同市"), ("140213000000", "平城区"))),
        area("140213052000", "新旺街道"),
        area("140213053000", "永泰街道"),
        area("140213052001", "旧园社区", SINCE, CHANGE),
        area("140213052002", "东园社区", CHANGE),
        area("140213052003", "西园社区", CHANGE),
        area("140213052004", "边里社区", SINCE, date(2020, 1, 1)),
        area("140213052005", "中里社区"),
        area("140213053001", "外里社区"),
    ]
    homes = {"东楼": "140213052002", "西楼": "140213052003", "中楼": "140213052005", "外楼": "140213053001"}
    rows = [building(f"b{n}", f"{c}001", n, 1, (1, 6, 2), f"{c}{n}1号楼") for n, c in homes.items()]
    rows += [building(f"d{c}", f"{c}001", "同楼", 1, (1, 6, 2), f"{c}同楼1号楼") for c in homes.values()]
    parser = town(areas=areas, buildings=rows)
    expected = {
        "旧园社区东楼1号楼101": ("official", "b东楼"),
        "新旺街道旧园社区西楼1号楼101": ("official", "b西楼"),
        "旧园社区中楼1号楼101": ("area_mismatch", None),  # it stood beside 旧园 then as now
        "旧园社区1号楼101": ("area_divided", None),  # nobody says in which part
        "旧园社区同楼1号楼101": ("ambiguous", None),
        "边里社区中楼1号楼101": ("official", "b中楼"),  # the only 中楼 that 边里 can have gone to
        "边里社区外楼1号楼101": ("area_mismatch", None),
        "边里社区同楼1号楼101": ("area_divided", None),
        "边里社区1号楼101": ("area_divided", None),
    }
    found = {spelling: parse(spelling, parser) for spelling in expected}
    assert {s: (row["rule"], row["building_id"]) for s, row in found.items()} == expected
    assert found["旧园社区东楼1号楼101"]["reasons"].startswith("community:divided estate:official")


class CommunityOf2020(NamedTuple):
    """A community of 2020 and the codes it is today (several where it was divided)."""

    then: Area
    now: tuple[str, ...]


def of_2020() -> tuple[list[Area], list[CommunityOf2020]]:
    """Datong's tree of 2021 with one community in three changed since 2020, and every community of 2020."""
    chance = random.Random(2020)
    rows, moved, begun = [], [], set()
    by_street: dict[str, list[str]] = defaultdict(list)
    for code in divisions():
        if code[9:] != "000":
            by_street[code[:9]].append(code)
    for codes in by_street.values():
        left = list(codes)
        while left:
            code = left.pop()
            change = chance.choice(["none"] * 6 + ["renamed", "recoded", "merged", "divided"])
            old = f"{code[:9]}{int(code[9:]) + 500}"
            if change == "renamed":
                row = area(code, f"老{divisions()[code]}", SINCE, CHANGE, code)
                begun.add(code)
            elif change == "recoded":
                row = area(old, divisions()[code], SINCE, CHANGE, code)
                begun.add(code)
            elif change == "merged":
                row = area(old, f"并入{divisions()[code]}", SINCE, CHANGE, code)
            elif change == "divided" and left:
                other = left.pop()
                row = area(old, f"原{divisions()[code]}", SINCE, CHANGE)
                begun |= {code, other}
                moved.append(CommunityOf2020(row, (code, other)))
                rows.append(row)
                continue
            else:
                moved.append(CommunityOf2020(area(code, divisions()[code]), (code,)))
                continue
            rows.append(row)
            moved.append(CommunityOf2020(row, (code,)))
    rows += [area(code, name, CHANGE if code in begun else SINCE) for code, name in divisions().items()]
    return rows, moved


@pytest.fixture(scope="module")
def records() -> pl.DataFrame:
    """Records of 2020, each with its building: written by community and estate, by community only, by names only."""
    areas, moved = of_2020()
    rows: list[dict[str, Any]] = []
    said: list[tuple[str, str, str]] = []
    for number, (then, now) in enumerate(moved):
        chain = "".join(divisions()[then.code[:n].ljust(12, "0")] for n in (6, 9))
        for code in now:
            # 42 names occur twice, and every community has a 幸福小区
            grid, since = (
                (f"{then.code}001", date(2019, 7, 1)) if len(now) == 1 and number % 2 else (f"{code}001", CHANGE)
            )
            for estate, no in ((f"{divisions()[code][:2]}新居", number % 90 + 1), ("幸福小区", 7)):
                id_ = f"{code}{estate}"
                rows.append(building(id_, grid, estate, no, (2, 6, 2), f"{id_}{no}号楼", since=since))
                said += [
                    ("estate", f"{chain}{then.name}{estate}{no}号楼2单元501", id_),
                    ("community", f"{chain}{then.name}{no}号楼2单元501", id_),
                    ("name", f"{then.name}{no}号楼2单元501", id_),
                    ("bare", f"{then.name}{estate}{no}号楼2单元501", id_),
                ]
    parser = town(areas=areas, buildings=rows)
    frame = pl.DataFrame(said, schema=["written", "address", "meant"], orient="row")
    return pl.concat([frame, parser.parse(frame["address"]).drop("address")], how="horizontal")


def test_records_of_2020_are_neither_lost_nor_placed_in_another_community(records: pl.DataFrame) -> None:
    placed = records.filter(pl.col("standard_address").is_not_null())
    wrong = placed.filter(pl.col("building_id") != pl.col("meant"))
    assert wrong.select("address", "building_id", "reasons").rows() == []
    assert "outside" not in set(records["rule"])
    assert records.height == 4 * 2 * sum(len(moved.now) for moved in of_2020()[1])


def test_what_is_open_of_2020_is_open_for_a_reason(records: pl.DataFrame) -> None:
    """With an estate only what stands twice in the parts of a divided community; without, what was divided at all."""
    still_open = records.filter(pl.col("standard_address").is_null())
    with_estate = still_open.filter(pl.col("written") == "estate")
    assert set(with_estate["rule"]) == {"ambiguous"}
    assert with_estate["address"].str.contains("原").all()  # as the test calls a community that was divided
    assert set(still_open["rule"]) == {"ambiguous", "area_divided"}
    changed = records.filter(
        (pl.col("written") == "estate") & pl.col("reasons").str.contains("community:(former|divided)")
    )
    assert changed.height > 1000
