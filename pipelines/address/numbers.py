"""Reads the numbers of an address, one tail at a time: `3号楼2单元501室`, `3-2-501`, `三号楼二单元五层东户`, `15号`.

Belongs here: numerals and the order in which building, entrance, floor and room are written. Does not: whether the door
exists (`doors.py`).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from pipelines.address.spelling import NUMERALS

_VALUES: Final = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERAL = re.compile(f"[{NUMERALS}]+")
_COUNTED = re.compile(
    r"(?:([一二两三四五六七八九])百)?(零)?(?:([一二两三四五六七八九])?(十))?([一二两三四五六七八九])?"
)
# a building may be written by its number alone where something follows it or nothing else is there
_TAIL = re.compile(
    r"(?:(?P<building>[0-9]{1,4})(?:号楼|号|#楼|#|幢楼?|栋楼?|座楼?|楼|-|$))?-?"
    r"(?:(?P<entrance>[0-9]{1,2})(?:单元|门|-))?-?"
    r"(?:(?P<floor>[0-9]{1,3})(?:层|楼))?-?"
    r"(?:(?P<room>[0-9]{1,5})[号室户房]?|(?P<side>[^0-9号楼#幢栋座单元层室户房-]{1,4})户?)?"
)
# `2单元-1层`, `2单元-101` may be below ground, or the dash may separate (`3号楼-2单元-101`): unreadable either way
_BELOW_GROUND = re.compile(r".*[号楼#幢栋座元门]-[0-9]+层.*|[^-]*[元门]-[12][0-9]{2}[号室户房]?")
_PARTS: Final = ("building", "entrance", "floor", "room")


class Numbers(NamedTuple):
    """The numbers of a tail; `side` names a door by its position (东); `rule` is set where the tail cannot be read."""

    building_no: int | None = None
    entrance_no: int | None = None
    floor_no: int | None = None
    room_no: int | None = None
    side: str | None = None
    rule: str | None = None
    reasons: str = ""


UNREADABLE: Final = Numbers(rule="unreadable_numbers")


def arabic(numeral: str) -> int | None:
    """The value of a Chinese numeral: 一百零五 → 105, 二十 → 20, 五〇一 → 501; None where it is no number."""
    if not set(numeral) & {"十", "百"}:
        return int("".join(str(_VALUES[c]) for c in numeral))
    counted = _COUNTED.fullmatch(numeral)
    if counted is None:
        return None
    hundreds, zero, tens, ten, ones = counted.groups()
    if zero and (not hundreds or ten or not ones):  # 一百零五 and nothing else has a 零
        return None
    if hundreds and not zero and ones and not ten:  # 一百五 usually means 150, not 105: ambiguous
        return None
    return 100 * _VALUES[hundreds or "零"] + (10 * _VALUES[tens or "一"] if ten else 0) + _VALUES[ones or "零"]


def read_numbers(tail: str) -> Numbers:
    """The numbers of a tail; UNREADABLE unless every character of it is understood."""
    if not tail:
        return Numbers()
    values: list[int | None] = []

    def as_digits(match: re.Match[str]) -> str:
        values.append(arabic(match[0]))
        return str(values[-1])

    numbered = _NUMERAL.sub(as_digits, tail)
    found = _TAIL.fullmatch(numbered)
    if found is None or None in values or _BELOW_GROUND.fullmatch(numbered):
        return UNREADABLE
    building, entrance, floor, room = (int(found[part]) if found[part] else None for part in _PARTS)
    side = found["side"]
    reasons = [f"{part}:written" for part in _PARTS if found[part]] + (["room:door_name"] if side else [])
    return Numbers(building, entrance, floor, room, side, reasons=" ".join(reasons))
