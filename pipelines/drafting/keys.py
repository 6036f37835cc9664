"""Which columns of a sample tell its rows apart: the likely key, for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from pipelines.drafting.facts import Facts

NUMBERED = re.compile(r"(编号|编码|代码|号码|号|码|(?<![A-Za-z])[Ii][Dd]|(?i:[ _](?:id|no|key|code)))$")
# 楼号 1 stands in every estate, and 序号 1 in every file
NO_KEY = re.compile("(序号|楼号|栋号|幢号|单元号|房号|室号|房间号|门牌号|车牌号|邮编|版本号)$")
ORDERED = re.compile("^(启用|生效|开始|版本|年度|年份|期次|序号|次序)")
ENOUGH_ROWS = 20  # in fewer rows anything is unique
REPEATED = 0.005  # a number that repeats in fewer rows is still the key; those rows are what the key is there to find


def likely_key(frame: pl.DataFrame, columns: Sequence[Facts]) -> tuple[tuple[str, ...], int]:
    """Headers of the key, () if none is likely, and how many rows of the sample repeat it.

    `columns`: those that are not about a person.
    """
    full = [f for f in columns if f.required and f.rows > 1 and f.kind.logical_type in ("string", "integer")]
    numbered = [f for f in full if NUMBERED.search(f.header) and not NO_KEY.search(f.header)]
    unique = [f for f in numbered if f.repeated == 0]
    if unique:
        return (unique[0].header,), 0
    nearly = [f for f in numbered if f.repeated <= REPEATED * f.rows]
    if nearly:
        return (nearly[0].header,), nearly[0].repeated
    others = [f for f in full if f.repeated == 0 and f.rows >= ENOUGH_ROWS and not NO_KEY.search(f.header)]
    if others:
        return (others[0].header,), 0
    ordered = [f.header for f in columns if f.required and ORDERED.search(f.header)]
    pairs = ((f.header, second) for f in numbered for second in ordered)
    return next((pair for pair in pairs if _together(frame, pair) == len(frame)), ()), 0


def _together(frame: pl.DataFrame, headers: tuple[str, ...]) -> int:
    """How many different rows these columns make."""
    return pl.DataFrame([frame.get_column(header) for header in headers]).n_unique()


def is_number(header: str) -> bool:
    """Whether the header names a number that identifies, not one that counts."""
    return bool(NUMBERED.search(header)) and not NO_KEY.search(header)
