"""Normalises text for the checks of identifiers: half-width, visible, without gaps; only texts that need a change are touched.

Not here: the identifiers (`id_no.py`, `telephone.py`), numbers inside running text (`running_text.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import polars as pl

FULL_MASK = "******"
Change = Callable[[pl.Expr], pl.Expr]
UNUSUAL = r"[^\x00-\x7F\x{3001}\x{3002}\x{4E00}-\x{9FFF}]"
# Characters that nobody sees, as first and last code points: controls that are no white space, Unicode's Default_Ignorable_Code_Point
# (DerivedCoreProperties.txt), interlinear annotation and the blank of braille. NUL is not here: readers mark its row.
JOINERS: Final = ((0x200C, 0x200D), (0xFE00, 0xFE0F), (0xE0020, 0xE007F))  # an emoji may be several characters joined by them
UNSEEN: Final = (
    (0x01, 0x08), (0x0E, 0x1B), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160),
    (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200B), (0x200E, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F),
    (0x2800, 0x2800), (0x3164, 0x3164), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE001F), (0xE0080, 0xE0FFF),
)  # fmt: skip


def _pattern(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(rf"\x{{{first:X}}}-\x{{{last:X}}}" for first, last in ranges)


INVISIBLE: Final = f"[{_pattern((*UNSEEN, *JOINERS))}]"
_INVISIBLE_TEXT: Final = re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in (*UNSEEN, *JOINERS))}]")
# after a digit a joiner joins no emoji
_INVISIBLE_IN_PROSE: Final = rf"[{_pattern(UNSEEN)}]|([0-9０-９])[{_pattern(JOINERS)}]+"


def visible(expr: pl.Expr) -> pl.Expr:
    """Text without invisible characters (byte order mark, zero width, direction marks, soft hyphen, variation selectors, …)."""
    return change_where(expr, INVISIBLE, lambda text: text.str.replace_all(INVISIBLE, ""))


def visible_text(text: str) -> str:
    """`visible` of one text, such as a header or a file's name."""
    return _INVISIBLE_TEXT.sub("", text)


def visible_prose(expr: pl.Expr) -> pl.Expr:
    """`visible` of running text, in which joined emoji stay whole."""
    return change_where(expr, INVISIBLE, lambda text: text.str.replace_all(_INVISIBLE_IN_PROSE, "$1"))


def half_width(expr: pl.Expr) -> pl.Expr:
    """Text in Unicode form NFKC. Text without unusual characters, which is most, is skipped: normalising is costly."""
    return change_where(expr, UNUSUAL, lambda text: text.str.normalize("NFKC"))


def spelling_normal(expr: pl.Expr) -> pl.Expr:
    """An address in the form in which spellings are compared: half-width, without white space or control characters."""
    # once more afterwards: characters that a gap separated may combine
    return half_width(half_width(visible(expr)).str.replace_all(r"[\s\x00-\x1F]+", ""))


def change_where(expr: pl.Expr, pattern: str, change: Change, *, matches: bool = True) -> pl.Expr:
    """Applies `change` only to the texts that match `pattern` (or do not match it): matching is far cheaper than most changes."""

    def changed(text: pl.Series) -> pl.Series:
        hits = text.str.contains(pattern)
        if not hits.any() if matches else hits.all():
            return text
        affected = (hits == matches).fill_null(False)
        return text.scatter(
            affected.arg_true(), text.filter(affected).to_frame().select(change(pl.first())).to_series()
        )

    return expr.map_batches(changed, return_dtype=pl.String)


def change_either(expr: pl.Expr, pattern: str, usual: Change, otherwise: Change) -> pl.Expr:
    """Applies `usual` to the texts that match and `otherwise` to the others and to nulls, each computed for its own only."""

    def changed(text: pl.Series) -> pl.Series:
        fits = text.str.contains(pattern).fill_null(False)
        if fits.all():
            return text.to_frame().select(usual(pl.first())).to_series()
        rest = text.filter(~fits).to_frame().select(otherwise(pl.first())).to_series()
        most = text.filter(fits).to_frame().select(usual(pl.first())).to_series()
        return text.scatter(fits.arg_true(), most).scatter((~fits).arg_true(), rest)

    return expr.map_batches(changed, return_dtype=pl.String)


def without_gaps(expr: pl.Expr, *more: str) -> pl.Expr:
    """Text without white space, hyphens and the characters `more`; empty becomes null."""
    gaps = [" ", "-", "\t", "\n", *more]
    expr = expr.str.strip_chars().str.replace_many(gaps, [""] * len(gaps))
    return pl.when(expr != "").then(expr)


def keep_ends(expr: pl.Expr, first: int, stars: str, last: int) -> pl.Expr:
    """Masks all but the `first` and `last` characters (numbers of them) with `stars`."""
    return pl.concat_str(expr.str.slice(0, first), pl.lit(stars), expr.str.slice(-last))
