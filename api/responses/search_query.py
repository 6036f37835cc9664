"""Parses the text of the search box: a full number, the tail of one, a place in a building, or words.

Belongs here: light normalisation and the patterns of a query. Does not: the full address parser (`pipelines/address/`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from contracts.identifiers import DOCUMENT_FORMS, visible_text

# 3号楼2单元501室, 3栋2门501, 3#2-501, 3-2-501
_PLACE = re.compile(
    r"(?<!\d)(?P<building>\d{1,4})(?:号楼|栋|幢|座|#楼?|号|-|楼)-?(?P<entrance>\d{1,2})(?:单元|门|-)(?P<room>\d{3,4})(?:室|号|户)?$"
)
_BUILDING = re.compile(r"(?<!\d)(?P<building>\d{1,4})(?:号楼|栋|幢|座|#楼?|楼)(?:(?P<entrance>\d{1,2})(?:单元|门))?$")
_ROOM = re.compile(r"(?<!\d)(?P<room>\d{3,4})室?$")
# of 18 characters, or an old one of 15 digits with a month and a day in their places
_ID_NO = re.compile(r"[0-9]{17}[0-9Xx]|[0-9]{8}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}")
_DOCUMENT = re.compile(DOCUMENT_FORMS)  # a passport, a pass, an old card of permanent residence
_PHONE = re.compile(r"(?:(?:\+|00)?86)?(1[0-9]{10})|(0[0-9]{9,11})")  # a mobile, or a landline with its area code
_TAIL = re.compile(r"[0-9]{3}[0-9Xx]")  # the part of a number that its masked form shows
_PARTIAL_NUMBER = re.compile(r"[0-9]{5,}[Xx]?")


@dataclass(frozen=True)
class SearchQuery:
    """A parsed query. `written` is the whole text; `words` the text before a place's numbers (an estate), or the whole text."""

    written: str
    words: str
    building_no: int | None = None
    entrance_no: int | None = None
    room_no: int | None = None
    id_no: str | None = None
    phone: str | None = None
    tail: str | None = None
    is_partial_number: bool = False  # neither full nor a tail: nothing can be found by it

    @property
    def is_place(self) -> bool:
        return (self.building_no or self.room_no) is not None


def parse_query(q: str) -> SearchQuery:
    """Parses a query; full-width forms, blanks, invisible characters, and dashes between digits are normalised."""
    text = "".join(unicodedata.normalize("NFKC", visible_text(q)).split())
    text = re.sub("[‐-―－﹣_]", "-", text)
    number = re.sub(r"[-()]", "", text)
    if _ID_NO.fullmatch(number) or _DOCUMENT.fullmatch(number.upper()):
        return SearchQuery("", "", id_no=number.upper())
    if phone := _PHONE.fullmatch(number):
        return SearchQuery("", "", phone=phone[1] or phone[2])
    if _PARTIAL_NUMBER.fullmatch(text):
        return SearchQuery("", "", is_partial_number=True)
    for shape in (_PLACE, _BUILDING, _ROOM):
        if place := shape.search(text):
            numbers = {f"{k}_no": int(v) for k, v in place.groupdict().items() if v}
            return SearchQuery(text, text[: place.start()], tail=_tail(text), **numbers)  # type: ignore[arg-type]  # ints by name
    return SearchQuery(text, text, tail=_tail(text))


def _tail(text: str) -> str | None:
    return text.upper() if _TAIL.fullmatch(text) else None
