"""What somebody typed into the search box, understood: a full number, the tail of one, a place in a building, words.

Belongs here: light normalisation and shapes of the question. Does not: the full address parser (pipelines.linkage).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# 3号楼2单元501室, 3栋2门501, 3#2-501, 3-2-501
_PLACE = re.compile(
    r"(?P<building>\d{1,4})(?:号楼|栋|幢|座|#楼?|号|-|楼)-?(?P<entrance>\d{1,2})(?:单元|门|-)(?P<room>\d{3,4})(?:室|号|户)?$"
)
_BUILDING = re.compile(r"(?P<building>\d{1,4})(?:号楼|栋|幢|座|#楼?|楼)(?:(?P<entrance>\d{1,2})(?:单元|门))?$")
_ROOM = re.compile(r"(?P<room>\d{3,4})室?$")
_ID_NO = re.compile(r"\d{17}[\dXx]")
_PHONE = re.compile(r"(?:\+?86)?(1\d{10})")
_TAIL = re.compile(r"\d{4,}|\d{3,}[Xx]")
TAIL = 4  # a masked form shows the last four


@dataclass(frozen=True)
class Asked:
    """`written` is all of it; `words` what is left of a place's numbers (an estate), or again all of it."""

    written: str
    words: str
    building_no: int | None = None
    entrance_no: int | None = None
    room_no: int | None = None
    id_no: str | None = None
    phone: str | None = None
    tail: str | None = None

    @property
    def is_place(self) -> bool:
        return (self.building_no or self.room_no) is not None


def understand(q: str) -> Asked:
    """Full-width forms, blanks and dashes between digits of a number do not matter."""
    text = "".join(unicodedata.normalize("NFKC", q).split())
    text = re.sub("[‐-―－﹣_]", "-", text)
    number = text.replace("-", "")
    if _ID_NO.fullmatch(number):
        return Asked("", "", id_no=number.upper())
    if phone := _PHONE.fullmatch(number):
        return Asked("", "", phone=phone[1])
    for shape in (_PLACE, _BUILDING, _ROOM):
        if place := shape.search(text):
            numbers = {f"{k}_no": int(v) for k, v in place.groupdict().items() if v}
            return Asked(text, text[: place.start()], tail=_tail(text), **numbers)  # type: ignore[arg-type]  # ints by name
    return Asked(text, text, tail=_tail(text))


def _tail(text: str) -> str | None:
    return text[-TAIL:].upper() if _TAIL.fullmatch(text) else None
