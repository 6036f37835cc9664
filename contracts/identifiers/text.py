"""Text as the checks of identifiers need it: half-width, without gaps, changed only where something is to change.

Not here: what an identifier is (`id_no.py`, `telephone.py`), numbers inside running text (`running_text.py`).
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

HIDDEN = "******"
UNUSUAL = r"[^\x00-\x7F\x{3001}\x{3002}\x{4E00}-\x{9FFF}]"


def half_width(expr: pl.Expr) -> pl.Expr:
    """Text in Unicode form NFKC. Text without unusual characters, most of it, is left alone: normalising is costly."""
    return where(expr, UNUSUAL, lambda text: text.str.normalize("NFKC"))


def where(expr: pl.Expr, pattern: str, change: Callable[[pl.Expr], pl.Expr], *, matches: bool = True) -> pl.Expr:
    """`change` applied only to the texts that match `pattern` (or do not): looking is far cheaper than most changes."""

    def changed(text: pl.Series) -> pl.Series:
        chosen = (text.str.contains(pattern) == matches).fill_null(False)
        if not chosen.any():
            return text
        return text.scatter(chosen.arg_true(), text.filter(chosen).to_frame().select(change(pl.first())).to_series())

    return expr.map_batches(changed, return_dtype=pl.String)


def bare(expr: pl.Expr, *more: str) -> pl.Expr:
    """Without white space, hyphens and `more` characters; empty becomes null."""
    gaps = [" ", "-", "\t", "\n", *more]
    expr = expr.str.strip_chars().str.replace_many(gaps, [""] * len(gaps))
    return pl.when(expr != "").then(expr)


def ends(expr: pl.Expr, first: int, stars: str, last: int) -> pl.Expr:
    """A mask: the first and last characters around the stars."""
    return pl.concat_str(expr.str.slice(0, first), pl.lit(stars), expr.str.slice(-last))
