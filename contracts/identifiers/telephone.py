"""Telephone numbers as Polars expressions: normal form, status, mask.

Statuses: ok · missing · service (400, 800 and short numbers: right, but nobody's) · length · characters · prefix.
Not here: numbers inside running text (`running_text.py`).
"""

from __future__ import annotations

import polars as pl

from contracts.identifiers.areas import Areas
from contracts.identifiers.text import (
    FULL_MASK,
    change_either,
    change_where,
    half_width,
    keep_ends,
    visible,
    without_gaps,
)

MOBILE = r"^1[3-9][0-9]{9}$"
LANDLINE = r"^0(?:10|2[0-9]|[3-9][0-9]{2})[0-9]{7,8}$"
EXTENSION = r"^0(?:10|2[0-9]|[3-9][0-9]{2})[0-9]{7,8}转[0-9]{1,6}$"
SERVICE = r"^(?:[48]00[0-9]{7}|9[56][0-9]{3,6}|1[0-2][0-9]{1,3})$"
# of a text without spaces; each is written as the next ones expect it
_SPELLINGS = (
    (r"^([0-9]+)\.0$", "$1"),  # a spreadsheet's number
    (r"^([0-9])\.([0-9]{10})E\+?10$", "$1$2"),  # a program's, with all its digits
    (
        r"^((?:\+|00)?(?:86-?)?\(?0[0-9]{2,3}\)?-?[0-9]{7,8})(?:转|-|#|(?i:ext?\.?)|分机)([0-9]{1,6})(?:分机)?$",
        "$1转$2",
    ),
    (r"[-()._·•]", ""),
    (r"^(?:\+|00)?86(1[3-9][0-9]{9}|0[0-9]{9,11}(?:转[0-9]+)?)$", "$1"),
    (r"^(?:\+|00)?86([48]00[0-9]{7})$", "$1"),
    (r"^(?:\+|00)?86([1-9][0-9]{9}(?:转[0-9]+)?)$", "0$1"),
    (r"^0(1[3-9][0-9]{9})$", "$1"),
)


def phone_normal(expr: pl.Expr) -> pl.Expr:
    """Half-width digits without gaps, brackets, invisible characters, country code 86, the 0 before a mobile and the `.0` of a
    spreadsheet; an extension follows 转."""

    def plain(text: pl.Expr) -> pl.Expr:
        text = half_width(visible(text)).str.replace_all(r"\s+", "")
        for pattern, spelling in _SPELLINGS:
            text = text.str.replace_all(pattern, spelling)
        return without_gaps(text)

    return change_where(expr, MOBILE, plain, matches=False)


def phone_status(expr: pl.Expr, areas: Areas | None = None) -> pl.Expr:
    """Status of telephone numbers in normal form: mobiles 1[3-9], and landlines with their area code."""
    return change_either(expr, MOBILE, lambda text: _where_given(text, "ok"), _other_status)


def _other_status(text: pl.Expr) -> pl.Expr:
    return (
        pl.when(text.is_null())
        .then(pl.lit("missing"))
        .when(text.str.contains(f"{LANDLINE}|{EXTENSION}"))
        .then(pl.lit("ok"))
        .when(text.str.contains(SERVICE))
        .then(pl.lit("service"))
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
    landline = pl.when(text.str.contains(f"{LANDLINE}|{EXTENSION}")).then(keep_ends(text, 4, "*****", 2))
    return landline.when(text.is_not_null()).then(pl.lit(FULL_MASK))
