"""A home as it was on a day, as it was known on a day: households and dwellings by `?as_of=`.

Not here: which facts are valid and known on two days (`as_of.py`), the home as it is (`home_file.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from api.contract_models import ContractRow, columns_of
from api.responses.as_of import AsOfDay, about, facts_ever, facts_then
from api.schemas import ReleaseResponse, Row
from api.view import View
from warehouse.access.filters import Condition
from warehouse.access.policy import NotFound

HEAD = "02"  # GB/T 4761
PLACE = ("dwelling_id", "standard_address", "estate", "building_no", "entrance_no", "floor_no", "room_no", "grid_code")


class DwellingPlace(ContractRow):
    """Where a dwelling is; what else its row says is said of today."""

    model_config = columns_of("dwelling", only=PLACE, labelled=False)


class PastMember(ContractRow):
    """Who belonged to a household, and since when."""

    model_config = columns_of("membership", omit=("membership_id",))

    lives_here: bool = Field(title="现住本房", description="lived in the household's dwelling on that day")
    registered_here: bool = Field(title="户籍在本房", description="was registered in that dwelling on that day")


class PastResidence(ContractRow):
    """Where a person was registered (hukou) or lived (living), and since when."""

    model_config = columns_of("residence", omit=("residence_id",))


class PastTitle(ContractRow):
    """Who held a title of the dwelling, and since when."""

    model_config = columns_of("title", omit=("title_id",))


class PastHousehold(BaseModel):
    """A household on that day."""

    household_id: str
    household_no: str = Field(description="户号")
    head_person_id: str | None = Field(description="null: nobody was head")
    member_count: int


class RegisteredHousehold(BaseModel):
    """A household that was registered in the dwelling; null what lies outside your areas."""

    household_id: str
    household_no: str | None = Field(description="户号")
    grid_code: str | None


class PastOccupant(BaseModel):
    """Who was registered or lived in the dwelling; null what lies outside your areas."""

    person_id: str
    name: str | None
    household_id: str
    household_no: str | None = Field(description="户号")
    relation_to_head: str | None = Field(description="与户主关系, a code of GB/T 4761")
    relation_to_head_label: str | None
    lives_here: bool = Field(description="lived here on that day")
    registered_here: bool = Field(description="was registered here on that day")


class HistoryFile(ReleaseResponse):
    """What the file of a home as of a day says beside the home."""

    as_of: date
    known: date
    release_then: str | None = Field(description="the release that served on the day `known`; null before the first")
    hint: str | None = Field(description="why there is nothing to tell, or what to keep in mind")
    titles: list[PastTitle] = Field(description="of the dwelling")


class HouseholdHistory(HistoryFile):
    """一户一档 as of a day: who belonged to a household, and where it was registered."""

    household: PastHousehold
    dwelling: DwellingPlace | None = Field(description="where it was registered")
    members: list[PastMember]
    residences: list[PastResidence] = Field(description="where its members were registered and lived")


class DwellingHistory(HistoryFile):
    """一房一档 as of a day: who was registered in a dwelling, lived there and held it."""

    dwelling: DwellingPlace
    households: list[RegisteredHousehold] = Field(description="registered here")
    members: list[PastOccupant] = Field(description="registered or living here")


def household_history(view: View, household_id: str, moment: AsOfDay, zone: ZoneInfo) -> HouseholdHistory:
    """NotFound where no member was ever in the user's scope."""
    own = Condition("household_id", "eq", household_id)
    ever = facts_ever(view, "membership", own, columns=("household_no", "known_from"))
    if not ever:
        raise NotFound("there is no such household in your areas", remedy="search for it again")
    members = view.labelled("membership", facts_then(view, "membership", moment, own))
    residences = view.labelled("residence", facts_then(view, "residence", moment, own))
    head_id = min((m["person_id"] for m in members if m["relation_to_head"] == HEAD), default=None)
    registered = sorted((r["person_id"] != head_id, r["dwelling_id"]) for r in residences if r["kind"] == "hukou")
    dwelling_id = registered[0][1] if registered else None
    nobody = None if members else "nobody belonged to it on that day, as far as was known"
    return HouseholdHistory(
        household=PastHousehold(
            household_id=household_id,
            household_no=ever[-1]["household_no"],
            head_person_id=head_id,
            member_count=len({m["person_id"] for m in members}),
        ),
        dwelling=next(iter(_places(view, dwelling_id)), None),
        members=sorted(_at(members, residences, dwelling_id), key=lambda m: (m["relation_to_head"], m["person_id"])),
        residences=residences,
        titles=_titles(view, moment, dwelling_id),
        **about(view, moment, zone, [row["known_from"] for row in ever], nobody),
    )


def dwelling_history(view: View, dwelling_id: str, moment: AsOfDay, zone: ZoneInfo) -> DwellingHistory:
    """NotFound if the dwelling is out of the user's scope."""
    view.one("dwelling", Condition("dwelling_id", "eq", dwelling_id))
    here = Condition("dwelling_id", "eq", dwelling_id)
    residences = view.labelled("residence", facts_then(view, "residence", moment, here))
    people = sorted({r["person_id"] for r in residences})
    belonging = facts_then(view, "membership", moment, Condition("person_id", "in", people)) if people else []
    households = {m["household_id"]: m for m in belonging}
    registered = sorted({r["household_id"] for r in residences if r["kind"] == "hukou"})
    named = {(m["person_id"], m["household_id"]): m for m in belonging}
    ties = {(r["person_id"], r["household_id"]): r for r in residences}
    members = [_named(tie, named.get(key)) for key, tie in sorted(ties.items())]
    titles = _titles(view, moment, dwelling_id)
    known = [
        row["known_from"]
        for table in ("residence", "title")
        for row in facts_ever(view, table, here, columns=("known_from",))
    ]
    nobody = None if residences or titles else "nobody was registered, lived or held a title here, as far as was known"
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
        members=view.labelled("membership", _at(members, residences, dwelling_id)),
        titles=titles,
        **about(view, moment, zone, known, nobody),
    )


def _named(tie: Row, member: Row | None) -> Row:
    """Who has a tie to a home, with the name in her household where the user sees that."""
    said = member or {}
    return {
        "person_id": tie["person_id"],
        "name": said.get("name"),
        "household_id": tie["household_id"],
        "household_no": said.get("household_no"),
        "relation_to_head": said.get("relation_to_head", tie["relation_to_head"]),
    }


def _at(members: Sequence[Row], residences: Sequence[Row], dwelling_id: str | None) -> list[Row]:
    """Members with whether they lived and were registered in the dwelling."""
    ties = {(r["person_id"], r["kind"]) for r in residences if dwelling_id and r["dwelling_id"] == dwelling_id}
    return [
        m | {"lives_here": (m["person_id"], "living") in ties, "registered_here": (m["person_id"], "hukou") in ties}
        for m in members
    ]


def _titles(view: View, moment: AsOfDay, dwelling_id: str | None) -> list[Row]:
    if dwelling_id is None:
        return []
    return view.labelled("title", facts_then(view, "title", moment, Condition("dwelling_id", "eq", dwelling_id)))


def _places(view: View, dwelling_id: str | None) -> list[Row]:
    """The dwelling's place; what else its row says is said of today."""
    return view.rows("dwelling", Condition("dwelling_id", "eq", dwelling_id), columns=PLACE) if dwelling_id else []
