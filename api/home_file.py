"""The file of one home, by household (一户一档) or by dwelling (一房一档), in a few reads by key."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from pydantic import BaseModel, Field

from api.answers import Row, with_evidence
from api.view import View
from warehouse.conditions import AnyOf, Condition, Where

LATEST_TICKETS = 100


class Attribute(BaseModel):
    """One attribute of one person or dwelling, as every source states it."""

    entity: str = Field(examples=["person"])
    entity_id: str
    attribute: str = Field(examples=["living_address"])
    values: list[Row] = Field(description="source, value, claimed_on, delivery_id, row_no; newest first")
    agree: bool | None = Field(description="whether all sources say the same; null where your role sees no values")


def household_file(view: View, household_id: str) -> dict[str, Any]:
    """NotFound if the household is out of the user's scope."""
    household = view.one("household", Condition("household_id", "eq", household_id))
    dwelling_id = household["dwelling_id"]
    dwellings = view.rows("dwelling", *_equal("dwelling_id", dwelling_id), limit=1) if dwelling_id else []
    return {
        "household": household,
        "dwelling": next(iter(view.labelled("dwelling", dwellings)), None),
        **_home(view, dwelling_id, [household_id]),
    }


def dwelling_file(view: View, dwelling_id: str) -> dict[str, Any]:
    """NotFound if the dwelling is out of the user's scope."""
    dwelling = view.one("dwelling", Condition("dwelling_id", "eq", dwelling_id))
    households = view.rows("household", *_equal("dwelling_id", dwelling_id))
    return {
        "dwelling": view.labelled("dwelling", [dwelling])[0],
        "households": households,
        **_home(view, dwelling_id, [h["household_id"] for h in households]),
    }


def _home(view: View, dwelling_id: str | None, household_ids: Sequence[str]) -> dict[str, Any]:
    here: list[Condition] = [Condition("household_id", "in", household_ids)] if household_ids else []
    here += _equal("dwelling_id", dwelling_id) if dwelling_id else []
    persons = view.rows("person", AnyOf(tuple(here)))
    residences = view.rows("residence", AnyOf(tuple(here))) if persons else []
    people = [p["person_id"] for p in persons]
    at_home: list[Where] = [*_equal("dwelling_id", dwelling_id)]
    findings = view.rows("finding", AnyOf((*here, Condition("person_id", "in", people))))
    return {
        "members": _members(view, persons, residences, dwelling_id, household_ids),
        "titles": view.labelled("title", view.rows("title", *at_home)) if dwelling_id else [],
        "tickets": _tickets(view, at_home) if dwelling_id else [],
        "attributes": _attributes(view, [*people, *filter(None, [dwelling_id])]),
        "findings": [with_evidence(row) for row in view.labelled("finding", findings)],
    }


def _members(
    view: View, persons: list[Row], residences: list[Row], dwelling_id: str | None, household_ids: Sequence[str]
) -> list[Row]:
    """Persons with their relation to the head and whether they live and are registered here, heads first."""
    relation = {
        r["person_id"]: r["relation_to_head"] for r in residences if r["relation_to_head"] and not r["valid_to"]
    }
    members = [
        person
        | {
            "relation_to_head": relation.get(person["person_id"]),
            "lives_here": dwelling_id is not None and person["dwelling_id"] == dwelling_id,
            "registered_here": person["household_id"] in household_ids,
        }
        for person in view.labelled("person", persons)
    ]
    labelled = view.labelled("residence", members)
    return sorted(labelled, key=lambda m: (not m["registered_here"], m["relation_to_head"] or "99", m["person_id"]))


def _tickets(view: View, at_home: Sequence[Where]) -> list[Row]:
    return view.labelled("ticket", view.rows("ticket", *at_home, order=["-reported_at"], limit=LATEST_TICKETS))


def _attributes(view: View, entity_ids: Sequence[str]) -> list[Attribute]:
    claims = view.rows("claim", Condition("entity_id", "in", entity_ids)) if entity_ids else []
    claims.sort(key=lambda c: str(c["claimed_on"]), reverse=True)
    claims.sort(key=_subject)
    return [_attribute(*subject, list(values)) for subject, values in groupby(claims, _subject)]


def _subject(claim: Row) -> tuple[str, str, str]:
    return claim["entity"], claim["entity_id"], claim["attribute"]


def _attribute(entity: str, entity_id: str, attribute: str, claims: list[Row]) -> Attribute:
    said = {claim["value"] for claim in claims}
    values = [
        {k: v for k, v in c.items() if k not in ("entity", "entity_id", "attribute", "grid_code")} for c in claims
    ]
    agree = None if None in said else len(said) == 1
    return Attribute(entity=entity, entity_id=entity_id, attribute=attribute, values=values, agree=agree)


def _equal(column: str, value: str | None) -> list[Condition]:
    return [Condition(column, "eq", value)]
