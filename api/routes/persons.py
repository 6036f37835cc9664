"""待核人员 rows that may be one person, which rows a person is made of and why, and what was decided about them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from api.contract_models import ContractRow, columns_of
from api.dependencies import LeadDep, SourceRecordsDep, StateDep, ViewDep
from api.paging import Cursor, Limit
from api.schemas import Page, ReleaseResponse, Row, problems
from api.view import View
from warehouse.access.filters import Condition
from warehouse.build.person_current_id import current_person_id
from warehouse.casebook.append_only import Conflict
from warehouse.review import persons as decisions
from warehouse.review.source_records import SourceRecord

router = APIRouter(prefix="/v1/persons", tags=["persons"])
LINK_ORDER = ("source", "record_key")


class SourceRecordRef(BaseModel):
    """A row of an office."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(pattern="^[a-z][a-z0-9_]{0,62}$", examples=["hotline"])
    key: Annotated[str, Field(min_length=1, max_length=128, description="`record_key`", examples=["20240301001"])]

    @property
    def row(self) -> SourceRecord:
        return SourceRecord(self.source, self.key)


class PersonLink(ContractRow):
    """A row of an office that is a person, and why."""

    model_config = columns_of("person_link")


class PersonPair(ContractRow):
    """Two rows of offices that may be one person."""

    model_config = columns_of("person_pair")

    person_name: str | None = Field(title="姓名", description="of the person it may be")
    decision: decisions.PersonDecisionKind | None = Field(
        title="决定", description="made since the release; it counts tonight"
    )


class PersonPairPage(Page[PersonPair]):
    """待核人员: pairs to decide about, the likeliest first."""


class PersonDecisionIn(BaseModel):
    """What is decided about two rows."""

    model_config = ConfigDict(extra="forbid")

    left: SourceRecordRef
    right: SourceRecordRef
    decision: decisions.PersonDecisionKind = Field(
        description="same: one person; different: two; open: linkage decides again"
    )
    reason: str = Field(max_length=1000, description="why, in a sentence that names no person; it is kept")


class PersonDecisionOut(ReleaseResponse):
    """The decision as it stands now."""

    left: SourceRecordRef
    right: SourceRecordRef
    decision: Literal["same", "different", "open"]
    reason: str
    decided_by: str
    decided_at: datetime


class PersonLinksResponse(ReleaseResponse):
    """The rows that are a person, and those that may be."""

    person_id: str = Field(
        description="the id she has now; another than was asked for where that one became part of it"
    )
    links: list[PersonLink] = Field(description="rows of your areas that are this person")
    waiting: list[PersonPair] = Field(description="rows that may be this person")


@router.get("/review", responses=problems(400, 401, 404, 410))
def persons_in_review(caller: ViewDep, hub: StateDep, limit: Limit = 50, cursor: Cursor = None) -> PersonPairPage:
    """Pairs of rows that may be one person, the likeliest first; `decision` was made since and counts tonight."""
    order = ("-match_weight", "pair_id")
    items, next_cursor = caller.page("person_pair", (), limit, cursor, order=order)
    return PersonPairPage(items=_pairs(caller, hub, items), next_cursor=next_cursor, release=caller.release_id)


@router.get("/{person_id}/links", responses=problems(401, 404))
def person_links(
    person_id: Annotated[str, Path(description="of now, or of an earlier night")], caller: ViewDep, hub: StateDep
) -> PersonLinksResponse:
    """Which office rows are this person, and why: rule, match weight, and what each comparison gave."""
    person_id = current_person_id(caller.rows, person_id)
    is_hers = Condition("person_id", "eq", person_id)
    caller.one("person", is_hers)
    rows = caller.rows("person_link", is_hers, order=LINK_ORDER)
    waiting = caller.rows("person_pair", is_hers, order=("-match_weight", "pair_id"))
    return PersonLinksResponse(
        person_id=person_id,
        links=caller.labelled("person_link", rows),
        waiting=_pairs(caller, hub, waiting),
        release=caller.release_id,
    )


@router.post(
    "/decisions", status_code=201, responses=problems(400, 401, 403, 404, 409) | {200: {"model": PersonDecisionOut}}
)
def decide_persons(
    body: PersonDecisionIn, response: Response, caller: ViewDep, hub: StateDep, rows: SourceRecordsDep, lead: LeadDep
) -> PersonDecisionOut:
    """Decide about two rows of your areas. 201: from the next night on; 200: that stands already, nothing changes."""
    pair = (body.left.row, body.right.row)
    rows.require(*pair)
    try:
        new = decisions.decide(hub.casebook, rows, *pair, body.decision, body.reason, lead.username)
    except Conflict as error:  # the rows it names may lie elsewhere
        raise Conflict(error.what, remedy=error.remedy) from None
    response.status_code = 201 if new else 200
    made = [d for d in decisions.history(hub.casebook) if set(d.pair) == set(pair)][-1]
    return PersonDecisionOut(
        left=SourceRecordRef(source=made.left.source, key=made.left.key),
        right=SourceRecordRef(source=made.right.source, key=made.right.key),
        decision=made.decision,
        reason=made.reason,
        decided_by=made.decided_by,
        decided_at=made.decided_at,
        release=caller.release_id,
    )


def _pairs(view: View, hub: StateDep, rows: list[Row]) -> list[Row]:
    """Pairs with the candidate's name, and what was decided about them since the release was made."""
    ids = sorted({row["person_id"] for row in rows} - {None})
    who = Condition("person_id", "in", ids)
    people = view.rows("person", who, columns=("person_id", "name")) if ids else []
    names = {person["person_id"]: person["name"] for person in people}
    decided = {d.pair: d.decision for d in decisions.current_decisions(hub.casebook)}
    return [
        row | {"person_name": names.get(row["person_id"]), "decision": decided.get(_pair(row))}
        for row in view.labelled("person_pair", rows)
    ]


def _pair(row: Row) -> tuple[SourceRecord, SourceRecord]:
    left, right = SourceRecord(row["left_source"], row["left_key"]), SourceRecord(row["right_source"], row["right_key"])
    return min(left, right), max(left, right)
