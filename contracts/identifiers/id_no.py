"""Citizens' ID numbers (GB 11643-1999) as Polars expressions: normal form, status, mask.

Statuses: ok · missing · length · characters · area · birth_date · check_digit · old_15 (15 digits, before 1999) ·
precision_lost (went through a floating-point cell: the last three digits are gone, it matches nothing).
Not here: tokens (`warehouse/identity.py`), and whether a status is a finding (a rule's business).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from contracts.identifiers.text import HIDDEN, bare, ends, half_width, where

CHECK_CHARACTERS = "10X98765432"  # GB 11643-1999, table 1: by the weighted sum modulo 11
WEIGHTS = tuple(2 ** (17 - i) % 11 for i in range(17))
FLOAT = r"^[0-9](?:\.[0-9]+)?E\+?[0-9]{1,2}$"
ID_18 = r"^[0-9]{17}[0-9X]$"
ID_15 = r"^[0-9]{15}$"


def check_digit(first_17: str) -> str:
    """The 18th character of an ID number from its first 17 digits."""
    return CHECK_CHARACTERS[sum(w * int(d) for w, d in zip(WEIGHTS, first_17, strict=True)) % 11]


def id_no_normal(expr: pl.Expr) -> pl.Expr:
    """Half-width, upper case, without spaces and hyphens; empty becomes null."""
    return where(expr, ID_18, lambda text: bare(half_width(text)).str.to_uppercase(), matches=False)


def id_no_status(expr: pl.Expr, areas: Iterable[str]) -> pl.Expr:
    """Status of ID numbers in normal form. `areas`: the codes (2 or 6 digits) a number may start with."""
    known = sorted(areas)
    born = expr.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
    return (
        pl.when(expr.is_null())
        .then(pl.lit("missing"))
        .when(expr.str.contains(FLOAT))
        .then(pl.lit("precision_lost"))
        .when(expr.str.contains(ID_15))
        .then(pl.lit("old_15"))
        .when(expr.str.len_chars() != 18)
        .then(pl.lit("length"))
        .when(~expr.str.contains(ID_18))
        .then(pl.lit("characters"))
        .when(~(expr.str.slice(0, 6).is_in(known) | expr.str.slice(0, 2).is_in(known)))
        .then(pl.lit("area"))
        .when(~born.is_between(date(1850, 1, 1), date(2199, 12, 31)).fill_null(False))
        .then(pl.lit("birth_date"))
        .when(_check_character(expr) != expr.str.slice(17, 1))
        .then(pl.lit("check_digit"))
        .otherwise(pl.lit("ok"))
    )


def _check_character(expr: pl.Expr) -> pl.Expr:
    """The check character the first 17 digits ask for; null where they are no digits. 17 digits fit 64 bits."""
    number = expr.str.slice(0, 17).cast(pl.Int64, strict=False)
    total = pl.sum_horizontal(number // 10 ** (16 - i) % 10 * weight for i, weight in enumerate(WEIGHTS)) % 11
    return total.replace_strict(dict(enumerate(CHECK_CHARACTERS)), default=None, return_dtype=pl.String)


def id_no_masked(expr: pl.Expr) -> pl.Expr:
    """`9900**********1234`; a 15-digit number likewise; anything else is hidden entirely. Takes the normal form."""
    return (
        pl.when(expr.str.contains(ID_18))
        .then(ends(expr, 4, "**********", 4))
        .when(expr.str.contains(ID_15))
        .then(ends(expr, 4, "*******", 4))
        .when(expr.is_not_null())
        .then(pl.lit(HIDDEN))
    )
