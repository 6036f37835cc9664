"""The values of every source for an attribute of a person or home, side by side, and whether they agree.

Not here: picking the value that is shown (`warehouse/build/survivorship.py`), the file around it (`home_file.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Final

from pydantic import BaseModel, Field

from api.schemas import Row
from api.view import View
from warehouse.access.filters import Condition, Filter
from warehouse.access.grant import NUMBER

TIES: Final = ("source", "delivery_id", "row_no", "shown", "why", "value")  # the order of values of one day


class SourceValue(BaseModel):
    """The value of one row of a source for an attribute, and whether it is the one shown. A field is null if your role does not
    see it, or if the served release does not have it yet."""

    source: str | None = Field(examples=["resident"])
    source_label: str | None = Field(examples=["人口登记"])
    value: str | None
    shown: bool | None = Field(description="true for the value that the city's tables show")
    why: str | None = Field(description="the rule by which it is shown or not", examples=["authority"])
    why_label: str | None = Field(examples=["来源更权威"])
    claimed_on: date | None = Field(description="the day on which the source stated it")
    delivery_id: str | None = Field(description="the file it comes from; null for a value observed at a door")
    row_no: int | None = Field(description="row in that file, as Excel numbers rows")


class Attribute(BaseModel):
    """One attribute of one person or dwelling, as every source states it."""

    entity: str = Field(examples=["person"])
    entity_id: str
    attribute: str = Field(examples=["living_address"])
    values: list[SourceValue] = Field(description="newest first")
    authority: str | None = Field(description="the authoritative source (一数一源)", examples=["resident"])
    authority_label: str | None = Field(examples=["人口登记"])
    agree: bool | None = Field(
        description="true if all sources have the same values; null if only one source has any, or if your role sees no "
        "values. Masked numbers that look the same may differ in hidden digits: then false"
    )


def attributes(view: View, entity_ids: Sequence[str], grids: Sequence[Filter]) -> list[Attribute]:
    """Every attribute of these persons and dwellings; `grids` are conditions that narrow the read to their grids."""
    if not entity_ids:
        return []
    number = "value" if view.grant("claim").treatments["value"] == "full" else None
    claims = view.rows("claim", Condition("entity_id", "in", entity_ids), *grids, number=number)
    claims.sort(key=lambda c: tuple((c.get(name) is None, c.get(name)) for name in TIES))
    claims.sort(key=lambda c: str(c["claimed_on"]), reverse=True)
    claims.sort(key=_subject)
    authority = authorities(view)
    return [
        _attribute(*subject, list(values), authority.get((subject[0], subject[2]), (None, None)))
        for subject, values in groupby(view.with_labels("claim", claims), _subject)
    ]


def authorities(view: View) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """The authoritative source and its label, by entity and attribute."""
    declared = [
        column.survivorship for grant in view.grants() for column in grant.columns.values() if column.survivorship
    ]
    return {(g.entity, g.attribute): (g.authority, view.label("claim_source", g.authority)) for g in declared}


def _subject(claim: Row) -> tuple[str, str, str]:
    return claim["entity"], claim["entity_id"], claim["attribute"]


def _attribute(
    entity: str, entity_id: str, attribute: str, claims: list[Row], authority: tuple[str | None, str | None]
) -> Attribute:
    return Attribute(
        entity=entity,
        entity_id=entity_id,
        attribute=attribute,
        values=[{name: claim.get(name) for name in SourceValue.model_fields} for claim in claims],
        authority=authority[0],
        authority_label=authority[1],
        agree=_agree(claims),
    )


def _agree(claims: list[Row]) -> bool | None:
    """True if each source has the same set of values; None with fewer than two sources. Several values of one source (owners
    of one home) do not disagree.
    """
    values: dict[str, set[int]] = defaultdict(set)
    for claim in claims:
        if NUMBER in claim:
            values[claim["source"]].add(claim[NUMBER])
    first, *others = values.values() or [set()]
    return all(other == first for other in others) if others else None
