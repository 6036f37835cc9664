"""Planted contradictions about homes, phones, addresses and grids are visible in the offices' files."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from demo.city import CityFiles, generate
from demo.shares.planted_homes import MISPLACED_IN_LIUGANGYUAN
from demo.truth.planted_homes import INSIDE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return generate(tmp_path_factory.mktemp("planted"), 10_400, seed=31)


def rows(city: CityFiles, source: str, encoding: str = "utf-8") -> pl.DataFrame:
    return pl.read_csv(city.landing[source], infer_schema=False, encoding=encoding)


def cases(city: CityFiles, rule: str) -> list[list[str]]:
    planted = pl.read_parquet(city.truth["planted"]).filter(pl.col("rule") == rule)
    return planted["keys"].list.eval(pl.element().str.split(":").list.last()).to_list()


def of_keys(frame: pl.DataFrame, key: str, keys: list[str]) -> pl.DataFrame:
    return frame.filter(pl.col(key).is_in(keys))


def test_a_building_that_is_not_there_is_in_no_building_table(city: CityFiles) -> None:
    numbered = set(rows(city, "grid_building").select("小区名称", "楼号").rows())
    tickets, planted = rows(city, "hotline"), [key for case in cases(city, "ticket_without_dwelling") for key in case]
    lost = of_keys(tickets, "工单编号", planted)["诉求地址"]
    named = [m.groups() for text in lost if (m := re.fullmatch(r".*(柳港园.[院巷])(\d+)号.*", text))]
    beyond = [pair for pair in named if pair not in numbered]
    assert len(beyond) >= 5
    assert {pair[0] for pair in beyond} <= {estate for estate, _ in numbered}


def test_one_telephone_stands_in_several_households_and_homes(city: CityFiles) -> None:
    residents = rows(city, "resident", "gb18030")
    shared = cases(city, "shared_phone")
    assert len(shared) >= 15
    for keys in shared:
        given = of_keys(residents, "人员编号", keys)
        assert given["联系电话"].n_unique() == 1
        assert given["户号"].n_unique() >= 3
        assert given.height <= 20


def test_crowded_homes_are_small_and_full_of_strangers(city: CityFiles) -> None:
    residents = pl.read_parquet(city.truth["resident"]).filter(pl.col("is_current"))
    planted = pl.read_parquet(city.truth["planted"]).filter(pl.col("rule") == "overcrowded_rental")
    assert planted.height >= 10
    for address in planted["standard_address"]:
        living = residents.filter(pl.col("standard_address") == address)
        assert living["household_no"].n_unique() >= 3
        assert living["person"].n_unique() >= 10


def test_callers_about_the_inside_of_a_home_that_is_not_theirs_give_their_names(city: CityFiles) -> None:
    planted = [key for case in cases(city, "requester_not_resident") for key in case]
    calls = of_keys(rows(city, "hotline"), "工单编号", planted)
    assert len(planted) >= 10
    assert set(calls["诉求分类"]) <= set(INSIDE)
    assert calls["诉求人姓名"].is_not_null().all()


@pytest.mark.parametrize(("noise", "misplaced"), [(0.0, 0), (1.0, MISPLACED_IN_LIUGANGYUAN)])
def test_buildings_stand_in_a_wrong_grid_only_where_an_outline_tells(
    tmp_path: Path, noise: float, misplaced: int
) -> None:
    city = generate(tmp_path, 10_400, noise=noise)
    wrong = [key for case in cases(city, "wrong_grid") for key in case]
    assert len(wrong) == misplaced
    written = of_keys(rows(city, "grid_building"), "楼栋编码", wrong)
    assert written["网格编码"].is_not_null().all()
    assert set(written["网格编码"].str.head(12)) <= {"140213052013"}
