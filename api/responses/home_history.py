"""Files of households and dwellings as of a past day (`?as_of=`), as they were known on a day (`known`).

Not here: selecting the facts of two days (`as_of.py`), the home as it is now (`home_file.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from api.contract_models import ContractRow, columns_of
from api.responses.as_of import AsOfDay, all_facts, facts_as_of, history_fields
from api.schemas import ReleaseResponse, Row
from api.view import View
from warehouse.access.filters import Condition
from warehouse.access.policy import NotFound

HEAD = "02"  # GB/T 4761
PLACE = ("dwelling_id", "standard_address", "estate", "building_no", "entrance_no", "floor_no", "room_no", "grid_code")


class DwellingPlace(ContractRow):
    """The address and grid of a dwelling; its other columns are left out because they describe today."""

    model_config = columns_of("dwelling", only=PLACE, with_labels=False)


class PastMember(ContractRow):
    """A member of a household on that day, and since when she was one."""

    model_config = columns_of("membership", omit=("membership_id",))

    lives_here: bool = Field(title="现住本房", description="lived in the household's dwelling on that day")
    registered_here: bool = Field(title="户籍在本房", description="was registered in that dwelling on that day")


class PastResidence(ContractRow):
    """The dwelling in which a person was registered (hukou) or lived (living) on that day, and since when."""

    model_config = columns_of("residence", omit=("residence_id",))


class PastTitle(ContractRow):
    """A holder of a title of the dwelling on that day, and since when she held it."""

    model_config = columns_of("title", omit=("title_id",))


class PastHousehold(BaseModel):
    """A household on that day."""

    household_id: str
    household_no: str = Field(description="户号")
    head_person_id: str | None = Field(description="null if nobody was head")
    member_count: int


class RegisteredHousehold(BaseModel):
    """A household that was registered in the dwelling; fields are null if it lies outside your areas."""

    household_id: str
    household_no: str | None = Field(description="户号")
    grid_code: str | None


class PastOccupant(BaseModel):
    """A person who was registered or lived in the dwelling; fields are null if they lie outside your areas."""

    person_id: str
    name: str | None
    household_id: str
    household_no: str | None = Field(description="户号")
    relation_to_head: str | None = Field(description="与户主关系, a code of GB/T 4761")
    relation_to_head_label: str | None
    lives_here: bool = Field(description="lived here on that day")
    registered_here: bool = Field(description="was registered here on that day")


class HistoryFile(ReleaseResponse):
    """The fields that household and dwelling files as of a day have in common."""

    as_of: date
    known: date
    release_then: str | None = Field(description="the release that served on the day `known`; null before the first")
    hint: str | None = Field(description="the reason for an empty answer, or a caveat")
    titles: list[PastTitle] = Field(description="of the dwelling")


class HouseholdHistory(HistoryFile):
    """一户一档 as of a day: the members of a household, and the dwelling where it was registered."""

    household: PastHousehold
    dwelling: DwellingPlace | None = Field(description="where it was registered")
    members: list[PastMember]
    residences: list[PastResidence] = Field(description="where its members were registered and lived")


class DwellingHistory(HistoryFile):
    """一房一档 as of a day: the persons registered or living in a dwelling, and the holders of its titles."""

    dwelling: DwellingPlace
    households: list[RegisteredHousehold] = Field(description="registered here")
    members: list[PastOccupant] = Field(description="registered or living here")


def household_history(view: View, household_id: str, as_of_day: AsOfDay, zone: ZoneInfo) -> HouseholdHistory:
    """The file of a household as of a day. NotFound if no member was ever in the user's scope."""
    own = Condition("household_id", "eq", household_id)
    memberships = all_facts(view, "membership", own, columns=("household_no", "known_from"))
    if not memberships:
        raise NotFound("there is no such household in your areas", remedy="search for it again")
    members = view.with_labels("membership", facts_as_of(view, "membership", as_of_day, own))
    residences = view.with_labels("residence", facts_as_of(view, "residence", as_of_day, own))
    head_id = min((m["person_id"] for m in members if m["relation_to_head"] == HEAD), default=None)
    registered = sorted((r["person_id"] != head_id, r["dwelling_id"]) for r in residences if r["kind"] == "hukou")
    dwelling_id = registered[0][1] if registered else None
    empty_hint = None if members else "nobody belonged to it on that day, as far as was known"
    return HouseholdHistory(
        household=PastHousehold(
            household_id=household_id,
            household_no=memberships[-1]["household_no"],
            head_person_id=head_id,
            member_count=len({m["person_id"] for m in members}),
        ),
        dwelling=next(iter(_places(view, dwelling_id)), None),
        members=sorted(
            _with_ties(members, residences, dwelling_id), key=lambda m: (m["relation_to_head"], m["person_id"])
        ),
        residences=residences,
        titles=_titles(view, as_of_day, dwelling_id),
        **history_fields(view, as_of_day, zone, [row["known_from"] for row in memberships], empty_hint),
    )


def dwelling_history(view: View, dwelling_id: str, as_of_day: AsOfDay, zone: ZoneInfo) -> DwellingHistory:
    """The file of a dwelling as of a day. NotFound if it is out of the user's scope."""
    view.one("dwelling", Condition("dwelling_id", "eq", dwelling_id))
    here = Condition("dwelling_id", "eq", dwelling_id)
    residences = view.with_labels("residence", facts_as_of(view, "residence", as_of_day, here))
    people = sorted({r["person_id"] for r in residences})
    memberships = facts_as_of(view, "membership", as_of_day, Condition("person_id", "in", people)) if people else []
    households = {m["household_id"]: m for m in memberships}
    registered = sorted({r["household_id"] for r in residences if r["kind"] == "hukou"})
    by_tie = {(m["person_id"], m["household_id"]): m for m in memberships}
    ties = {(r["person_id"], r["household_id"]): r for r in residences}
    members = [_occupant(tie, by_tie.get(key)) for key, tie in sorted(ties.items())]
    titles = _titles(view, as_of_day, dwelling_id)
    known = [
        row["known_from"]
        for table in ("residence", "title")
        for row in all_facts(view, table, here, columns=("known_from",))
    ]
    empty_hint = (
        None if residences or titles else "nobody was registered, lived or held a title here, as far as was known"
    )
    return DwellingHistory(
        dwelling=_places(view, dwelling_id)[0],
        households=[
            RegisteredHousehold(
                household_id=id_,
                household_no=households[id_]["household_no"] if id_ in households else None,
                grid_code=households[id_]["grid_code"] if id_ in households else None,
            )
            for id_ in registered
        ],
        members=view.with_labels("membership", _with_ties(members, residences, dwelling_id)),
        titles=titles,
        **history_fields(view, as_of_day, zone, known, empty_hint),
    )


def _occupant(tie: Row, member: Row | None) -> Row:
    """The fields of `PastOccupant` for a tie to the home, with name and household from her membership if the user sees it."""
    known = member or {}
    return {
        "person_id": tie["person_id"],
        "name": known.get("name"),
        "household_id": tie["household_id"],
        "household_no": known.get("household_no"),
        "relation_to_head": known.get("relation_to_head", tie["relation_to_head"]),
    }


def _with_ties(members: Sequence[Row], residences: Sequence[Row], dwelling_id: str | None) -> list[Row]:
    """The members with `lives_here` and `registered_here` for the dwelling."""
    ties = {(r["person_id"], r["kind"]) for r in residences if dwelling_id and r["dwelling_id"] == dwelling_id}
    return [
        m | {"lives_here": (m["person_id"], "living") in ties, "registered_here": (m["person_id"], "hukou") in ties}
        for m in members
    ]


def _titles(view: View, as_of_day: AsOfDay, dwelling_id: str | None) -> list[Row]:
    if dwelling_id is None:
        return []
    return view.with_labels("title", facts_as_of(view, "title", as_of_day, Condition("dwelling_id", "eq", dwelling_id)))


def _places(view: View, dwelling_id: str | None) -> list[Row]:
    """The row of the dwelling with the columns of `DwellingPlace`, or none."""
    return view.rows("dwelling", Condition("dwelling_id", "eq", dwelling_id), columns=PLACE) if dwelling_id else []
