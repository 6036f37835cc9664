"""Which columns of a sample tell its rows apart: the likely key, for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.drafting.column_profile import ColumnProfile
from pipelines.drafting.ranges import MEASURES

NUMBERED = re.compile(
    "(编号|编码|代码|号码|号|码|(?<![A-Za-z])[Ii][Dd]|(?<=[a-z])(?:No|Id|ID)|BBL|(?i:[ _](?:id|no|key|code)))$"
)
# 楼号 1 stands in every estate, and 序号 1 in every file
NO_KEY = re.compile(
    "(序号|楼号|栋号|幢号|单元号|房号|室号|房间号|门牌号|车牌号|邮编|邮政编码|版本号|(?i:zip|post|postal)[ _]?[Cc]ode)$"
)
ORDERED = re.compile("^(启用|生效|开始|版本|年度|年份|期次|序号|次序)")
ENOUGH_ROWS = 20  # in fewer rows anything is unique
REPEATED = 0.005  # a number that repeats in fewer rows is still the key; those rows are what the key is there to find
OFFERED = 0.5  # one that repeats in fewer than that is named for a person to judge: the sample may hold copies
LONG_NUMBER = 8  # digits from which on whole numbers that never repeat identify, if no header says that they measure


@dataclass(frozen=True)
class Key:
    """`headers`: () if none is likely; `repeated`: rows of the sample that repeat it. `offered`: too many of them do."""

    headers: tuple[str, ...] = ()
    repeated: int = 0
    offered: bool = False


def likely_key(frame: pl.DataFrame, columns: Sequence[ColumnProfile]) -> Key:
    """The key among `columns`, those that are not about a person."""
    kinds = ("string", "integer")
    full = [f for f in columns if f.required and f.rows > 1 and (f.kind.logical_type in kinds or is_whole_number(f))]
    numbered = [f for f in full if NUMBERED.search(f.header) and not NO_KEY.search(f.header)]
    unique = [f for f in numbered if f.repeated == 0]
    if unique:
        return Key((unique[0].header,))
    nearly = [f for f in numbered if f.repeated <= REPEATED * f.rows]
    if nearly:
        return Key((nearly[0].header,), nearly[0].repeated)
    others = [f for f in full if f.repeated == 0 and f.rows >= ENOUGH_ROWS and not NO_KEY.search(f.header)]
    if others:
        return Key((others[0].header,))
    ordered = [f.header for f in columns if f.required and ORDERED.search(f.header)]
    pairs = ((f.header, second) for f in numbered for second in ordered)
    if pair := next((pair for pair in pairs if _together(frame, pair) == len(frame)), ()):
        return Key(pair)
    best = min(numbered, key=lambda f: f.repeated, default=None)
    if best is None or best.repeated > OFFERED * best.rows:
        return Key()
    return Key((best.header,), best.repeated, offered=True)


def _together(frame: pl.DataFrame, headers: tuple[str, ...]) -> int:
    """How many different rows these columns make."""
    return pl.DataFrame([frame.get_column(header) for header in headers]).n_unique()


def is_number(header: str) -> bool:
    """Whether the header names a number that identifies, not one that counts."""
    return bool(NUMBERED.search(header)) and not NO_KEY.search(header)


def is_whole_number(facts: ColumnProfile) -> bool:
    """Whether the column identifies by whole numbers written with zeros, 3011510060.00, which are no part of them."""
    if facts.kind.logical_type != "number" or not facts.with_zeros or MEASURES.search(facts.header):
        return False
    long = facts.repeated == 0 and facts.share(f"^[0-9]{{{LONG_NUMBER}}}") == 1
    return long or is_number(facts.header)
