"""An address as people write it, and the home it means. A doubt is never a guess."""

from __future__ import annotations

import polars as pl
import pytest

from contracts.code_lists import load_code_lists
from tests.pipelines.address.town import BASE, BUILDINGS, HOME, building, decision, parse, town, usual

NORTH = f"{BASE}柳港园西院12号楼1单元1801室"


@pytest.mark.parametrize(
    "spelling",
    [
        HOME,
        "大同市平城区柳港园西院3号楼2单元501室",
        "山西大同平城新旺柳港园3号楼2单元501",
        "新旺街道柳港园西院社区柳港园西院3号楼2单元501",
        "新旺街道办事处柳港园西院居委会柳港园西院3号楼2单元501",
        "柳港园西院3-2-501",
        "柳港园西院3—2—501",
        "柳港园3 2 501",
        "柳港园3，2，501",
        "柳港园3#2单元501室",
        "柳港园3#楼2单元501",
        "柳港园#3楼2单元501",
        "柳港园 3幢 2单元 501",
        "柳港园3栋2单元5层501室",
        "柳港园3座2门501",
        "柳港园3楼2单元501",
        "柳港园3号2单元501号",
        "柳港园第3号楼2单元501户",
        "柳港园三号楼二单元五零一",
        "柳港园三号楼二单元五〇一室",
        "柳港园三号楼二单元５０１室（住户来电）",
        "柳港园西院３＃楼２单元５０１",
        "柳港园3号楼2单元五楼西户",
        "柳港园3号楼2单元5层西",
        "（柳港园西院）3号楼2单元501",
        "柳港园西院(3号楼2单元501)",
        "柳港园3号楼2单元（501）",
        "柳港园【家属区】3号楼2单元501",
        "家住柳港园3号楼2单元501",
        "地址：柳港园3号楼2单元501",
        "王小明家住柳港园3号楼2单元501",
        "柳港园3号楼2单元501 154****1234",
        "柳港园3号楼2单元501，电话15400001234",
        "15400001234 柳港园3号楼2单元501",
        "柳港园3号楼2单元501联系15400001234",
        "柳港园3号楼2单元501室附近",
        "柳港园3号楼2单元501对面楼下，请尽快处理",
        "柳港园3号楼2单元501室王女士",
        "柳港园西院小区3号楼2单元501",
        "柳港圆西院3号楼2单元501",
        "柳港园西园3号楼2单元501",
        "柳港西院3号楼2单元501",
        "柳港园院3号楼2单元501",
        "柳港园院西3号楼2单元501",
        "新望街道柳港园西院3号楼2单元501",
        "平区新旺街道柳港园西院3号楼2单元501",
        "山西省大大同市柳港园西院3号楼2单元501",
        "平城区新旺街道柳港园西院社区3号楼2单元501",
        "南郊区新旺街道柳港园3号楼2单元501",
    ],
)
def test_spellings_of_one_home(spelling: str) -> None:
    assert parse(spelling)["standard_address"] == HOME


@pytest.mark.parametrize(
    ("spelling", "rule"),
    [
        ("", "empty"),
        (" （来电） ", "empty"),
        ("柳" * 10_000, "too_long"),
        ("123 Main Street, Springfield", "foreign"),
        ("柳港园", "no_building_no"),
        ("3号楼2单元501", "no_estate"),
        ("平城区新旺街道3号楼2单元501", "no_estate"),
        ("桃花源3号楼2单元501", "unknown_estate"),
        ("桃花社区柳港园3号楼2单元501", "unknown_area"),
        ("云冈区柳港园3号楼2单元501", "area_mismatch"),
        ("高山镇柳港园西院3号楼2单元501", "area_mismatch"),
        ("河北省张家口市阳原县城关镇东街12号", "outside"),
        ("山西省朔州市应县城关镇东街12号", "outside"),
        ("阳原县城关镇东街12号", "outside"),
        ("柳港园99号楼1单元101", "unknown_building"),
        ("和平里1号楼1单元101", "ambiguous"),
        ("柳港园冬院20号楼1单元101", "ambiguous"),  # sounds as 东院, and 西院 and 南院 are as near
        ("柳港园北院3号楼2单元501", "unknown_estate"),  # 北 is no slip for 西
        ("柳港园3号楼", "no_room"),
        ("柳港园3号楼2单元", "no_room"),
        ("柳港园3号楼2单元东户", "no_room"),
        ("柳港园3号楼501", "no_entrance"),
        ("柳港园3号楼3单元501", "unknown_room"),
        ("柳港园3号楼2单元701", "unknown_room"),
        ("柳港园3号楼2单元503", "unknown_room"),
        ("柳港园3号楼2单元500", "unknown_room"),
        ("柳港园3号楼2单元6层501", "floor_mismatch"),
        ("柳港园3号楼2单元5层中户", "unknown_door"),
        ("柳港园二十号楼3单元5层东户", "unknown_door"),  # its building has no names of doors
        ("柳港园3号楼2单元501、502室", "unreadable_numbers"),
        ("柳港园3号楼2单元501（502）", "unreadable_numbers"),
        ("柳港园3号楼2单元-1层101", "unreadable_numbers"),
        ("柳港园3号楼2单元501(原5号楼302)", "unknown_estate"),
        ("柳港园3号楼2单元501对面的小卖部", "unknown_text"),
        ("柳港园3号楼2单元501楼上", "unknown_text"),
        ("柳港园3号楼2单元50115400001234", "no_room"),  # where the room ends and the phone begins nobody knows
        ("柳港园十十号楼2单元501", "unreadable_numbers"),
        ("新建南路12号2单元501", "unknown_room"),
    ],
)
def test_too_little_or_ambiguous_is_left_open(spelling: str, rule: str) -> None:
    found = parse(spelling)
    assert (found["rule"], found["standard_address"], found["confidence"]) == (rule, None, 0.0)


@pytest.mark.parametrize(
    ("spelling", "home"),
    [
        ("柳港园十二号楼1801", NORTH),  # the building has one entrance
        ("柳港园二十号楼3单元102室", f"{BASE}柳港园东院20号楼3单元102室"),
        ("柳港园一百零五号楼3单元102室", f"{BASE}柳港园南院105号楼3单元102室"),
        ("南大院105号楼3单元102", f"{BASE}柳港园南院105号楼3单元102室"),
        ("柳港园东院社区和平里1号楼1单元101", f"{BASE}柳港园东院社区和平里1号楼1单元101室"),
        ("和平里1号楼901", f"{BASE}柳港园东院社区和平里1号楼1单元901室"),  # only one of the two is so high
        ("三墩村9号楼2单元101", "山西省大同市云冈区高山镇三墩村佳苑9号楼2单元101室"),
        ("三墩村9号", "山西省大同市云冈区高山镇三墩村9号"),
        ("幸福里一号2号楼1单元101", f"{BASE}幸福里一号2号楼1单元101室"),
        ("榆林1号楼101", "山西省大同市云冈区高山镇榆林小区1号楼1单元101室"),
    ],
)
def test_what_the_building_table_settles(spelling: str, home: str) -> None:
    assert parse(spelling)["standard_address"] == home


@pytest.mark.parametrize(
    ("spelling", "building_id"),
    [
        ("新建南路12号", "r1"),
        ("平城区新旺街道新建南路12号院", "r1"),
        ("三墩村3排5号", "v3"),
        ("云冈区高山镇三墩村三排五号", "v3"),
        ("三墩村15号", "v0"),
        ("大同市三墩村15号院内", "v0"),
    ],
)
def test_a_courtyard_house_is_its_own_door(spelling: str, building_id: str) -> None:
    found = parse(spelling)
    own = next(b["standard_address"] for b in BUILDINGS if b["building_id"] == building_id)
    assert (found["building_id"], found["standard_address"]) == (building_id, own)
    assert [found[name] for name in ("entrance_no", "floor_no", "room_no")] == [None] * 3


def test_the_row_says_what_was_written_and_what_decided() -> None:
    found = parse("大同市柳港园三号楼二单元五楼东户附近")
    assert {name: found[name] for name in ("city", "county", "subdistrict", "community", "area_code", "estate")} == {
        "city": "大同市",
        "county": "平城区",
        "subdistrict": "新旺街道",
        "community": "柳港园西院社区居民委员会",
        "area_code": "140213052012",
        "estate": "柳港园西院",
    }
    assert [found[n] for n in ("building_no", "entrance_no", "floor_no", "room_no", "grid_code")] == [
        3, 2, 5, 502, "140213052012001",
    ]  # fmt: skip
    assert (found["rule"], found["confidence"]) == ("alias", 0.9)
    assert found["reasons"] == (
        "city:written estate:alias building:written entrance:written floor:written room:door_name extra:附近"
    )


def test_of_an_open_spelling_the_row_says_where_it_may_lie() -> None:
    expected = {
        "柳港园99号楼1单元101": "140213052000",
        "柳港园西院3号楼": "140213052012",
        "平城区桃花源3号楼": "140213000000",
        "云冈区柳港园西院3号楼": "140200000000",
    }
    assert {spelling: parse(spelling)["area_code"] for spelling in expected} == expected


def test_every_standard_address_is_its_own_home() -> None:
    flats = [b for b in BUILDINGS if b["kind"] is None]
    homes = [f"{b['standard_address']}1单元101室" for b in flats]
    homes += [b["standard_address"] for b in BUILDINGS if b["kind"]]
    assert usual().parse(pl.Series(homes))["standard_address"].to_list() == homes


def test_a_human_decision_decides() -> None:
    decisions = [
        decision("spelling", "老食堂楼上老王家", standard_address=HOME),
        decision("spelling", "锅炉房旁边", standard_address=f"{BASE}柳港园西院3号楼9单元101室"),
        decision("alias", "电厂宿舍", community_code="140213052012", estate="柳港园西院"),
        decision("alias", "旧府大院", community_code="140213052600", estate="柳港园南院"),  # a code of 2020
    ]
    parser = town(decisions)
    found = parse("老食堂 楼上老王家", parser)
    assert (found["standard_address"], found["rule"], found["confidence"]) == (HOME, "decided", 1.0)
    gone = parse("锅炉房旁边", parser)
    assert (gone["standard_address"], gone["rule"]) == (None, "decision_gone")
    alias = parse("电厂宿舍3号楼2单元501", parser)
    assert (alias["standard_address"], alias["rule"]) == (HOME, "accepted_alias")
    assert parse("旧府大院105号楼1单元101", parser)["building_id"] == "b105"
    assert parse("电厂宿舍3号楼2单元501")["rule"] == "unknown_estate"


@pytest.mark.parametrize(
    ("within", "rule", "home"),
    [("140213052012", "within", HOME), ("140213052012001", "within", HOME), ("140214", "unknown_building", None)],
)
def test_a_known_area_takes_the_estate_s_place(within: str, rule: str, home: str | None) -> None:
    found = parse("3号楼2单元501", town(within=within))
    assert (found["rule"], found["standard_address"]) == (rule, home)


def test_a_building_without_a_grid_is_found_and_one_in_no_community_of_today_is_not() -> None:
    parser = town(
        buildings=[
            building("g1", None, "新楼里", 1, (1, 6, 2), f"{BASE}新楼里1号楼"),
            building("g2", "140213052999001", "旧楼里", 1, (1, 6, 2), f"{BASE}旧楼里1号楼"),
        ]
    )
    found = parse("新旺街道新楼里1号楼101", parser)
    assert (found["standard_address"], found["area_code"]) == (f"{BASE}新楼里1号楼1单元101室", "140213052000")
    assert parse("云冈区新楼里1号楼101", parser)["rule"] == "area_mismatch"
    assert parse("旧楼里1号楼101", parser)["rule"] == "unplaced"


def test_two_buildings_of_one_address_are_a_doubt() -> None:
    twice = [building(i, "140213052012001", "新楼里", 1, (1, 6, 2), f"{BASE}新楼里1号楼") for i in ("x", "y")]
    assert parse("新楼里1号楼101", town(buildings=twice))["rule"] == "ambiguous"


def test_a_slip_of_a_name_of_two_is_only_in_the_way() -> None:
    base = "山西省大同市云冈区高山镇"
    estates = [
        building(name, "140214101200001", name, 7, (1, 6, 2), f"{base}{name}7号楼") for name in ("西苑", "御西苑")
    ]
    parser = town(buildings=estates)
    rules = {s: parse(f"{s}7号楼101", parser)["rule"] for s in ("西苑", "西西苑", "茜苑", "御茜苑")}
    assert rules == {"西苑": "official", "西西苑": "ambiguous", "茜苑": "unknown_estate", "御茜苑": "typo"}


def test_every_rule_has_its_name() -> None:
    lists = load_code_lists()["address_rule"].labels
    spellings = ["", "柳港园", "柳港园3号楼", "x", "桃花源3号楼", HOME, "柳港圆西院3号楼2单元501", "和平里1号楼101"]
    assert set(usual().parse(pl.Series(spellings))["rule"]) <= lists.keys()


def test_long_and_strange_texts_have_an_end() -> None:
    """Each of these would take minutes with one careless pattern."""
    texts = [
        c * n
        for c in ("3", "三", "(", "3号楼", "家住", "柳港园", "大同市", "a*", "-", "东")
        for n in (100, 290, 10_000)
    ]
    assert usual().parse(pl.Series(texts * 20))["standard_address"].null_count() == len(texts) * 20
