"""Patterns of strptime as shapes, for Polars reads more by them than they say: 24-03-01, 2024111, 78年3月1日.

Belongs here: the directives a contract may use, and the form a text must have to be read by a pattern; days in ISO form. Does
not: text → dates (`pipelines/ingest/dates.py`), named checks of a date's text (`calendar_days.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Final

EXCEL: Final = "excel"  # stands for a pattern: a spreadsheet's day number
_TOKEN: Final = re.compile(r"%(?:\.?[0-9]?f|.)|[^%]+|%")
_TWO_DIGITS: Final = frozenset("mdHIMS")
_OTHERS: Final[Mapping[str, str]] = {
    "%Y": "[0-9]{4}", "%f": "[0-9]{1,9}", "%.f": r"(?:\.[0-9]+)?", "%3f": "[0-9]{3}", "%6f": "[0-9]{6}",
    "%p": "[AaPp][Mm]", "%b": "[A-Za-z]{3}", "%B": "[A-Za-z]{3,9}", "%%": "%",
}  # fmt: skip
_ISO_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


@cache
def shape_of(pattern: str) -> str:
    """The regular expression that a text of this pattern matches as a whole. ValueError: a directive that is none of ours.

    A year has four digits. Month, day and time have two where another number follows or precedes without a gap, else one or
    two: `20240301`, but `2024-3-1`.
    """
    tokens = _TOKEN.findall(pattern)
    are_numbers = [False, *(token[0] == "%" and token[-1] in "YmdHIMSf" and token != "%.f" for token in tokens), False]
    return "".join(_part(token, are_numbers[i] or are_numbers[i + 2]) for i, token in enumerate(tokens))


def _part(token: str, adjoins_number: bool) -> str:
    if token[0] != "%":
        return re.escape(token)
    if token[1:] in _TWO_DIGITS:
        return "[0-9]{2}" if adjoins_number else "[0-9]{1,2}"
    if token not in _OTHERS:
        raise ValueError(f"{token} is not one of %Y %m %d %H %I %M %S %p %b %B %f; a year has four digits")
    return _OTHERS[token]


def known_format(pattern: str) -> str:
    """The pattern. ValueError: a text of it could not be read."""
    if pattern != EXCEL:
        shape_of(pattern)
    return pattern


def iso_day(text: str) -> date:
    """The day written 2024-03-01. ValueError: any other form, also what `date.fromisoformat` takes (20240301, 2024-W09-5)."""
    if not _ISO_DAY.fullmatch(text):
        raise ValueError("a day is written 2024-03-01")
    return date.fromisoformat(text)
