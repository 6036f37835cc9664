"""Planted contradictions about persons and households are visible in the register."""

from __future__ import annotations

import polars as pl
import pytest

from demo.city import CityFiles
from demo.people.identity_numbers import conforms
from tests.demo.conftest import accepted_rows, planted_keys, read_csv

PARENTS, SPOUSES = ["父亲", "母亲"], ["配偶", "夫", "妻"]
DESCENDANTS = ["子", "女", "独生子", "独生女", "长子", "长女", "孙子", "孙女", "外孙子", "外孙女"]
Truth = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def rows(truth: Truth, office_rows: dict[str, list[dict[str, str]]]) -> pl.DataFrame:
    """Current registrations with the birth date and sex of their ID number, where it is valid."""
    number = pl.col("公民身份号码")
    right = number.map_elements(conforms, return_dtype=pl.Boolean)
    numbered = accepted_rows(office_rows["resident"], truth["resident"]).with_columns(is_right=right)
    born = pl.concat_str([number.str.slice(6, 4), number.str.slice(10, 2), number.str.slice(12, 2)], separator="-")
    odd = number.str.slice(16, 1).cast(pl.Int64, strict=False) % 2 == 1
    birth_denied = (pl.col("is_right") & (born != pl.col("出生日期"))).fill_null(False)
    sex_denied = (pl.col("is_right") & (odd != (pl.col("性别") == "男"))).fill_null(False)
    return numbered.with_columns(birth_denied=birth_denied, sex_denied=sex_denied)


def keys(found: pl.DataFrame) -> list[str]:
    return found["人员编号"].sort().to_list()


def test_people_entered_twice_have_one_number_twice_in_one_household(rows: pl.DataFrame, truth: Truth) -> None:
    own = rows.filter(pl.col("is_right") & pl.col("id_defect").is_null())
    assert keys(own.filter(pl.len().over("公民身份号码", "户号") > 1)) == planted_keys(truth, "duplicate_registration")


def test_people_of_several_households_have_one_number_in_all_of_them(rows: pl.DataFrame, truth: Truth) -> None:
    own = rows.filter(pl.col("is_right") & pl.col("id_defect").is_null())
    several = own.filter(pl.col("户号").n_unique().over("公民身份号码") > 1)
    assert set(keys(several)) <= set(planted_keys(truth, "several_households"))  # old numbers of 15 digits count, too
    assert several.height > 0.95 * len(planted_keys(truth, "several_households"))


def test_splits_are_rows_that_name_two_dwellings(rows: pl.DataFrame, truth: Truth) -> None:
    split = rows.filter(pl.col("standard_address") != pl.col("hukou_standard_address"))
    home = rows.select("person", standard_address="hukou_standard_address")
    cases = split.join(home, on=["person", "standard_address"], how="anti")
    assert keys(cases) == planted_keys(truth, "hukou_residence_split")
    assert (cases["现住址"] != "").all()


def test_a_number_that_denies_birth_date_or_sex_is_a_case(rows: pl.DataFrame, truth: Truth) -> None:
    assert keys(rows.filter("birth_denied").extend(rows.filter(~pl.col("birth_denied") & pl.col("sex_denied")))) == (
        planted_keys(truth, "id_birth_sex_mismatch")
    )


def test_the_register_says_here_or_outside(rows: pl.DataFrame, truth: Truth) -> None:
    local = rows.filter(pl.col("人员类别") == "户籍人口")
    here = local.filter(~pl.col("户籍地址").str.contains("大同|柳港园"))
    assert set(planted_keys(truth, "here_without_hukou")) <= set(keys(here))
    away = local.filter(pl.col("address_style") == "outside")
    assert set(planted_keys(truth, "hukou_without_presence")) <= set(keys(away))
    assert (away["现住址"] != "").all()


def test_nobody_lives_longer_than_110_years(rows: pl.DataFrame, truth: Truth) -> None:
    old = rows.filter((pl.col("出生日期") <= "1915-10-31") & ~pl.col("birth_denied"))
    planted = set(planted_keys(truth, "death_not_cancelled"))
    assert set(keys(old)) <= planted
    assert 0.2 < old.height / len(planted) < 0.8  # the others have died elsewhere


def test_minors_are_left_without_an_adult(rows: pl.DataFrame, truth: Truth) -> None:
    adult = (pl.col("出生日期") <= "2008-10-31") | pl.col("birth_denied")
    alone = rows.filter(~adult.any().over("户号") & pl.col("hukou_standard_address").is_not_null().any().over("户号"))
    assert keys(alone) == planted_keys(truth, "minor_household")


def test_relations_contradict_birth_dates_or_count_two_heads(rows: pl.DataFrame, truth: Truth) -> None:
    relation, born = pl.col("与户主关系"), pl.when(~pl.col("birth_denied")).then(pl.col("出生日期"))
    heads = rows.filter(relation == "户主").select("户号", head="person", head_born=born)
    two = rows.filter(relation == "户主").filter(pl.col("person").n_unique().over("户号") > 1)
    pairs = rows.join(heads, on="户号").filter(relation != "户主")
    elder = relation.is_in(DESCENDANTS) & (born <= pl.col("head_born"))
    younger = relation.is_in(PARENTS) & (born >= pl.col("head_born"))
    of_age = pl.when(pl.col("性别") == "男").then(pl.lit("2004-10-31")).otherwise(pl.lit("2006-10-31"))
    young = rows.filter(relation.is_in(SPOUSES) & (born > of_age))
    found = {key for frame in (two, pairs.filter(elder | younger), young) for key in keys(frame)}
    assert found == set(planted_keys(truth, "kinship_contradiction"))
    assert min(two.height, pairs.filter(elder | younger).height, young.height) >= 5


def test_old_people_without_a_file_are_in_no_open_file(city: CityFiles, rows: pl.DataFrame, truth: Truth) -> None:
    files = pl.DataFrame(read_csv(city.landing["elderly_file"], "utf-8")).filter(pl.col("结案日期") == "")
    cases = rows.filter(pl.col("人员编号").is_in(planted_keys(truth, "elderly_alone_unfiled")))
    assert cases.join(files, on="公民身份号码", how="semi").height <= 1  # whose row the office had to send back
    assert (cases["出生日期"] <= "1956-10-31").all()
    assert cases["standard_address"].is_unique().all()


def test_sellers_are_registered_where_another_holds_the_title(
    rows: pl.DataFrame, truth: Truth, office_rows: dict[str, list[dict[str, str]]]
) -> None:
    titles = pl.concat([pl.DataFrame(office_rows["property"]), truth["property"]], how="horizontal")
    good = titles.filter(~pl.col("expected_rejected")).select(
        "person", "注销日期", hukou_standard_address="standard_address"
    )
    ended, standing = good.filter(pl.col("注销日期") != ""), good.filter(pl.col("注销日期") == "")
    home = ["person", "hukou_standard_address"]
    cases = rows.filter(pl.col("人员编号").is_in(planted_keys(truth, "sold_still_registered")))
    assert cases.join(ended, on=home, how="semi").height == cases.height
    assert cases.join(standing, on=home, how="semi").height == 0
    empty = rows.filter(pl.col("人员编号").is_in(planted_keys(truth, "empty_registration")))
    assert empty.join(good, on=home, how="semi").height == 0
    assert (empty["standard_address"].ne_missing(empty["hukou_standard_address"])).all()
