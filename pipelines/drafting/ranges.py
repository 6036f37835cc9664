"""Proposes the range of a number column whose header says what it measures.

Four rules: degrees, a year, a count, a measure. Any other number gets no range: values alone are no basis for one.
"""

from __future__ import annotations

import re

import polars as pl

from pipelines.drafting.column_profile import NEARLY_ALL, ColumnProfile

MEASURES = re.compile("(面积|金额|费用?|价格?|款|租金|收入|份额|比例|率|(?i:area|amount|price|cost|fee|value))$")
DEGREES = {
    re.compile("纬度|(?i:latitude)|(?<![A-Za-z])(?i:lat)$"): 90,
    re.compile("经度|(?i:longitude)|(?<![A-Za-z])(?i:lon|lng)$"): 180,
}
YEARS = re.compile("年份|年度|年代|(?i:year)")
EARLIEST, LATEST = 1800, 2100
COUNTS = re.compile("((?<![指系参])数|数量|(?i:count|quantity))$")
TWO_DIGITS = 2  # a count may grow by this many digits; a misplaced phone number is longer


def is_degrees(header: str) -> bool:
    """True if the header names latitude or longitude."""
    return any(words.search(header) for words in DEGREES)


def number_range(facts: ColumnProfile) -> dict[str, int]:
    """`minimum` and `maximum` of a number column, or {}; degrees and years get them only if nearly all values fit."""
    header, numbers = facts.header, facts.texts.cast(pl.Float64, strict=False)
    for words, most in DEGREES.items():
        if words.search(header):
            return {"minimum": -most, "maximum": most} if _fit(facts, numbers.is_between(-most, most)) else {}
    unknown = numbers == 0  # offices write 0 for an unknown year
    if YEARS.search(header) and _fit(facts, numbers.is_between(EARLIEST, LATEST) | unknown):
        return ({} if unknown.any() else {"minimum": EARLIEST}) | {"maximum": LATEST}
    low, high = float(numbers.min() or 0), float(numbers.max() or 0)  # type: ignore[arg-type]  # numbers have numbers
    if low < 0 or not (COUNTS.search(header) or MEASURES.search(header)):
        return {}
    return {"minimum": 0} | ({"maximum": 10 ** (len(str(int(high))) + TWO_DIGITS)} if COUNTS.search(header) else {})


def _fit(facts: ColumnProfile, chosen: pl.Series) -> bool:
    return facts.weight(chosen.fill_null(False)) >= NEARLY_ALL
