"""Text as the checks of identifiers need it: half-width, without gaps, changed only where something is to change.

Not here: what an identifier is (`id_no.py`, `telephone.py`), numbers inside running text (`running_text.py`).
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

HIDDEN = "******"
Change = Callable[[pl.Expr], pl.Expr]
UNUSUAL = r"[^\x00-\x7F\x{3001}\x{3002}\x{4E00}-\x{9FFF}]"


def half_width(expr: pl.Expr) -> pl.Expr:
    """Text in Unicode form NFKC. Text without unusual characters, most of it, is left alone: normalising is costly."""
    return where(expr, UNUSUAL, lambda text: text.str.normalize("NFKC"))


def spelling_normal(expr: pl.Expr) -> pl.Expr:
    """An address as two spellings of it are compared: half-width, without white space or control characters."""
    # once more afterwards: what a gap kept apart may belong together
    return half_width(half_width(expr).str.replace_all(r"[\s\x00-\x1F]+", ""))


def where(expr: pl.Expr, pattern: str, change: Change, *, matches: bool = True) -> pl.Expr:
    """`change` applied only to the texts that match `pattern` (or do not): looking is far cheaper than most changes."""

    def changed(text: pl.Series) -> pl.Series:
        hits = text.str.contains(pattern)
        if not hits.any() if matches else hits.all():
            return text
        chosen = (hits == matches).fill_null(False)
        return text.scatter(chosen.arg_true(), text.filter(chosen).to_frame().select(change(pl.first())).to_series())

    return expr.map_batches(changed, return_dtype=pl.String)


def usually(expr: pl.Expr, pattern: str, usual: Change, otherwise: Change) -> pl.Expr:
    """`usual` of the texts that match, `otherwise` of the others (and of nulls), each computed for its own alone."""

    def made(text: pl.Series) -> pl.Series:
        fits = text.str.contains(pattern).fill_null(False)
        if fits.all():
            return text.to_frame().select(usual(pl.first())).to_series()
        rest = text.filter(~fits).to_frame().select(otherwise(pl.first())).to_series()
        most = text.filter(fits).to_frame().select(usual(pl.first())).to_series()
        return text.scatter(fits.arg_true(), most).scatter((~fits).arg_true(), rest)

    return expr.map_batches(made, return_dtype=pl.String)


def bare(expr: pl.Expr, *more: str) -> pl.Expr:
    """Without white space, hyphens and `more` characters; empty becomes null."""
    gaps = [" ", "-", "\t", "\n", *more]
    expr = expr.str.strip_chars().str.replace_many(gaps, [""] * len(gaps))
    return pl.when(expr != "").then(expr)


def ends(expr: pl.Expr, first: int, stars: str, last: int) -> pl.Expr:
    """A mask: the first and last characters around the stars."""
    return pl.concat_str(expr.str.slice(0, first), pl.lit(stars), expr.str.slice(-last))
