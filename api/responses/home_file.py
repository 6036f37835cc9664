"""The file of one home, by household (一户一档) or by dwelling (一房一档).

Few reads, each by an indexed key or narrowed to the grids concerned: the files are sorted by grid, so only the parts
that hold those grids are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from pydantic import BaseModel, Field

from api.responses.finding_file import finding_rows
from api.responses.tickets import repeated_requests
from api.schemas import Row
from api.view import View
from warehouse.access.filters import AnyOf, Condition, Filter
from warehouse.access.grant import NUMBER
from warehouse.cross_check.live_status import LiveFindings

LATEST_TICKETS = 100
CLAIM = ("source", "source_label", "value", "shown", "why", "why_label", "claimed_on", "delivery_id", "row_no")


class Attribute(BaseModel):
    """One attribute of one person or dwelling, as every source states it."""

    entity: str = Field(examples=["person"])
    entity_id: str
    attribute: str = Field(examples=["living_address"])
    values: list[Row] = Field(
        description="source, value, whether it is the one `shown` and `why`, claimed_on, delivery_id, row_no; newest first"
    )
    authority: str | None = Field(description="the source whose matter this is (一数一源)", examples=["resident"])
    authority_label: str | None = Field(examples=["人口登记"])
    agree: bool | None = Field(
        description="whether the sources say the same, each with all its values; null where only one source says anything "
        "and where your role sees no values. Masked numbers that look the same may differ in hidden digits: then false"
    )


def household_file(view: View, household_id: str, now: LiveFindings) -> dict[str, Any]:
    """NotFound if the household is out of the user's scope."""
    household = view.one("household", Condition("household_id", "eq", household_id))
    dwelling_id = household["dwelling_id"]
    dwellings = view.rows("dwelling", Condition("dwelling_id", "eq", dwelling_id)) if dwelling_id else []
    return {
        "household": household,
        "dwelling": next(iter(view.labelled("dwelling", dwellings)), None),
        **_home(view, now, dwelling_id, [household], household["grid_code"]),
    }


def dwelling_file(view: View, dwelling_id: str, now: LiveFindings) -> dict[str, Any]:
    """NotFound if the dwelling is out of the user's scope."""
    dwelling = view.one("dwelling", Condition("dwelling_id", "eq", dwelling_id))
    grid = dwelling["grid_code"]
    households = view.rows("household", Condition("dwelling_id", "eq", dwelling_id), *_in_grids([grid]))
    return {
        "dwelling": view.labelled("dwelling", [dwelling])[0],
        "households": households,
        **_home(view, now, dwelling_id, households, grid),
    }


def _home(
    view: View, now: LiveFindings, dwelling_id: str | None, households: Sequence[Row], grid: str | None
) -> dict[str, Any]:
    household_ids = [h["household_id"] for h in households]
    here = [Condition("household_id", "in", household_ids), Condition("dwelling_id", "in", _some(dwelling_id))]
    near = _in_grids([grid])
    persons = _persons(view, household_ids, dwelling_id, near)
    people = [p["person_id"] for p in persons]
    grids = _in_grids({grid, *(p["grid_code"] for p in persons), *(p["hukou_grid_code"] for p in persons)})
    findings = view.rows("finding", AnyOf((*here, Condition("person_id", "in", people))), *grids)
    at_home = [Condition("dwelling_id", "eq", dwelling_id), *near]
    tickets = view.rows("ticket", *at_home) if dwelling_id else []
    tickets = view.labelled("ticket", sorted(tickets, key=lambda t: str(t["reported_at"]), reverse=True))
    return {
        "members": _members(view, persons, dwelling_id, households, near),
        "titles": view.labelled("title", view.rows("title", *at_home)) if dwelling_id else [],
        "tickets": tickets[:LATEST_TICKETS],
        "matters": repeated_requests(tickets),
        "attributes": _attributes(view, [*people, *_some(dwelling_id)], grids),
        "findings": finding_rows(view, now(findings)),
    }


def _persons(view: View, household_ids: Sequence[str], dwelling_id: str | None, near: Sequence[Filter]) -> list[Row]:
    """Everybody registered in the households, wherever they live, and everybody who lives in the dwelling."""
    registered = view.rows("person", Condition("household_id", "in", household_ids)) if household_ids else []
    living = view.rows("person", Condition("dwelling_id", "eq", dwelling_id), *near) if dwelling_id else []
    return list({p["person_id"]: p for p in (*registered, *living)}.values())


def _members(
    view: View, persons: list[Row], dwelling_id: str | None, households: Sequence[Row], near: Sequence[Filter]
) -> list[Row]:
    """Persons with their household, and whether they live and are registered here now; heads of this home first.

    `relation_to_head` is to the head of a household of this home: whoever only lives here has none.
    """
    here = {h["household_id"]: h["household_no"] for h in households}
    residences = view.rows("residence", Condition("household_id", "in", sorted(here)), *near) if here else []
    ended_first = sorted(residences, key=lambda r: r["valid_to"] is None)
    relation = {r["person_id"]: r["relation_to_head"] for r in ended_first if r["relation_to_head"]}
    household_no = here | _household_numbers(view, {p["household_id"] for p in persons} - {None, *here})
    members = [
        person
        | {
            "household_no": household_no.get(person["household_id"]),
            "relation_to_head": relation.get(person["person_id"]),
            "lives_here": _stands(person) and person["dwelling_id"] in _some(dwelling_id),
            "registered_here": _stands(person) and person["household_id"] in here,
        }
        for person in view.labelled("person", persons)
    ]
    labelled = view.labelled("residence", members)
    return sorted(labelled, key=lambda m: (not m["registered_here"], m["relation_to_head"] or "99", m["person_id"]))


def _household_numbers(view: View, household_ids: set[str]) -> dict[str, str]:
    """By household id; of households in the user's areas only."""
    if not household_ids:
        return {}
    asked = Condition("household_id", "in", sorted(household_ids))
    rows = view.rows("household", asked, columns=("household_id", "household_no"))
    return {row["household_id"]: row["household_no"] for row in rows}


def _stands(person: Row) -> bool:
    """Not struck off the register: the dead and the moved are shown as having been here."""
    return bool(person["status"] == "active")


def _attributes(view: View, entity_ids: Sequence[str], grids: Sequence[Filter]) -> list[Attribute]:
    if not entity_ids:
        return []
    number = "value" if view.grant("claim").treatments["value"] == "full" else None
    claims = view.rows("claim", Condition("entity_id", "in", entity_ids), *grids, number=number)
    claims.sort(key=lambda c: str(c["claimed_on"]), reverse=True)
    claims.sort(key=_subject)
    authority = _authorities(view)
    return [
        _attribute(*subject, list(values), authority.get((subject[0], subject[2]), (None, None)))
        for subject, values in groupby(view.labelled("claim", claims), _subject)
    ]


def _authorities(view: View) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """By entity and attribute the authoritative source and its label."""
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
        values=[{name: claim.get(name) for name in CLAIM} for claim in claims],  # an older release has no reasons
        authority=authority[0],
        authority_label=authority[1],
        agree=_agree(claims),
    )


def _agree(claims: list[Row]) -> bool | None:
    """Sources are compared, not values: several owners of one home, all named by one office, are no contradiction."""
    said: dict[str, set[int]] = defaultdict(set)
    for claim in claims:
        if NUMBER in claim:
            said[claim["source"]].add(claim[NUMBER])
    first, *others = said.values() or [set()]
    return all(other == first for other in others) if others else None


def _in_grids(grids: Iterable[str | None]) -> list[Condition]:
    """Narrows to the grids, or not at all where one of the places is unknown."""
    known = sorted(set(grids) - {None}, key=str)
    return [Condition("grid_code", "in", known)] if known else []


def _some(value: str | None) -> list[str]:
    return [value] if value else []
