"""待核人员 persons: pairs of office rows that may be one person, decisions about them, and the rows of a person."""

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
    """A reference to a row of an office."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(pattern="^[a-z][a-z0-9_]{0,62}$", examples=["hotline"])
    key: Annotated[str, Field(min_length=1, max_length=128, description="`record_key`", examples=["20240301001"])]

    @property
    def row(self) -> SourceRecord:
        """The reference as the warehouse has it."""
        return SourceRecord(self.source, self.key)


class PersonLink(ContractRow):
    """A row of an office that was linked to a person, and the reasons."""

    model_config = columns_of("person_link")


class PersonPair(ContractRow):
    """Two rows of offices that may be one person."""

    model_config = columns_of("person_pair")

    person_name: str | None = Field(title="姓名", description="name of the person it may be")
    decision: decisions.PersonDecisionKind | None = Field(
        title="决定", description="a decision made since the release; the next night uses it"
    )


class PersonPairPage(Page[PersonPair]):
    """A page of pairs to decide about (待核人员), the likeliest first."""


class PersonDecisionIn(BaseModel):
    """A decision about two rows."""

    model_config = ConfigDict(extra="forbid")

    left: SourceRecordRef
    right: SourceRecordRef
    decision: decisions.PersonDecisionKind = Field(
        description="same: one person; different: two persons; open: left to linkage again"
    )
    reason: str = Field(max_length=1000, description="why, in a sentence that names no person; it is kept")


class PersonDecisionOut(ReleaseResponse):
    """The newest decision about the two rows."""

    left: SourceRecordRef
    right: SourceRecordRef
    decision: Literal["same", "different", "open"]
    reason: str
    decided_by: str
    decided_at: datetime


class PersonLinksResponse(ReleaseResponse):
    """The rows linked to a person, and those that may be."""

    person_id: str = Field(description="her present id; it differs from the one in the URL if persons were merged")
    links: list[PersonLink] = Field(description="rows of your areas linked to this person")
    waiting: list[PersonPair] = Field(description="rows that may be this person")


@router.get("/review", responses=problems(400, 401, 404, 410))
def persons_in_review(view: ViewDep, state: StateDep, limit: Limit = 50, cursor: Cursor = None) -> PersonPairPage:
    """List pairs of rows that may be one person, the likeliest first; a `decision` made since the release is used tonight."""
    order = ("-match_weight", "pair_id")
    items, next_cursor = view.page("person_pair", (), limit, cursor, order=order)
    return PersonPairPage(items=_pairs(view, state, items), next_cursor=next_cursor, release=view.release_id)


@router.get("/{person_id}/links", responses=problems(401, 404))
def person_links(
    person_id: Annotated[str, Path(description="present id of a person, or one of an earlier release")],
    view: ViewDep,
    state: StateDep,
) -> PersonLinksResponse:
    """Show the office rows linked to a person, with rule, match weight, and the weight of each comparison."""
    person_id = current_person_id(view.rows, person_id)
    is_hers = Condition("person_id", "eq", person_id)
    view.one("person", is_hers)
    rows = view.rows("person_link", is_hers, order=LINK_ORDER)
    waiting = view.rows("person_pair", is_hers, order=("-match_weight", "pair_id"))
    return PersonLinksResponse(
        person_id=person_id,
        links=view.with_labels("person_link", rows),
        waiting=_pairs(view, state, waiting),
        release=view.release_id,
    )


@router.post(
    "/decisions", status_code=201, responses=problems(400, 401, 403, 404, 409) | {200: {"model": PersonDecisionOut}}
)
def decide_persons(
    body: PersonDecisionIn, response: Response, view: ViewDep, state: StateDep, rows: SourceRecordsDep, lead: LeadDep
) -> PersonDecisionOut:
    """Decide whether two rows in your areas are one person. 201: from the next night on; 200: it was decided so already."""
    pair = (body.left.row, body.right.row)
    rows.require(*pair)
    try:
        new = decisions.decide(state.casebook, rows, *pair, body.decision, body.reason, lead.username)
    except Conflict as error:  # the rows it names may lie elsewhere
        raise Conflict(error.what, remedy=error.remedy) from None
    response.status_code = 201 if new else 200
    stored = [d for d in decisions.history(state.casebook) if set(d.pair) == set(pair)][-1]
    return PersonDecisionOut(
        left=SourceRecordRef(source=stored.left.source, key=stored.left.key),
        right=SourceRecordRef(source=stored.right.source, key=stored.right.key),
        decision=stored.decision,
        reason=stored.reason,
        decided_by=stored.decided_by,
        decided_at=stored.decided_at,
        release=view.release_id,
    )


def _pairs(view: View, state: StateDep, rows: list[Row]) -> list[Row]:
    """Pairs as fields of `PersonPair`, with the candidate's name and decisions made since the release."""
    ids = sorted({row["person_id"] for row in rows} - {None})
    condition = Condition("person_id", "in", ids)
    people = view.rows("person", condition, columns=("person_id", "name")) if ids else []
    names = {person["person_id"]: person["name"] for person in people}
    decided = {d.pair: d.decision for d in decisions.current_decisions(state.casebook)}
    return [
        row | {"person_name": names.get(row["person_id"]), "decision": decided.get(_pair(row))}
        for row in view.with_labels("person_pair", rows)
    ]


def _pair(row: Row) -> tuple[SourceRecord, SourceRecord]:
    left, right = SourceRecord(row["left_source"], row["left_key"]), SourceRecord(row["right_source"], row["right_key"])
    return min(left, right), max(left, right)
