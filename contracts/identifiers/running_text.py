"""Finds and masks ID and telephone numbers inside running text and inside codes, however they are grouped.

Not here: a column of such numbers (`id_no.py`, `telephone.py`).
"""

from __future__ import annotations

import polars as pl

from contracts.identifiers.text import FULL_MASK, change_where, visible_text

# Patterns of identifiers in running text, each with its mask. `\d` takes full-width digits too; groups stay readable.
# Gaps are allowed where people put them: 6-8-4 and 4-4-4-4-2 in ID numbers, 3-4-4 and 4-4-3 in mobile numbers.
_GAPS = r" \x{3000}._\-－—–"
_GAP, _SPLIT = f"[{_GAPS}]{{0,2}}", f"[{_GAPS}]{{1,2}}"
_MOBILE = r"[1１][3-9３-９]\d"
IN_TEXT: tuple[tuple[str, str], ...] = (
    (r"\d[.．]\d{5,}[EeＥｅ][+＋]?\d{2}", FULL_MASK),
    (
        rf"(\d{{4}})\d{{2}}{_GAP}\d{{4}}{_GAP}\d{{2}}{_GAP}\d{{2}}{_GAP}(\d{{3}}){_GAP}([\dXxＸｘ])",
        "${1}**********${2}${3}",
    ),
    (
        rf"(\d{{4}}){_SPLIT}\d{{4}}{_SPLIT}\d{{4}}{_SPLIT}\d{{2}}(\d{{2}}){_SPLIT}(\d[\dXxＸｘ])",
        "${1}**********${2}${3}",
    ),
    (rf"(\d{{4}})\d{{2}}{_GAP}\d{{2}}{_GAP}\d{{2}}{_GAP}\d{{1}}(\d{{4}})", "${1}*******${2}"),
    (rf"({_MOBILE}){_GAP}\d{{4}}{_GAP}(\d{{4}})", "${1}****${2}"),
    (rf"({_MOBILE})\d{_SPLIT}\d{{3}}(\d){_SPLIT}(\d{{3}})", "${1}****${2}${3}"),
    (rf"([0０]\d{{2,3}}){_GAP}\d{{5,6}}(\d{{2}})", "${1}*****${2}"),
)
LONG_RUN = rf"\d[\d．{_GAPS}]{{8,}}"
# In a code (a household's number) only a number that stands alone is one: an ID number with a date in its place, or a mobile.
_DATE = rf"(?:[1１][89８９]|[2２][0０])\d{{2}}{_GAP}[01０１]\d{_GAP}[0-3０-３]\d"
ALONE = (
    rf"(?:^|[^\dA-Za-z])(?:\d{{6}}{_GAP}{_DATE}{_GAP}\d{{3}}{_GAP}[\dXxＸｘ]|{_MOBILE}{_GAP}\d{{4}}{_GAP}\d{{4}})"
    r"(?:[^\dA-Za-z]|$)"
)


def scrub(expr: pl.Expr) -> pl.Expr:
    """Running text with every ID number (18, 15 digits, or spelt as a float) and telephone number masked."""
    return change_where(expr, LONG_RUN, _scrub)


def scrub_alone(expr: pl.Expr) -> pl.Expr:
    """As `scrub`, only in texts where a number stands alone: codes with as many digits stay as they are."""
    return change_where(expr, LONG_RUN, lambda text: change_where(text, ALONE, _scrub))


def has_number_alone(expr: pl.Expr) -> pl.Expr:
    """True where `scrub_alone` finds something, false elsewhere (never null)."""
    return (scrub_alone(expr) != expr).fill_null(False)


def contains_number(text: str) -> bool:
    """`has_number_alone` of one text, such as a file's name; invisible characters are ignored."""
    text = visible_text(text)
    if not any(character.isdigit() for character in text):
        return False
    return bool(pl.DataFrame({"text": [text]}).select(has_number_alone(pl.col("text"))).item())


def _scrub(text: pl.Expr) -> pl.Expr:
    for pattern, hidden in IN_TEXT:
        text = text.str.replace_all(pattern, hidden)
    return text
