"""Identifiers of persons: how each kind is normalised, judged and masked, and how it is found inside running text.

Not here: tokens (`warehouse/lake/tokens.py`), and whether a status is a finding (a rule's business).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from contracts.identifiers.areas import Areas
from contracts.identifiers.id_no import (
    check_digit,
    id_no_agreed,
    id_no_canonical,
    id_no_masked,
    id_no_normal,
    id_no_status,
)
from contracts.identifiers.running_text import contains_number, has_number_alone, scrub, scrub_alone
from contracts.identifiers.telephone import LANDLINE, MOBILE, phone_masked, phone_normal, phone_status
from contracts.identifiers.text import half_width, spelling_normal, where

__all__ = [
    "KINDS",
    "LANDLINE",
    "MOBILE",
    "Areas",
    "Kind",
    "canonical",
    "check_digit",
    "contains_number",
    "half_width",
    "has_number_alone",
    "id_no_agreed",
    "masked",
    "normal",
    "normal_spelling",
    "scrub",
    "scrub_alone",
    "scrubbed",
    "spelling_normal",
    "where",
]


@dataclass(frozen=True)
class Kind:
    """One kind of identifier. `normal` takes text as the office wrote it; the others take the normal form.

    `canonical` is what token and vault stand for, `masked` shows what was written. `without_token` are the statuses
    whose value identifies nobody.
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
    """One value in its normal form; null if nothing is left."""
    return _one(KINDS[kind].normal, value)


def canonical(kind: str, value: str) -> str | None:
    """What the token of one value as somebody wrote it stands for, as a search needs it; null if nothing is left."""
    return _one(lambda e: KINDS[kind].canonical(KINDS[kind].normal(e)), value)


def mask(kind: str, value: str) -> str | None:
    """The masked form of one value as somebody wrote it."""
    return _one(lambda e: KINDS[kind].masked(KINDS[kind].normal(e)), value)


def normal_spelling(value: str) -> str:
    """One address in the form in which decisions about spellings are kept and the parser looks them up."""
    return _one(spelling_normal, value) or ""


def mask_in_text(value: str) -> str:
    """One running text with every number in it masked."""
    return _one(scrub, value) or ""


def _one(function: Callable[[pl.Expr], pl.Expr], value: str) -> str | None:
    found: str | None = pl.DataFrame({"value": [value]}).select(function(pl.col("value"))).item()
    return found
