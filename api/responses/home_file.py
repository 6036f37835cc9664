"""The file of one home, by household (一户一档) or by dwelling (一房一档).

Every read uses an indexed key or is narrowed to the grids concerned: tables are sorted by grid, so only the parts with those
grids are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
from warehouse.prepared.layout import LATEST_TICKETS


class Household(ContractRow):
    """A household (户) of the household register."""

    model_config = columns_of("household")


class Dwelling(ContractRow):
    """A dwelling (房屋)."""

    model_config = columns_of("dwelling")


class Member(ContractRow):
    """A person registered or living in this home, now or (status cancelled) before."""

    model_config = columns_of("person")

    household_no: str | None = Field(
        title="户号", description="number of her household; null if it is not in your areas"
    )
    relation_to_head: str | None = Field(
        title="与户主关系",
        description="relation to the head of a household of this home; null for somebody who only lives here",
    )
    relation_to_head_label: str | None = Field(title="与户主关系", description="label of `relation_to_head`")
    lives_here: bool = Field(title="现住本房", description="true if she lives in this dwelling now")
    registered_here: bool = Field(
        title="户籍在本户", description="true if she is registered in a household of this home now"
    )


class Title(ContractRow):
    """A title (产权): one holder of the dwelling."""

    model_config = columns_of("title")


class HomeFile(ReleaseResponse):
    """The fields that household and dwelling files have in common."""

    members: list[Member] = Field(description="heads of households first")
    titles: list[Title]
    tickets: list[Ticket] = Field(description="newest first, at most 100; repeats of one matter share a matter_id")
    matters: list[Matter] = Field(description="the matters of all tickets, with repeats counted together")
    attributes: list[Attribute] = Field(description="the values of each source, side by side")
    findings: list[Finding]
    open_findings: int = Field(description="number of findings of the home that wait for you, as in GET /v1/worklist")


class HouseholdFile(HomeFile):
    """一户一档: a household, its dwelling, and everybody registered in the household or living in the dwelling."""

    household: Household
    dwelling: Dwelling | None = Field(description="null if none is known, or it is not in your areas")


class DwellingFile(HomeFile):
    """一房一档: a dwelling, the households registered in it, and everybody registered or living in it."""

    dwelling: Dwelling
    households: list[Household] = Field(description="registered here")


def household_file(view: View, household_id: str, live_findings: LiveFindings) -> HouseholdFile:
    """The file of a household. NotFound if it is out of the user's scope."""
    household = view.one("household", Condition("household_id", "eq", household_id))
    dwelling_id = household["dwelling_id"]
    dwellings = view.rows("dwelling", Condition("dwelling_id", "eq", dwelling_id)) if dwelling_id else []
    return HouseholdFile(
        household=household,
        dwelling=next(iter(view.with_labels("dwelling", dwellings)), None),
        **_common_fields(view, live_findings, dwelling_id, [household], household["grid_code"]),
    )


def dwelling_file(view: View, dwelling_id: str, live_findings: LiveFindings) -> DwellingFile:
    """The file of a dwelling. NotFound if it is out of the user's scope."""
    dwelling = view.one("dwelling", Condition("dwelling_id", "eq", dwelling_id))
    grid = dwelling["grid_code"]
    households = view.rows("household", Condition("dwelling_id", "eq", dwelling_id), *_in_grids([grid]))
    households.sort(key=_by("household_id"))
    return DwellingFile(
        dwelling=view.with_labels("dwelling", [dwelling])[0],
        households=households,
        **_common_fields(view, live_findings, dwelling_id, households, grid),
    )


def _common_fields(
    view: View, live_findings: LiveFindings, dwelling_id: str | None, households: Sequence[Row], grid: str | None
) -> dict[str, Any]:
    """The fields of `HomeFile`."""
    household_ids = [h["household_id"] for h in households]
    home = dwelling_id or next(iter(household_ids), None)
    here = [Condition("household_id", "in", household_ids), Condition("dwelling_id", "in", _as_list(dwelling_id))]
    near = _in_grids([grid])
    persons = _persons(view, household_ids, dwelling_id, near)
    people = [p["person_id"] for p in persons]
    grids = _in_grids({grid, *(p["grid_code"] for p in persons), *(p["hukou_grid_code"] for p in persons)})
    findings = view.rows("finding", AnyOf((*here, Condition("person_id", "in", people))), *grids)
    findings = live_findings(sorted(findings, key=_by("finding_id")))
    at_home = [Condition("dwelling_id", "eq", dwelling_id), *near]
    titles = sorted(view.rows("title", *at_home), key=_by("title_id")) if dwelling_id else []
    tickets = view.rows("ticket", *at_home) if dwelling_id else []
    tickets = view.with_labels("ticket", sorted(tickets, key=_by("reported_at", "ticket_id"), reverse=True))
    return {
        "members": _members(view, persons, dwelling_id, households, near),
        "titles": view.with_labels("title", titles),
        "tickets": tickets[:LATEST_TICKETS],
        "matters": matters(tickets),
        "attributes": attributes(view, [*people, *_as_list(dwelling_id)], grids),
        "findings": finding_rows(view, findings),
        "open_findings": live_findings.count_waiting(findings)[home],
        "release": view.release_id,
    }


def _persons(view: View, household_ids: Sequence[str], dwelling_id: str | None, near: Sequence[Filter]) -> list[Row]:
    """All persons registered in the households, wherever they live, and all who live in the dwelling."""
    registered = view.rows("person", Condition("household_id", "in", household_ids)) if household_ids else []
    living = view.rows("person", Condition("dwelling_id", "eq", dwelling_id), *near) if dwelling_id else []
    return list({p["person_id"]: p for p in (*registered, *living)}.values())


def _members(
    view: View, persons: list[Row], dwelling_id: str | None, households: Sequence[Row], near: Sequence[Filter]
) -> list[Row]:
    """Persons as fields of `Member`; heads of households of this home first.

    `relation_to_head` refers to the head of a household of this home; a person who only lives here has none.
    """
    here = {h["household_id"]: h["household_no"] for h in households}
    residences = view.rows("residence", Condition("household_id", "in", sorted(here)), *near) if here else []
    ended_first = sorted(residences, key=lambda r: (r["valid_to"] is None, r["residence_id"]))
    relation = {r["person_id"]: r["relation_to_head"] for r in ended_first if r["relation_to_head"]}
    household_no = here | _household_numbers(view, {p["household_id"] for p in persons} - {None, *here})
    members = [
        person
        | {
            "household_no": household_no.get(person["household_id"]),
            "relation_to_head": relation.get(person["person_id"]),
            "lives_here": _is_active(person) and person["dwelling_id"] in _as_list(dwelling_id),
            "registered_here": _is_active(person) and person["household_id"] in here,
        }
        for person in view.with_labels("person", persons)
    ]
    rows = view.with_labels("residence", members)
    return sorted(rows, key=lambda m: (not m["registered_here"], m["relation_to_head"] or "99", m["person_id"]))


def _household_numbers(view: View, household_ids: set[str]) -> dict[str, str]:
    """Household numbers by id, of households in the user's areas."""
    if not household_ids:
        return {}
    condition = Condition("household_id", "in", sorted(household_ids))
    rows = view.rows("household", condition, columns=("household_id", "household_no"))
    return {row["household_id"]: row["household_no"] for row in rows}


def _is_active(person: Row) -> bool:
    """True unless she was struck off the register (died, moved away); she is then shown as a former member."""
    return bool(person["status"] == "active")


def _in_grids(grids: Iterable[str | None]) -> list[Condition]:
    """A condition on these grids; none if no grid is known."""
    known = sorted(set(grids) - {None}, key=str)
    return [Condition("grid_code", "in", known)] if known else []


def _by(*names: str) -> Callable[[Row], tuple[str, ...]]:
    """A key to sort rows by; a file has the same order whoever asks and however it is read."""
    return lambda row: tuple(str(row[name]) for name in names)


def _as_list(value: str | None) -> list[str]:
    return [value] if value else []
