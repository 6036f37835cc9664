"""The same dwelling in the ways people and offices write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from demo.buildings import MAX_DOORS, MAX_ENTRANCES, MAX_FLOORS, Buildings
from demo.places import Community
from demo.sampling import Ints, Rng, draw, draw_label, joined, look_up

_CHINESE_DIGITS: Final = "零一二三四五六七八九"
_WIDE: Final = str.maketrans("0123456789", "０１２３４５６７８９")
# style → what stands before the building number, how the number is written, how entrance and room are written
STYLES: Final[dict[str, tuple[str, str, str]]] = {
    "official": ("province", "号楼", "单元室"),
    "city": ("city", "号楼", "单元室"),
    "district": ("district", "号楼", "单元室"),
    "county": ("county", "号楼", "单元室"),
    "street": ("street", "号楼", "单元室"),
    "community": ("community", "号楼", "单元室"),
    "estate": ("estate", "号楼", "单元室"),
    "no_room_word": ("estate", "号楼", "单元"),
    "alias": ("alias", "号楼", "单元"),
    "dash": ("estate", "-", "-"),
    "alias_dash": ("alias", "-", "-"),
    "hash": ("estate", "#楼", "单元室"),
    "zhuang": ("district", "幢", "单元室"),
    "hanzi": ("estate", "hanzi", "hanzi"),
    "full_width": ("estate", "wide", "wide"),
    "spaces": ("spaced", " 号楼", " 单元 室"),
    "unlocatable_building": ("estate", "号楼", ""),
    "unlocatable_estate": ("estate", "北门", ""),
    "unlocatable_street": ("street_only", "", ""),
}
STYLE_NAMES: Final = tuple(STYLES)
UNLOCATABLE: Final = STYLE_NAMES.index("unlocatable_building")  # this style and those after it name no dwelling
NO_BUILDING: Final = UNLOCATABLE + 1  # this style and those after it name no building either
_OUTSIDE_COUNTIES: Final = (
    "河北省张家口市阳原县", "河北省张家口市蔚县", "河北省张家口市怀安县", "河北省保定市涞源县",
    "山西省朔州市应县", "内蒙古自治区乌兰察布市丰镇市", "内蒙古自治区乌兰察布市兴和县", "内蒙古自治区乌兰察布市凉城县",
    "山西省朔州市怀仁市", "山西省朔州市山阴县", "山西省忻州市繁峙县", "山西省忻州市代县",
    "山西省吕梁市临县", "河南省周口市沈丘县", "河南省商丘市虞城县", "山东省菏泽市曹县",
    "安徽省阜阳市临泉县", "四川省达州市宣汉县", "陕西省榆林市府谷县", "甘肃省天水市秦安县",
)  # fmt: skip
_OUTSIDE_STREETS: Final = ("城关镇东街", "城关镇西街", "城关镇南街", "城关镇北街", "城关镇新建路")
_OUTSIDE_HOUSES: Final = 200


def chinese_number(number: int) -> str:
    """1 to 999 in Chinese numerals: 3 → 三, 12 → 十二, 40 → 四十, 105 → 一百零五."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    text = f"{_CHINESE_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += "十" if tens == 1 and not hundreds else f"{_CHINESE_DIGITS[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (_CHINESE_DIGITS[ones] if ones else "")


def _numbered(number: int, form: str) -> str:
    match form:
        case "hanzi":
            return f"{chinese_number(number)}号楼"
        case "wide":
            return f"{number}号楼".translate(_WIDE)
        case " 号楼":
            return f" {number}号楼"
        case "北门" | "":
            return form
        case _:
            return f"{number}{form}"


def _united(entrance: int, room: int, form: str) -> str:
    match form:
        case "单元室":
            return f"{entrance}单元{room}室"
        case "单元":
            return f"{entrance}单元{room}"
        case "-":
            return f"{entrance}-{room}"
        case "hanzi":
            return f"{chinese_number(entrance)}单元{room}"
        case "wide":
            return f"{entrance}单元{room}室".translate(_WIDE)
        case " 单元 室":
            return f" {entrance}单元 {room}室"
        case _:
            return ""


@lru_cache(maxsize=1)
def _unit_texts() -> pl.Series:
    """Texts of every unit, style by style."""
    units = [
        (entrance, 100 * floor + door)
        for entrance in range(1, MAX_ENTRANCES + 1)
        for floor in range(1, MAX_FLOORS + 1)
        for door in range(1, MAX_DOORS + 1)
    ]
    return pl.Series([_united(*unit, form) for _, _, form in STYLES.values() for unit in units])


def _fronts(community_code: str, estate: str, alias: str | None) -> dict[str, str]:
    """What stands before the building number, by form."""
    community = Community(community_code, 0)
    province, city, county, street = community.place_names
    short = community.base_name + ("" if community.base_name.endswith("村") else "社区")
    return {
        "province": f"{province}{city}{county}{street}{estate}",
        "city": f"{city}{county}{street}{estate}",
        "district": f"{county}{street}{estate}",
        "county": f"{county}{estate}",
        "street": f"{street}{estate}",
        "community": f"{county}{street}{short}{estate}",
        "estate": estate,
        "alias": alias or estate,
        "spaced": f"{county} {estate}",
        "street_only": f"{county}{street}",
    }


@dataclass(frozen=True)
class AddressBook:
    """The texts of a block's buildings, ready to be put together by index."""

    buildings: Buildings
    _building_texts: pl.Series  # style by style

    @classmethod
    def of(cls, buildings: Buildings) -> AddressBook:
        """The book of these buildings."""
        columns = buildings.table.select("community_code", "estate", "estate_alias", "building_no").rows()
        fronts = {key: _fronts(*key) for key in {row[:3] for row in columns}}
        texts = [
            fronts[code, estate, alias][front] + _numbered(number, form)
            for front, form, _ in STYLES.values()
            for code, estate, alias, number in columns
        ]
        return cls(buildings, pl.Series(texts))

    def written(self, dwelling: Ints, style: Ints) -> pl.Series:
        """The address of each dwelling in its style; null where the dwelling is negative."""
        building, unit = self.buildings.building[dwelling], self.buildings.unit[dwelling]
        height = self.buildings.table.height
        units = MAX_ENTRANCES * MAX_FLOORS * MAX_DOORS
        known = dwelling >= 0
        return joined(
            look_up(self._building_texts, np.where(known, style * height + building, -1)),
            look_up(_unit_texts(), style * units + unit),
        )

    def standard(self, dwelling: Ints) -> pl.Series:
        """The standard address of each dwelling; null where the dwelling is negative."""
        return self.written(dwelling, np.full(len(dwelling), STYLE_NAMES.index("official")))

    def grid_code(self, dwelling: Ints) -> pl.Series:
        """The grid of each dwelling; null where the dwelling is negative."""
        building = np.where(dwelling >= 0, self.buildings.building[dwelling], -1)
        return look_up(self.buildings.table["grid_code"], building)


def draw_styles(rng: Rng, weights: Mapping[str, float], n: int) -> Ints:
    """n styles, as indices into STYLES."""
    places = np.array([STYLE_NAMES.index(name) for name in weights], dtype=np.int64)
    return places[draw(rng, weights.values(), n)]


def with_noise(rng: Rng, addresses: pl.Series, heads: Mapping[str, float], tails: Mapping[str, float]) -> pl.Series:
    """The addresses with what callers say before and after them."""
    n = len(addresses)
    return joined(draw_label(rng, heads, n), addresses, draw_label(rng, tails, n))


@lru_cache(maxsize=1)
def _outside() -> pl.Series:
    numbers = range(1, _OUTSIDE_HOUSES + 1)
    return pl.Series([f"{c}{street}{n}号" for c in _OUTSIDE_COUNTIES for street in _OUTSIDE_STREETS for n in numbers])


def outside_address(household: Ints) -> pl.Series:
    """A registered address outside Datong, the same for everyone of a household (any whole number)."""
    return look_up(_outside(), household * 7919 % len(_outside()))
