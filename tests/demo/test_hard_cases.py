"""Spellings and persons that are easily mistaken: each is in the city in its share, with the right truth."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from rapidfuzz.distance import OSA
from shapely import Point, Polygon

from demo.city import CityFiles, generate
from demo.geography.communities import communities
from demo.geography.layout import gcj02
from demo.people.identity_numbers import AGENCY_PHONE, conforms
from demo.spellings.ambiguous_buildings import CityNames

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return generate(tmp_path_factory.mktemp("city"), noise=2)


def read(path: Path, encoding: str = "utf-8") -> pl.DataFrame:
    with path.open(encoding=encoding, newline="") as file:
        return pl.DataFrame(list(csv.DictReader(file)))


def beside_truth(city: CityFiles, source: str) -> pl.DataFrame:
    """The good rows of a CSV with their truth."""
    truth = pl.read_parquet(city.truth[source])
    rows = read(city.landing[source], "gb18030" if source == "resident" else "utf-8")
    return pl.concat([rows, truth], how="horizontal").filter(~pl.col("expected_rejected"))


@pytest.fixture(scope="module")
def residents(city: CityFiles) -> pl.DataFrame:
    return beside_truth(city, "resident")


@pytest.fixture(scope="module")
def tickets(city: CityFiles) -> pl.DataFrame:
    return beside_truth(city, "hotline")


def of_case(rows: pl.DataFrame, case: str) -> pl.DataFrame:
    found = rows.filter(pl.col("person_case") == case)
    assert found.height
    return found


def test_noise_multiplies_the_hard_cases_and_at_zero_there_are_none(tmp_path: Path, city: CityFiles) -> None:
    def hard(files: CityFiles) -> int:
        truth = pl.read_parquet(files.truth["hotline"])
        return truth.filter(pl.col("address_noise").is_in(["bracket", "phone", "typo_sound", "typo_dropped"])).height

    none, usual = (generate(tmp_path / f"{noise}", noise=noise) for noise in (0, 1))
    assert hard(none) == 0
    assert 1.5 < hard(city) / hard(usual) < 2.5
    quiet = pl.concat([pl.read_parquet(none.truth[s])["person_case"] for s in ("resident", "property", "hotline")])
    assert quiet.null_count() == len(quiet)
    assert (none.residents, none.households) == (usual.residents, usual.households) == (10_400, 3_894)


def test_the_same_noise_gives_the_same_bytes(tmp_path: Path) -> None:
    once, again = (generate(tmp_path / name, 1_000, 7, 3) for name in ("a", "b"))
    for one, other in ((once.landing, again.landing), (once.truth, again.truth)):
        assert [path.read_bytes() for path in one.values()] == [path.read_bytes() for path in other.values()]


@pytest.mark.parametrize("noise", [-0.1, 5.1, float("nan")])
def test_impossible_noise_is_refused(tmp_path: Path, noise: float) -> None:
    with pytest.raises(ValueError, match="noise is 0 to 5"):
        generate(tmp_path / "city", 100, noise=noise)


# written with a style → what the text must hold
MARKS = {
    "dong": "栋", "zuo": "座", "room_hanzi": "单元[零一二三四五六七八九]{3,4}", "suffix": "小区",
    "room_circle": "单元[〇一二三四五六七八九]{3,4}室", "floor_room": r"层\d{3,4}", "room_hao": r"单元\d{3,4}号",
    "door_side": "层[东西]户", "former_county": "城区新旺", "former_community": "居委会", "community_only": "社区",
    "full_width": "[０-９]",
}  # fmt: skip


@pytest.mark.parametrize("style", MARKS)
def test_a_style_is_written_as_it_is_named(tickets: pl.DataFrame, style: str) -> None:
    found = tickets.filter((pl.col("address_style") == style) & pl.col("address_noise").is_null())
    found = found.filter(~pl.col("standard_address").str.contains("巷"))
    assert found.height
    assert found["诉求地址"].str.contains(MARKS[style]).all()
    assert found["standard_address"].is_not_null().all()


def test_a_side_is_the_door_the_building_table_says(city: CityFiles, tickets: pl.DataFrame) -> None:
    buildings = read(city.landing["grid_building"])
    sided = set(buildings.filter(pl.col("户位") == "西户、东户")["标准地址"])
    for text, home in (
        tickets.filter(pl.col("address_style") == "door_side").select("诉求地址", "standard_address").rows()
    ):
        assert home.endswith("01室" if "西户" in text else "02室")
        assert home[: home.index("号楼") + 2] in sided


def test_only_buildings_with_one_entrance_are_written_without(city: CityFiles, tickets: pl.DataFrame) -> None:
    entrances = dict(read(city.landing["grid_building"]).select("标准地址", "单元数").rows())
    homes = tickets.filter(pl.col("address_style") == "one_entrance")["standard_address"]
    assert {entrances[home[: home.index("号楼") + 2]] for home in homes} == {"1"}


def test_a_courtyard_is_a_dwelling_by_its_number(city: CityFiles, residents: pl.DataFrame) -> None:
    houses = read(city.landing["grid_building"]).filter(pl.col("房屋类型") == "平房")
    assert Counter(houses["小区名称"]) == {"柳港园北巷": 8, "柳港园南巷": 8}
    lived_in = residents.filter(pl.col("standard_address").is_in(houses["标准地址"].to_list()))
    assert lived_in.height > 10
    official = lived_in.filter((pl.col("address_style") == "official") & pl.col("address_noise").is_null())
    written = official.select(pl.when(pl.col("现住址") != "").then("现住址").otherwise("户籍地址")).to_series()
    assert written.to_list() == official["standard_address"].to_list()


def test_what_fits_two_lanes_names_neither(tickets: pl.DataFrame) -> None:
    either = tickets.filter(pl.col("诉求地址").str.contains(r"柳港园平房[0-9]号"))
    assert either.height
    assert set(either["address_style"]) == {"namesake"}
    assert either["standard_address"].null_count() == either.height


def test_a_mistyped_head_is_nearest_to_the_name_it_was(tickets: pl.DataFrame) -> None:
    names = CityNames.of(1402, communities(3_894)).names
    typos = tickets.filter(pl.col("address_noise").str.starts_with("typo") & (pl.col("address_style") == "estate"))
    heads = typos.select(
        pl.col("诉求地址").str.extract(r"^(?:家住|地址：|位于)?(\D*?)\d").alias("typed"), "standard_address"
    )
    assert heads.height > 20
    for typed, home in heads.rows():
        own = max((name for name in names if name in home), key=len)
        assert OSA.distance(typed, own) == 1
        assert all(OSA.distance(typed, other) > 1 for other in names - {own})


def test_a_phone_inside_an_address_is_nobodys(tickets: pl.DataFrame) -> None:
    found = tickets.filter(pl.col("address_noise") == "phone")
    assert found.height > 50
    assert found["诉求地址"].str.contains(r"154\d{8}").all()


def test_a_door_that_is_not_names_no_dwelling_but_a_grid(tickets: pl.DataFrame) -> None:
    found = tickets.filter(pl.col("address_style") == "no_such_room")
    assert found["standard_address"].null_count() == found.height > 10
    assert found["grid_code"].null_count() == 0


def test_former_areas_are_dated_and_name_what_took_their_place_whole(city: CityFiles) -> None:
    areas = read(city.landing["area"])
    former = areas.filter(pl.col("停用日期") != "")
    counties = dict(former.filter(pl.col("级别") == "county").select("名称", "后继代码").rows())
    assert counties == {"城区": "", "矿区": "140214000000", "南郊区": "", "大同县": "140215000000"}
    committees = former.filter(pl.col("级别") == "community")
    assert 24 < committees.height < 60
    standing = set(areas.filter(pl.col("停用日期") == "")["区划代码"])
    assert {code for code in former["后继代码"] if code} <= standing
    assert not standing & set(former["区划代码"])
    assert areas.select("区划代码", "启用日期").is_unique().all()


def test_one_building_was_given_to_another_grid(city: CityFiles) -> None:
    buildings = read(city.landing["grid_building"])
    [moved] = buildings.group_by("楼栋编码").agg(pl.len()).filter(pl.col("len") > 1)["楼栋编码"]
    before, after = buildings.filter(pl.col("楼栋编码") == moved).rows(named=True)
    assert before["停用日期"] == after["启用日期"] == "2024-04-01"
    assert before["网格编码"] != after["网格编码"]
    assert before["标准地址"] == after["标准地址"]


def test_a_building_without_a_written_grid_lies_in_one_outline(city: CityFiles, residents: pl.DataFrame) -> None:
    features = json.loads(city.landing["grid_boundary"].read_text(encoding="utf-8"))["features"]
    assert {feature["properties"]["坐标系"] for feature in features} == {
        "GCJ-02"
    }  # 柳港园东院; its buildings have WGS-84
    outlines = {f["properties"]["网格编码"]: Polygon(f["geometry"]["coordinates"][0]) for f in features}
    unwritten = read(city.landing["grid_building"]).filter(pl.col("网格编码") == "")
    assert unwritten.height
    true_grid = dict(residents.select(pl.col("standard_address").str.extract("^(.*号楼)"), "grid_code").rows())
    for address, *place, datum in unwritten.select("标准地址", "经度", "纬度", "坐标系").rows():
        assert datum == "WGS-84"
        [[x], [y]] = gcj02(*(pl.Series([float(degrees)]).to_numpy() for degrees in place))
        assert [code for code, outline in outlines.items() if outline.contains(Point(x, y))] == [true_grid[address]]


def test_twins_share_household_and_birth_date_and_no_number(residents: pl.DataFrame) -> None:
    pairs = (
        of_case(residents.filter("is_current"), "twin")
        .group_by("户号", "出生日期")
        .agg("姓名", "公民身份号码", "person")
    )
    whole = pairs.filter(pl.col("person").list.n_unique() == 2)
    assert whole.height
    for first, second in whole["姓名"]:
        assert first != second
        assert first[:2] == second[:2]
    assert (whole["公民身份号码"].list.n_unique() == 2).all()


def test_two_people_may_have_one_name_and_birth_date(residents: pl.DataFrame) -> None:
    alike = of_case(residents, "same_name_and_birth_date").group_by("姓名", "出生日期").agg(pl.col("person").n_unique())
    assert (alike["person"] == 2).any()
    assert (alike["person"] <= 2).all()


def test_surnames_that_sound_alike_are_two_families(residents: pl.DataFrame) -> None:
    heads = of_case(residents, "surname_sounds_alike")
    alike = heads.group_by(pl.col("姓名").str.slice(1), "出生日期").agg(
        pl.col("姓名").alias("names"), pl.col("person").n_unique()
    )
    pairs = alike.filter(pl.col("person") == 2)
    assert pairs.height
    assert all(len({name[0] for name in names}) == 2 for names in pairs["names"])


def test_another_persons_number_is_valid_and_hers(city: CityFiles, residents: pl.DataFrame) -> None:
    truth = pl.read_parquet(city.truth["resident"])
    everybody = pl.concat([read(city.landing["resident"], "gb18030"), truth], how="horizontal")  # also rows sent back
    for number, birth, person in (
        of_case(residents, "another_persons").select("公民身份号码", "出生日期", "person").rows()
    ):
        assert conforms(number)
        owner = everybody.filter((pl.col("公民身份号码") == number) & (pl.col("person") != person))
        assert owner.height
        assert (owner["出生日期"] != birth).all() or owner["person"].n_unique() == 1


def test_children_and_old_people_give_a_relatives_phone(residents: pl.DataFrame) -> None:
    given = of_case(residents, "family_phone").filter(pl.col("联系电话") != "")
    assert (given["出生日期"] > "2012-10-31").any()
    assert given.filter(pl.col("出生日期") <= "2012-10-31")["出生日期"].max() < "1957"  # type: ignore[operator]
    shared = given.join(residents, on=["户号", "联系电话"]).filter(pl.col("person") != pl.col("person_right"))
    assert shared["person"].n_unique() > 0.5 * given["person"].n_unique()  # the relative may give none, or a second one


def test_an_agency_files_tickets_for_many(tickets: pl.DataFrame) -> None:
    filed = tickets.filter(pl.col("联系电话") == AGENCY_PHONE)
    assert 0.08 < filed.height / tickets.height < 0.16
    assert filed["person"].n_unique() > 1_000


def test_a_dormitory_is_one_household_at_one_dwelling(residents: pl.DataFrame) -> None:
    people = residents.filter(pl.col("person_case") == "collective_household")
    [household] = people["户号"].mode()
    members = residents.filter((pl.col("户号") == household) & (pl.col("is_current")))
    assert members["person"].n_unique() >= 399
    assert members["hukou_standard_address"].drop_nulls().n_unique() == 1
    assert set(members["与户主关系"]) <= {"户主", "非亲属", "其他亲属", "父亲", "母亲"}


def test_two_heads_may_each_be_the_others_father(residents: pl.DataFrame) -> None:
    crossed = of_case(residents, "crossed_heads")
    assert set(crossed["与户主关系"]) <= {"父亲", "母亲"}
    head_of = dict(
        residents.filter((pl.col("与户主关系") == "户主") & pl.col("is_current")).select("person", "户号").rows()
    )
    assert any(
        head_of.get(a) == there and head_of.get(b) == here
        for a, here in crossed.select("person", "户号").rows()
        for b, there in crossed.select("person", "户号").rows()
        if a != b
    )


def test_names_are_miswritten_in_the_given_name_only(residents: pl.DataFrame, tickets: pl.DataFrame) -> None:
    right = residents.filter(~pl.col("person_case").is_in(["name_sound", "name_variant", "name_dot"]).fill_null(False))
    true_names = dict(right.select("person", "姓名").rows())
    heard = of_case(tickets, "name_sound").filter(pl.col("person").is_in(list(true_names)))
    assert heard.height > 100
    for person, written in heard.select("person", "诉求人姓名").rows():
        true = true_names[person]
        assert (len(true), true[0]) == (len(written), written[0])
        assert sum(a != b for a, b in zip(true, written, strict=True)) == 1


def test_a_dot_in_a_name_is_written_in_every_way(tickets: pl.DataFrame) -> None:
    assert of_case(tickets, "minority_name")["诉求人姓名"].str.contains("·").any()
    assert not of_case(tickets, "name_dot")["诉求人姓名"].str.contains("·").any()
