"""The simulated city: forms of the files, truth of every row, contradictions that are really there."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from demo.city import CityFiles, generate
from demo.people.identity_numbers import conforms
from demo.truth.truth import RULES
from tests.demo.conftest import KEYS, accepted_rows, planted_cases, planted_keys, read_csv

pytestmark = pytest.mark.slow


def digest(files: CityFiles) -> dict[str, str]:
    paths = {**files.landing, **{f"truth {k}": v for k, v in files.truth.items()}, "id_area": files.id_area}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items()}


def test_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    once, again, other = (generate(tmp_path / name, 1_000, seed) for name, seed in (("a", 7), ("b", 7), ("c", 8)))
    assert digest(once) == digest(again)
    assert digest(once)["resident"] != digest(other)["resident"]


def test_a_city_of_several_blocks_is_one_city_with_the_same_bytes_each_time(tmp_path: Path) -> None:
    once, again = (generate(tmp_path / name, 20_000) for name in ("a", "b"))
    residents = pl.read_parquet(once.truth["resident"])
    assert digest(once) == digest(again)
    assert residents["person"].n_unique() == 20_000
    assert residents["household_no"].n_unique() == once.households
    assert residents["row_no"].to_list() == list(range(2, residents.height + 2))


def test_the_community_has_its_people_and_households(city: CityFiles, truth: dict[str, pl.DataFrame]) -> None:
    assert (city.residents, city.households) == (10_400, 3_894)
    assert truth["resident"]["person"].n_unique() == 10_400
    assert truth["resident"]["household_no"].n_unique() == 3_894


@pytest.mark.parametrize("residents", [99, 10_000_001])
def test_a_city_too_small_or_too_large_is_refused(tmp_path: Path, residents: int) -> None:
    with pytest.raises(ValueError, match="100 to 10,000,000"):
        generate(tmp_path, residents)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("residents", [100, 1_000])
def test_small_cities_are_whole(tmp_path: Path, residents: int) -> None:
    files = generate(tmp_path, residents)
    assert pl.read_parquet(files.truth["resident"])["person"].n_unique() == residents
    assert len(read_csv(files.landing["grid"], "utf-8")) == 3


def test_resident_csv_is_gb18030_with_windows_lines(city: CityFiles) -> None:
    raw = city.landing["resident"].read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    lines = raw.decode("gb18030").split("\r\n")
    assert lines[0].startswith("人员编号,姓名,性别,出生日期,公民身份号码,联系电话,户号,与户主关系,户籍地址,现住址")
    assert "\n" not in "".join(lines)


def test_hotline_csv_is_utf8_without_bom_and_with_plain_lines(city: CityFiles) -> None:
    raw = city.landing["hotline"].read_bytes()
    assert raw.startswith("工单编号,来电时间".encode())
    assert b"\r" not in raw


def test_property_workbook_has_a_merged_title_a_header_below_and_float_cells(city: CityFiles) -> None:
    workbook = CalamineWorkbook.from_path(str(city.landing["property"]))
    sheet = workbook.get_sheet_by_index(0)
    title, header, *rows = sheet.to_python()
    assert sheet.merged_cell_ranges == [((0, 0), (0, len(header) - 1))]
    assert str(title[0]).startswith("大同市不动产登记信息")
    assert set(title[1:]) == {""}
    assert header[:3] == ["登记编号", "不动产单元号", "坐落"]
    floats = [row[7] for row in rows if isinstance(row[7], float)]
    assert floats
    assert all(9.90001e17 < value < 9.90002e17 for value in floats)
    assert all(isinstance(value, str) for row in rows for i, value in enumerate(row) if i != 7)


@pytest.mark.parametrize("source", KEYS)
def test_every_truth_row_is_a_file_row(
    source: str, truth: dict[str, pl.DataFrame], office_rows: dict[str, list[dict[str, str]]]
) -> None:
    rows, first = office_rows[source], 3 if source == "property" else 2
    assert truth[source].height == len(rows)
    assert truth[source]["record_key"].to_list() == [rows[n - first][KEYS[source]] for n in truth[source]["row_no"]]


@pytest.mark.parametrize("source", KEYS)
def test_about_three_rows_in_a_thousand_are_broken_in_every_way(source: str, truth: dict[str, pl.DataFrame]) -> None:
    broken = truth[source].filter("expected_rejected")
    assert 0.001 < broken.height / truth[source].height < 0.006
    assert set(broken["reject_kind"]) == {"missing_required", "bad_date", "unknown_label", "duplicate_key"}


@pytest.mark.parametrize("source", KEYS)
def test_broken_rows_are_the_only_repeated_keys(source: str, truth: dict[str, pl.DataFrame]) -> None:
    good = truth[source].filter(pl.col("reject_kind").is_null() | (pl.col("reject_kind") != "duplicate_key"))
    assert good["record_key"].is_unique().all()
    repeated = truth[source].filter(pl.col("reject_kind") == "duplicate_key")["record_key"]
    assert set(repeated) <= set(good["record_key"])


def test_nobody_has_a_real_number(office_rows: dict[str, list[dict[str, str]]]) -> None:
    ids = [row["公民身份号码"] for row in office_rows["resident"]] + [
        row["产权人证件号"] for row in office_rows["property"]
    ]
    assert all(number.startswith(("990001", "9.90001")) for number in ids if number)
    phones = [row["联系电话"] for source in ("resident", "hotline") for row in office_rows[source]]
    phones += [row["产权人电话"] for row in office_rows["property"]]
    assert all(phone.startswith("154") and len(phone) == 11 for phone in phones if phone)


def test_dwellings_are_in_the_building_table_and_lie_in_its_grids(
    city: CityFiles, truth: dict[str, pl.DataFrame]
) -> None:
    buildings = [row for row in read_csv(city.landing["grid_building"], "utf-8") if not row["停用日期"]]
    grid_of = {row["标准地址"]: row["网格编码"] for row in buildings}
    assert set(grid_of.values()) - {""} == {row["网格编码"] for row in read_csv(city.landing["grid"], "utf-8")}
    numbered = {(row["小区别名"], row["楼号"]) for row in buildings if row["房屋类型"] != "平房"}
    assert len(numbered) == sum(row["房屋类型"] != "平房" for row in buildings)  # 柳港园3号楼 is one building
    located = truth["resident"].filter(pl.col("standard_address").is_not_null())
    for address, grid in located.select("standard_address", "grid_code").unique().rows():
        assert grid_of[re.sub(r"(号楼).*", r"\1", address)] in (grid, "")


def test_grids_hold_some_three_hundred_households(truth: dict[str, pl.DataFrame]) -> None:
    located = truth["resident"].filter(pl.col("grid_code").is_not_null() & pl.col("is_current"))
    located = located.filter(~pl.col("grid_code").str.starts_with("140213052013"))  # 东院 has buildings in wrong grids
    homes = located.group_by("grid_code").agg(pl.col("household_no").n_unique())
    assert homes["household_no"].is_between(250, 450).all()


def test_every_rule_has_cases(truth: dict[str, pl.DataFrame]) -> None:
    counts = dict(truth["planted"].group_by("rule").len().rows())
    assert set(counts) == set(RULES)
    assert min(counts.values()) >= 10
    assert truth["planted"].is_unique().all()


def test_nonconforming_numbers_are_the_planted_ones(
    truth: dict[str, pl.DataFrame], office_rows: dict[str, list[dict[str, str]]]
) -> None:
    rows = accepted_rows(office_rows["resident"], truth["resident"])
    found = [
        key
        for key, number in rows.select("人员编号", "公民身份号码").rows()
        if not (conforms(number) or "E+" in number)
    ]
    assert sorted(found) == planted_keys(truth, "id_no_nonconforming")
    assert set(rows["id_defect"].drop_nulls()) == {
        "wrong_check_digit", "old_15_digits", "excel_float", "letter", "too_short", "impossible_birth_date",
        "another_persons",
    }  # fmt: skip


def test_absent_holders_are_those_no_id_number_places_at_home(
    truth: dict[str, pl.DataFrame], office_rows: dict[str, list[dict[str, str]]]
) -> None:
    residents = accepted_rows(office_rows["resident"], truth["resident"]).rename({"公民身份号码": "id_no"})
    titles = accepted_rows(office_rows["property"], truth["property"]).rename({"产权人证件号": "id_no"})
    said = titles.group_by("standard_address").agg((pl.col("使用状态") == "自住").all()).filter("使用状态")
    at_home = titles.join(residents, on=["standard_address", "id_no"], how="semi")
    spoiled = pl.concat(
        [frame.filter(pl.col("id_defect").is_not_null()).select("standard_address") for frame in (residents, titles)]
    )
    found = said.join(residents, on="standard_address", how="semi").join(at_home, on="standard_address", how="anti")
    sure = found.join(spoiled, on="standard_address", how="anti")["standard_address"].to_list()
    cases = planted_cases(truth, "title_holder_not_resident")["standard_address"].sort().to_list()
    assert set(sure) <= set(cases)  # a spoiled number at home decides nothing by itself
    assert len(sure) > 0.9 * len(cases)


def test_vacant_homes_with_tickets_have_a_recent_ticket(
    truth: dict[str, pl.DataFrame], office_rows: dict[str, list[dict[str, str]]]
) -> None:
    titles = accepted_rows(office_rows["property"], truth["property"]).filter(pl.col("standard_address").is_not_null())
    vacant = titles.group_by("standard_address").agg((pl.col("使用状态") == "空置").all()).filter("使用状态")
    recent = accepted_rows(office_rows["hotline"], truth["hotline"]).filter(pl.col("来电时间") >= "2026-05-04")
    found = vacant.join(recent, on="standard_address", how="semi")["standard_address"]
    assert found.sort().to_list() == planted_cases(truth, "vacant_with_ticket")["standard_address"].sort().to_list()


def test_three_tickets_in_a_hundred_name_no_dwelling_of_the_city(truth: dict[str, pl.DataFrame]) -> None:
    vague = truth["hotline"].filter(pl.col("standard_address").is_null())
    assert 0.02 < vague.height / truth["hotline"].height < 0.04
    assert set(vague["address_style"]) == {
        "unlocatable_building", "unlocatable_estate", "unlocatable_street", "outside", "no_building", "no_such_room",
        "no_such_building", "namesake",
    }  # fmt: skip


def test_the_test_county_code_is_declared(city: CityFiles) -> None:
    assert read_csv(city.id_area, "utf-8") == [
        {"code": "990001", "name": "演示用测试代码", "valid_from": "1900-01-01", "valid_to": ""}
    ]
