"""Writes building numbers and doors: the styles of addresses, and the texts of numbers and units in each form.

Not here: the text before the building number (`prefixes.py`), mistakes (`noise.py`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import polars as pl

from demo.geography.buildings import MAX_DOORS, MAX_ENTRANCES, MAX_FLOORS, NO_UNIT

_CHINESE_DIGITS: Final = "零一二三四五六七八九"
_WIDE: Final = str.maketrans("0123456789", "０１２３４５６７８９")
_SPOKEN: Final = str.maketrans("0123456789", _CHINESE_DIGITS)
_SPOKEN_CIRCLE: Final = str.maketrans("0123456789", "〇一二三四五六七八九")
SIDES: Final = ("西户", "东户")  # doors 1 and 2 of a floor, where the building table says so


class Style(NamedTuple):
    """The forms of the front, the number and the unit of an address, and the level it identifies."""

    front: str
    number: str
    unit: str
    identifies: str = "dwelling"  # or building, or nothing


STYLES: Final = {
    "official": Style("province", "号楼", "单元室"),
    "city": Style("city", "号楼", "单元室"),
    "district": Style("district", "号楼", "单元室"),
    "county": Style("county", "号楼", "单元室"),
    "street": Style("street", "号楼", "单元室"),
    "community": Style("community", "号楼", "单元室"),
    "estate": Style("estate", "号楼", "单元室"),
    "no_room_word": Style("estate", "号楼", "单元"),
    "alias": Style("alias", "号楼", "单元"),
    "dash": Style("estate", "-", "-"),
    "alias_dash": Style("alias", "-", "-"),
    "hash": Style("estate", "#楼", "单元室"),
    "zhuang": Style("district", "幢", "单元室"),
    "hanzi": Style("estate", "hanzi", "hanzi"),
    "full_width": Style("estate", "wide", "wide"),
    "spaces": Style("spaced", " 号楼", " 单元 室"),
    "unlocatable_building": Style("estate", "号楼", "", "building"),
    "unlocatable_estate": Style("estate", "北门", "", "nothing"),
    "unlocatable_street": Style("street_only", "", "", "nothing"),
    # from here on hard cases
    "parts": Style("parts", "号楼", "单元室"),  # any of province, city, county, subdistrict, community left out
    "community_only": Style("community_only", "号楼", "单元室"),  # the community's name stands for the estate's
    "suffix": Style("suffix", "号楼", "单元室"),  # 小区 added, or left out
    "former_county": Style("former_county", "号楼", "单元室"),
    "former_community": Style("former_community", "号楼", "单元室"),
    "dong": Style("estate", "栋", "单元室"),
    "zuo": Style("county", "座", "单元室"),
    "room_hanzi": Style("estate", "号楼", "五零一"),
    "room_circle": Style("estate", "hanzi", "五〇一"),
    "floor_room": Style("estate", "号楼", "5层501"),
    "room_hao": Style("district", "号楼", "501号"),
    "one_entrance": Style("estate", "号楼", "501室"),  # no entrance named: only where the building has one
    "door_side": Style("estate", "号楼", "5层东户"),  # only where the building table names the doors
    "no_such_room": Style("district", "号楼", "单元室", "building"),  # the door written there is not
    "no_building": Style("alias", "", "单元室", "nothing"),
    "outside": Style("street_only", "", "", "nothing"),  # an address outside Datong
}
STYLE_NAMES: Final = tuple(STYLES)
NUMBER_FORMS: Final = tuple(dict.fromkeys(style.number for style in STYLES.values()))
UNIT_FORMS: Final = tuple(dict.fromkeys(style.unit for style in STYLES.values()))
UNITS: Final = NO_UNIT + 1
KINDS: Final = ("apartment", "courtyard")


def chinese_number(number: int) -> str:
    """1 to 999 in Chinese numerals: 3 → 三, 12 → 十二, 40 → 四十, 105 → 一百零五."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    text = f"{_CHINESE_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += "十" if tens == 1 and not hundreds else f"{_CHINESE_DIGITS[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (_CHINESE_DIGITS[ones] if ones else "")


def number_text(number: int, form: str, kind: str = "apartment") -> str:
    """A building's number in a form: 3号楼, 3#楼, 三号楼; for a courtyard 15号, 15号院."""
    courtyard = kind == "courtyard"
    match form:
        case "hanzi":
            return f"{chinese_number(number)}{'号' if courtyard else '号楼'}"
        case "wide":
            return f"{number}{'号' if courtyard else '号楼'}".translate(_WIDE)
        case " 号楼":
            return f" {number}{'号' if courtyard else '号楼'}"
        case "北门" | "":
            return form
        case _ if courtyard:
            return f"{number}{'号院' if form == '幢' else '号'}"
        case _:
            return f"{number}{form}"


def unit_text(entrance: int, floor: int, door: int, form: str) -> str:
    """A door in a form: 2单元501室, 2-501, 2单元五零一, 2单元5层东户."""
    room = f"{100 * floor + door}"
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
        case "五零一":
            return f"{entrance}单元{room.translate(_SPOKEN)}"
        case "五〇一":
            return f"{chinese_number(entrance)}单元{room.translate(_SPOKEN_CIRCLE)}室"
        case "5层501":
            return f"{entrance}单元{floor}层{room}"
        case "501号":
            return f"{entrance}单元{room}号"
        case "501室":
            return f"{room}室"
        case "5层东户":
            return f"{entrance}单元{floor}层{SIDES[(door - 1) % 2]}"
        case _:
            return ""


@lru_cache(maxsize=1)
def unit_texts() -> pl.Series:
    """The texts of all units, form by form of UNIT_FORMS; the last of each form is NO_UNIT."""
    units = [
        (entrance, floor, door)
        for entrance in range(1, MAX_ENTRANCES + 1)
        for floor in range(1, MAX_FLOORS + 1)
        for door in range(1, MAX_DOORS + 1)
    ]
    return pl.Series([text for form in UNIT_FORMS for text in (*(unit_text(*unit, form) for unit in units), "")])


@lru_cache(maxsize=4)
def number_texts(most: int) -> pl.Series:
    """The texts of the numbers 0 to `most`, by NUMBER_FORMS, then apartment buildings before courtyards."""
    return pl.Series(
        [number_text(n, form, kind) for form in NUMBER_FORMS for kind in KINDS for n in range(most + 1)],
        dtype=pl.String,
    )
