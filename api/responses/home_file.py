"""The file of one home, by household (一户一档) or by dwelling (一房一档).

Few reads, each by an indexed key or narrowed to the grids concerned: the files are sorted by grid, so only the parts
that hold those grids are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field

from api.contract_models import ContractRow, columns_of
from api.responses.attributes import Attribute, attributes
from api.responses.finding_file import Finding, finding_rows
from api.responses.tickets import Matter, Ticket, matters
from api.schemas import ReleaseResponse, Row
from api.view import View
from warehouse.access.filters import AnyOf, Condition, Filter
from warehouse.cross_check.live_status import LiveFindings

LATEST_TICKETS = 100


class Household(ContractRow):
    """A household (户) as the register has it."""

    model_config = columns_of("household")


class Dwelling(ContractRow):
    """A dwelling (房屋)."""

    model_config = columns_of("dwelling")


class Member(ContractRow):
    """A person with her ties to this home: registered in it or living in it, now or (status cancelled) before."""

    model_config = columns_of("person")

    household_no: str | None = Field(title="户号", description="of her household; null where that is not in your areas")
    relation_to_head: str | None = Field(
        title="与户主关系", description="to the head of a household of this home: whoever only lives here has none"
    )
    relation_to_head_label: str | None = Field(title="与户主关系", description="what `relation_to_head` stands for")
    lives_here: bool = Field(title="现住本房", description="lives in this dwelling now")
    registered_here: bool = Field(title="户籍在本户", description="is registered in a household of this home now")


class Title(ContractRow):
    """A title (产权): one holder of the dwelling."""

    model_config = columns_of("title")


class HomeFile(ReleaseResponse):
    """What the files of a household and of a dwelling have in common."""

    members: list[Member] = Field(description="whose household it is first")
    titles: list[Title]
    tickets: list[Ticket] = Field(
        description="the newest first, with their limits; repeats of one matter share a matter_id"
    )
    matters: list[Matter] = Field(description="what they are about: repeats of one matter counted together")
    attributes: list[Attribute] = Field(description="what each source says, side by side")
    findings: list[Finding]


class HouseholdFile(HomeFile):
    """一户一档: a household, its dwelling, and everybody registered in the one or living in the other."""

    household: Household
    dwelling: Dwelling | None = Field(description="null where none is known, or it is not in your areas")


class DwellingFile(HomeFile):
    """一房一档: a dwelling, the households registered in it, and everybody registered or living there."""

    dwelling: Dwelling
    households: list[Household] = Field(description="registered here")


def household_file(view: View, household_id: str, now: LiveFindings) -> HouseholdFile:
    """NotFound if the household is out of the user's scope."""
    household = view.one("household", Condition("household_id", "eq", household_id))
    dwelling_id = household["dwelling_id"]
    dwellings = view.rows("dwelling", Condition("dwelling_id", "eq", dwelling_id)) if dwelling_id else []
    return HouseholdFile(
        household=household,
        dwelling=next(iter(view.labelled("dwelling", dwellings)), None),
        **_home(view, now, dwelling_id, [household], household["grid_code"]),
    )


def dwelling_file(view: View, dwelling_id: str, now: LiveFindings) -> DwellingFile:
    """NotFound if the dwelling is out of the user's scope."""
    dwelling = view.one("dwelling", Condition("dwelling_id", "eq", dwelling_id))
    grid = dwelling["grid_code"]
    households = view.rows("household", Condition("dwelling_id", "eq", dwelling_id), *_in_grids([grid]))
    return DwellingFile(
        dwelling=view.labelled("dwelling", [dwelling])[0],
        households=households,
        **_home(view, now, dwelling_id, households, grid),
    )


def _home(
    view: View, now: LiveFindings, dwelling_id: str | None, households: Sequence[Row], grid: str | None
) -> dict[str, Any]:
    """The fields of `HomeFile`."""
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
        "matters": matters(tickets),
        "attributes": attributes(view, [*people, *_some(dwelling_id)], grids),
        "findings": finding_rows(view, now(findings)),
        "release": view.release_id,
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


def _in_grids(grids: Iterable[str | None]) -> list[Condition]:
    """Narrows to the grids, or not at all where one of the places is unknown."""
    known = sorted(set(grids) - {None}, key=str)
    return [Condition("grid_code", "in", known)] if known else []


def _some(value: str | None) -> list[str]:
    return [value] if value else []
