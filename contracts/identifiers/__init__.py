"""Identifiers of persons: normalises, validates and masks each kind, and finds them inside running text.

Not here: tokens (`warehouse/lake/tokens.py`), and findings about a status (`warehouse/rules/`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from contracts.identifiers.areas import Areas
from contracts.identifiers.id_no import (
    check_digit,
    id_no_canonical,
    id_no_masked,
    id_no_normal,
    id_no_status,
    id_no_status_in_row,
)
from contracts.identifiers.running_text import contains_number, has_number_alone, scrub, scrub_alone
from contracts.identifiers.telephone import LANDLINE, MOBILE, phone_masked, phone_normal, phone_status
from contracts.identifiers.text import (
    INVISIBLE,
    change_where,
    half_width,
    spelling_normal,
    visible,
    visible_prose,
    visible_text,
)

__all__ = [
    "INVISIBLE",
    "KINDS",
    "LANDLINE",
    "MOBILE",
    "Areas",
    "Kind",
    "canonical",
    "change_where",
    "check_digit",
    "contains_number",
    "half_width",
    "has_number_alone",
    "id_no_status_in_row",
    "mask",
    "mask_in_text",
    "normal",
    "normal_spelling",
    "scrub",
    "scrub_alone",
    "spelling_normal",
    "visible",
    "visible_prose",
    "visible_text",
]


@dataclass(frozen=True)
class Kind:
    """One kind of identifier. `normal` takes text as the office wrote it; the others take the normal form.

    `canonical` is the form that is tokenised and kept in the vault, `masked` masks the form that was written. Values with a
    status in `without_token` identify nobody and get no token.
    """

    normal: Callable[[pl.Expr], pl.Expr]
    canonical: Callable[[pl.Expr], pl.Expr]
    status: Callable[[pl.Expr, Areas], pl.Expr]
    masked: Callable[[pl.Expr], pl.Expr]
    without_token: frozenset[str]


KINDS: Mapping[str, Kind] = {
    "id_no": Kind(id_no_normal, id_no_canonical, id_no_status, id_no_masked, frozenset({"missing", "precision_lost"})),
    "phone": Kind(phone_normal, lambda number: number, phone_status, phone_masked, frozenset({"missing"})),
}


def normal(kind: str, value: str) -> str | None:
    """One value in its normal form; None if nothing is left."""
    return _one(KINDS[kind].normal, value)


def canonical(kind: str, value: str) -> str | None:
    """The canonical form of one value as somebody wrote it, for a search by token; None if nothing is left."""
    return _one(lambda e: KINDS[kind].canonical(KINDS[kind].normal(e)), value)


def mask(kind: str, value: str) -> str | None:
    """The masked form of one value as somebody wrote it."""
    return _one(lambda e: KINDS[kind].masked(KINDS[kind].normal(e)), value)


def normal_spelling(value: str) -> str:
    """One address in the form under which decisions about spellings are stored and looked up."""
    return _one(spelling_normal, value) or ""


def mask_in_text(value: str) -> str:
    """One running text with every ID and telephone number in it masked."""
    return _one(scrub, value) or ""


def _one(function: Callable[[pl.Expr], pl.Expr], value: str) -> str | None:
    found: str | None = pl.DataFrame({"value": [value]}).select(function(pl.col("value"))).item()
    return found
