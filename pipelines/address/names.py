"""Normalises names of areas and estates, from tables and from spellings alike, so that they can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import polars as pl

from pipelines.address.numbers import arabic
from pipelines.address.spelling import NUMERALS, clean_spelling

SUFFIXES: Final = (
    "住宅小区", "小区", "社区", "生活区", "住宅区", "家属院", "家属区", "宿舍区", "宿舍", "家园", "花园", "佳苑", "嘉园",
    "新村", "公寓", "大院",
)  # fmt: skip
_COUNTED = re.compile(f"[{NUMERALS}]+(?=[排巷区期组弄队条院])")


def canonical(name: str) -> str:
    """A cleaned name with the numerals before a lane or section as digits: 柳村三排 → 柳村3排."""

    def digits(match: re.Match[str]) -> str:
        number = arabic(match[0])
        return match[0] if number is None else str(number)

    return _COUNTED.sub(digits, name)


def without_suffix(name: str) -> list[str]:
    """The name without each generic suffix it ends with, where at least two characters are left."""
    return [name.removesuffix(s) for s in SUFFIXES if name.endswith(s) and len(name) > len(s) + 1]


def clean_names(names: Iterable[str]) -> list[str]:
    """The names after `clean_spelling` and `canonical`, in their order."""
    series = pl.Series("name", list(names), dtype=pl.String)
    return [canonical(name) for name in series.to_frame().select(clean_spelling(pl.col("name"))).to_series()]
