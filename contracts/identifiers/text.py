"""Normalises text for the checks of identifiers: half-width, without gaps; only texts that need a change are touched.

Not here: the identifiers (`id_no.py`, `telephone.py`), numbers inside running text (`running_text.py`).
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

FULL_MASK = "******"
Change = Callable[[pl.Expr], pl.Expr]
UNUSUAL = r"[^\x00-\x7F\x{3001}\x{3002}\x{4E00}-\x{9FFF}]"


def half_width(expr: pl.Expr) -> pl.Expr:
    """Text in Unicode form NFKC. Text without unusual characters, which is most, is skipped: normalising is costly."""
    return change_where(expr, UNUSUAL, lambda text: text.str.normalize("NFKC"))


def spelling_normal(expr: pl.Expr) -> pl.Expr:
    """An address in the form in which spellings are compared: half-width, without white space or control characters."""
    # once more afterwards: characters that a gap separated may combine
    return half_width(half_width(expr).str.replace_all(r"[\s\x00-\x1F]+", ""))


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
