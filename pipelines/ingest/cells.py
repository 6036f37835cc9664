"""Cleans the cells of one column: invisible characters and spreadsheets' marks of text go, artefacts become empty.

Not here: which characters and artefacts there are (`contracts/identifiers/text.py`, `contracts/artefacts.py`), codes and types
(`clean.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import polars as pl

from contracts.artefacts import IN_IDENTIFIERS, Artefact, artefacts_of
from contracts.identifiers import KINDS, half_width, visible, visible_prose
from contracts.model import Column

STRAY = "stray_character"
# a spreadsheet's mark of text before a cell that has no other quote
MARK = r"^\s*['`´‘’＇]+([^'`´‘’＇]*)$"
# text without a match is clean already, and most is: one look is cheaper than cleaning
UNTIDY = r"^$|^['`]|[^\x21-\x7E\x{3001}\x{3002}\x{4E00}-\x{9FFF}]"
TIDIERS: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "nfkc": half_width,
    "compact": lambda text: text.str.replace_all(r"\s+", ""),
    "controls": lambda text: text.str.replace_all(r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]", ""),
}
Places = dict[str, pl.Series]


def is_unusual(column: Column) -> pl.Expr:
    """True for cells of the column that may need cleaning."""
    text, kind = pl.col(column.name), KINDS.get(str(column.token))
    if kind is None:
        unusual = text.str.contains("|".join([UNTIDY, *(artefact.pattern for artefact in artefacts_of(column))]))
    else:
        placeholder, *_ = IN_IDENTIFIERS[str(column.token)]
        unusual = ~text.str.contains(kind.usual) | text.str.contains(placeholder.pattern)
    return unusual.fill_null(False)


def clean_cells(
    text: pl.Series, unusual: pl.Series, column: Column, values: Collection[str] = ()
) -> tuple[pl.Series, Places]:
    """The cells trimmed and cleaned as contracted, identifiers in normal form, empty → null; by rule the places of cells that the
    receipt tells of. Only the `unusual` need it; none of the `values` that its codes allow is an artefact.
    """
    looked_at = unusual.arg_true()
    if looked_at.is_empty():
        return text, {}
    artefacts, kind = artefacts_of(column), KINDS.get(str(column.token))
    written = text.gather(looked_at)
    cells = _changed(written, visible_prose if _is_prose(column) else lambda t: visible(t).str.replace(MARK, "$1"))
    found = {STRAY: cells.ne_missing(written)}
    cells = _changed(cells, lambda t: _tidy(t, column))
    allowed = cells.is_in(pl.Series(values, dtype=pl.String).implode())
    cells = _without(cells, artefacts, found, allowed, keep="mojibake" if _is_prose(column) else "")
    if kind:
        cells = _without(_changed(cells, kind.normal), IN_IDENTIFIERS[str(column.token)], found, allowed)
    places = {rule: looked_at.filter(cells_found) for rule, cells_found in found.items() if cells_found.any()}
    return text.scatter(looked_at, cells), places


def _is_prose(column: Column) -> bool:
    """True for running text: an emoji in it may be several joined characters, and a lost one loses no value."""
    return column.mask == "text"


def _tidy(text: pl.Expr, column: Column) -> pl.Expr:
    if column.logical_type != "string":
        text = half_width(text)
    for word in column.clean:
        text = TIDIERS[word](text) if word in TIDIERS else text
    text = text.str.strip_chars()
    return pl.when(text != "").then(text)


def _without(
    cells: pl.Series, artefacts: Iterable[Artefact], found: Places, allowed: pl.Series, keep: str = ""
) -> pl.Series:
    """The cells without artefacts, whose places go into `found`; those `allowed` and those of the rule `keep` stay."""
    for artefact in artefacts:
        hits = (cells.str.contains(artefact.pattern) & ~allowed).fill_null(False)
        if hits.any():
            found[artefact.rule] = hits | found[artefact.rule] if artefact.rule in found else hits
            if artefact.rule != keep:
                cells = cells.to_frame().select(pl.when(~hits).then(pl.first())).to_series()
    return cells


def _changed(cells: pl.Series, change: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    return cells.to_frame().select(change(pl.first())).to_series()
