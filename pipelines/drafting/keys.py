"""Finds the likely primary key of a sample, for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.drafting.column_profile import ColumnProfile
from pipelines.drafting.ranges import MEASURES

ID_HEADERS = re.compile(
    "(编号|编码|代码|号码|号|码|(?<![A-Za-z])[Ii][Dd]|(?<=[a-z])(?:No|Id|ID)|BBL|(?i:[ _](?:id|no|key|code)))$"
)
# every estate has a 楼号 1, every file a 序号 1
NO_KEY = re.compile(
    "(序号|楼号|栋号|幢号|单元号|房号|室号|房间号|门牌号|车牌号|邮编|邮政编码|版本号|(?i:zip|post|postal)[ _]?[Cc]ode)$"
)
ORDER_HEADERS = re.compile("^(启用|生效|开始|版本|年度|年份|期次|序号|次序)")
ENOUGH_ROWS = 20  # in fewer rows, uniqueness is chance
DUPLICATE_SHARE = 0.005  # up to this share of duplicate rows an ID column is still taken as the key
SUGGESTION_SHARE = 0.5  # up to this share it is suggested only: the sample may contain copies
LONG_NUMBER = 8  # digits; unique whole numbers of this length identify, unless the header names a measure


@dataclass(frozen=True)
class Key:
    """`headers`: () if no key is likely; `duplicates`: duplicate rows; `is_suggestion`: too many duplicates, suggest it only."""

    headers: tuple[str, ...] = ()
    duplicates: int = 0
    is_suggestion: bool = False


def likely_key(frame: pl.DataFrame, columns: Sequence[ColumnProfile]) -> Key:
    """The likely key among `columns`, which must not be personal."""
    kinds = ("string", "integer")
    full = [f for f in columns if f.is_complete and f.rows > 1 and (f.kind.logical_type in kinds or is_whole_number(f))]
    numbered = [f for f in full if ID_HEADERS.search(f.header) and not NO_KEY.search(f.header)]
    unique = [f for f in numbered if f.duplicates == 0]
    if unique:
        return Key((unique[0].header,))
    nearly = [f for f in numbered if f.duplicates <= DUPLICATE_SHARE * f.rows]
    if nearly:
        return Key((nearly[0].header,), nearly[0].duplicates)
    others = [f for f in full if f.duplicates == 0 and f.rows >= ENOUGH_ROWS and not NO_KEY.search(f.header)]
    if others:
        return Key((others[0].header,))
    ordered = [f.header for f in columns if f.is_complete and ORDER_HEADERS.search(f.header)]
    pairs = ((f.header, second) for f in numbered for second in ordered)
    if pair := next((pair for pair in pairs if _distinct_rows(frame, pair) == len(frame)), ()):
        return Key(pair)
    best = min(numbered, key=lambda f: f.duplicates, default=None)
    if best is None or best.duplicates > SUGGESTION_SHARE * best.rows:
        return Key()
    return Key((best.header,), best.duplicates, is_suggestion=True)


def _distinct_rows(frame: pl.DataFrame, headers: tuple[str, ...]) -> int:
    """The number of distinct rows in these columns."""
    return pl.DataFrame([frame.get_column(header) for header in headers]).n_unique()


def is_number(header: str) -> bool:
    """True if the header names a number that identifies, not one that counts."""
    return bool(ID_HEADERS.search(header)) and not NO_KEY.search(header)


def is_whole_number(facts: ColumnProfile) -> bool:
    """True if the column identifies by whole numbers written with decimal zeros: 3011510060.00."""
    if facts.kind.logical_type != "number" or not facts.with_zeros or MEASURES.search(facts.header):
        return False
    long = facts.duplicates == 0 and facts.share(f"^[0-9]{{{LONG_NUMBER}}}") == 1
    return long or is_number(facts.header)
