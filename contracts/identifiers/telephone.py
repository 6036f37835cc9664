"""Telephone numbers as Polars expressions: normal form, status, mask.

Statuses: ok · missing · length · characters · prefix. Not here: numbers inside running text (`running_text.py`).
"""

from __future__ import annotations

import polars as pl

from contracts.identifiers.areas import Areas
from contracts.identifiers.text import FULL_MASK, change_either, change_where, half_width, keep_ends, without_gaps

MOBILE = r"^1[3-9][0-9]{9}$"
LANDLINE = r"^0[0-9]{2,3}[0-9]{7,8}$"


def phone_normal(expr: pl.Expr) -> pl.Expr:
    """Half-width digits without spaces, hyphens, brackets, country code 86 and the `.0` of a spreadsheet."""

    def plain(text: pl.Expr) -> pl.Expr:
        digits = without_gaps(half_width(text), "(", ")").str.replace(r"^(?:\+|00)?86(1[0-9]{10})$", "$1")
        return digits.str.replace(r"^([0-9]+)\.0$", "$1")

    return change_where(expr, MOBILE, plain, matches=False)


def phone_status(expr: pl.Expr, areas: Areas | None = None) -> pl.Expr:
    """Status of telephone numbers in normal form: mobiles 1[3-9], and landlines with their area code."""
    return change_either(expr, MOBILE, lambda text: _where_given(text, "ok"), _other_status)


def _other_status(text: pl.Expr) -> pl.Expr:
    return (
        pl.when(text.is_null())
        .then(pl.lit("missing"))
        .when(text.str.contains(LANDLINE))
        .then(pl.lit("ok"))
        .when(~text.str.contains(r"^[0-9]+$"))
        .then(pl.lit("characters"))
        .when(text.str.len_chars() != 11)
        .then(pl.lit("length"))
        .otherwise(pl.lit("prefix"))
    )


def _where_given(text: pl.Expr, word: str) -> pl.Expr:
    return pl.when(text.is_not_null()).then(pl.lit(word))


def phone_masked(expr: pl.Expr) -> pl.Expr:
    """`154****1234`, a landline `0352*****67`; anything else is masked entirely. Takes the normal form."""
    return change_either(expr, MOBILE, lambda text: keep_ends(text, 3, "****", 4), _other_masked)


def _other_masked(text: pl.Expr) -> pl.Expr:
    landline = pl.when(text.str.contains(LANDLINE)).then(keep_ends(text, 4, "*****", 2))
    return landline.when(text.is_not_null()).then(pl.lit(FULL_MASK))
