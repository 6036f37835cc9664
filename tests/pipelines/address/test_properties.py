"""Properties of the address parser: every text has an answer, and no way to write one home leads to another home."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from demo.spellings.doors import chinese_number
from pipelines.address.parser import COLUMNS
from tests.pipelines.address.town import BUILDINGS, town, usual

pytestmark = [pytest.mark.slow, pytest.mark.long]

PIECES = (
    *"0123456789零〇一二三四五六七八九十百号楼幢栋座单元门层室户#-—()（）[【*, \t\n.、东西南北中",
    *(
        "柳港园",
        "西院",
        "东院",
        "和平里",
        "三墩村",
        "平城区",
        "云冈区",
        "新旺街道",
        "大同市",
        "南郊区",
        "旧府街居委会",
        "小区",
    ),
    *("家住", "附近", "电话", "15400001234", "ABC", "𠮷", "\u200b", "\ud7ff", "🏠", "１２", "№", "①"),
)
FLATS = tuple(b for b in BUILDINGS if b["kind"] is None)
WIDE = str.maketrans("0123456789#-", "０１２３４５６７８９＃－")


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=400))
@settings(max_examples=300)
@example("\x00")
@example("3号楼" * 100)
def test_every_text_has_an_answer(text: str) -> None:
    """The answer is the same alone and among other texts; a home comes only with a rule that decides."""
    [found] = usual().parse(pl.Series([text], dtype=pl.String)).rows(named=True)
    among = usual().parse(pl.Series([text, "柳港园3号楼2单元501", text, ""], dtype=pl.String)).rows(named=True)
    assert among[0] == among[2] == found
    assert list(found) == list(COLUMNS)
    assert found["address"] == text
    assert (found["standard_address"] is None) == (found["confidence"] == 0)
    assert found["rule"]


@st.composite
def written_home(draw: st.DrawFn) -> tuple[str, str]:
    """A door of the town, written in one of many ways, and its standard address."""
    flat = draw(st.sampled_from(FLATS))
    entrance = draw(st.integers(1, flat["entrance_count"]))
    floor, door = draw(st.integers(1, flat["floor_count"])), draw(st.integers(1, flat["rooms_per_floor"]))
    room, number = 100 * floor + door, flat["building_no"]
    head = draw(
        st.sampled_from(
            [
                flat["standard_address"].removesuffix(f"{number}号楼"),
                flat["estate"],
                (flat["estate_alias"] or flat["estate"]).split("、")[0],
                f"大同市{flat['estate']}",
            ]
        )
    )
    count = st.sampled_from([str, chinese_number])
    building = draw(count)(number) + draw(st.sampled_from(["号楼", "#", "#楼", "幢", "栋", "座", "-"]))
    middle = draw(count)(entrance) + draw(st.sampled_from(["单元", "-"]))
    level = draw(st.sampled_from(["", f"{floor}层", f"{chinese_number(floor)}楼"])) if middle.endswith("单元") else ""
    last = draw(st.sampled_from([str(room), f"{room}室", f"{room}号"]))
    around = draw(st.sampled_from(["{}", "家住{}", "{}（来电）", "{}附近", " {} ", "{} 154****1234", "{}，请尽快处理"]))
    text = around.format(head + building + middle + level + last)
    if draw(st.booleans()):
        text = text.translate(WIDE)
    return text, f"{flat['standard_address']}{entrance}单元{room}室"


@given(written_home())
@settings(max_examples=400)
def test_a_way_to_write_a_home_leads_to_it_or_nowhere(case: tuple[str, str]) -> None:
    text, home = case
    found = usual().parse(pl.Series([text]))["standard_address"][0]
    assert found in (home, None), text


@given(written_home(), st.data())
@settings(max_examples=400)
def test_a_slip_leads_to_the_home_or_nowhere(case: tuple[str, str], data: st.DataObject) -> None:
    """One character of the name is lost, doubled or swapped with its neighbour; numbers stay."""
    text, home = case
    at = data.draw(st.integers(0, max(0, text.find("园") if "园" in text else 1)))
    slip = data.draw(st.sampled_from([text[:at] + text[at + 1 :], text[:at] + text[at : at + 1] + text[at:],
                                      text[:at] + text[at : at + 2][::-1] + text[at + 2 :]]))  # fmt: skip
    found = usual().parse(pl.Series([slip]))["standard_address"][0]
    assert found in (home, None), slip


@given(st.permutations(BUILDINGS))
@settings(max_examples=20)
def test_the_order_of_the_tables_decides_nothing(buildings: list[dict[str, object]]) -> None:
    spellings = pl.Series(["柳港园3-2-501", "和平里1号楼101", "和平里1号楼901", "柳港园冬院3号楼101", "三墩村15号"])
    assert town(buildings=buildings).parse(spellings).rows() == usual().parse(spellings).rows()
