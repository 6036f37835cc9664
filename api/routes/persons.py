"""待核人员 rows that may be one person, which rows a person is made of and why, and what was decided about them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Caller, TheHub, TheLead, TheOfficeRows
from api.answers import Answer, Page, Row, problems
from api.paging import Cursor, Limit
from api.view import View
from warehouse import person_decisions as decisions
from warehouse.conditions import Condition
from warehouse.ledger import Contradicted
from warehouse.office_rows import OfficeRow

router = APIRouter(prefix="/v1/persons", tags=["persons"])
LINK_ORDER = ("source", "record_key")


class Named(BaseModel):
    """A row of an office."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(pattern="^[a-z][a-z0-9_]{0,62}$", examples=["hotline"])
    key: Annotated[str, Field(min_length=1, max_length=128, description="`record_key`", examples=["20240301001"])]

    @property
    def row(self) -> OfficeRow:
        return OfficeRow(self.source, self.key)


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    left: Named
    right: Named
    decision: decisions.Verdict = Field(description="same: one person; different: two; open: linkage decides again")
    reason: str = Field(max_length=1000, description="why, in a sentence that names no person; it is kept")


class Decided(Answer):
    left: Named
    right: Named
    decision: Literal["same", "different", "open"]
    reason: str
    decided_by: str
    decided_at: datetime


class Links(Answer):
    person_id: str = Field(
        description="the id she has now; another than was asked for where that one became part of it"
    )
    links: list[Row] = Field(description="office rows of your areas that are this person: rule, weight, reasons")
    waiting: list[Row] = Field(description="rows that may be this person; as GET /v1/persons/review has them")


@router.get("/review", responses=problems(400, 401, 404, 410))
def review(caller: Caller, hub: TheHub, limit: Limit = 50, cursor: Cursor = None) -> Page:
    """Pairs of rows that may be one person, the likeliest first; `decision` was made since and counts tonight."""
    order = ("-match_weight", "pair_id")
    items, next_cursor = caller.page("person_pair", (), limit, cursor, order=order)
    return Page(items=_pairs(caller, hub, items), next_cursor=next_cursor, release=caller.release_id)


@router.get("/{person_id}/links", responses=problems(401, 404))
def links(person_id: str, caller: Caller, hub: TheHub) -> Links:
    """Which office rows are this person, and why: rule, match weight, and what each comparison gave."""
    person_id = _now(caller, person_id)
    is_hers = Condition("person_id", "eq", person_id)
    caller.one("person", is_hers)
    rows = caller.rows("person_link", is_hers, order=LINK_ORDER)
    waiting = caller.rows("person_pair", is_hers, order=("-match_weight", "pair_id"))
    return Links(
        person_id=person_id,
        links=caller.labelled("person_link", rows),
        waiting=_pairs(caller, hub, waiting),
        release=caller.release_id,
    )


@router.post("/decisions", status_code=201, responses=problems(400, 401, 403, 404, 409) | {200: {"model": Decided}})
def decide(
    body: Decision, response: Response, caller: Caller, hub: TheHub, rows: TheOfficeRows, lead: TheLead
) -> Decided:
    """Decide about two rows of your areas. 201: from the next night on; 200: that stands already, nothing changes."""
    pair = (body.left.row, body.right.row)
    rows.require(*pair)
    try:
        new = decisions.decide(hub.casebook, rows, *pair, body.decision, body.reason, lead.username)
    except Contradicted as error:  # the rows it names may lie elsewhere
        raise Contradicted(error.what, remedy=error.remedy) from None
    response.status_code = 201 if new else 200
    made = [d for d in decisions.history(hub.casebook) if set(d.pair) == set(pair)][-1]
    return Decided(
        left=Named(source=made.left.source, key=made.left.key),
        right=Named(source=made.right.source, key=made.right.key),
        decision=made.decision,
        reason=made.reason,
        decided_by=made.decided_by,
        decided_at=made.decided_at,
        release=caller.release_id,
    )


def _now(view: View, person_id: str) -> str:
    """The id that a person of this id has tonight: along the trail of what merged or was kept."""
    seen = {person_id}
    while True:
        asked = (Condition("alias_id", "eq", person_id), Condition("change", "in", ["kept", "merged"]))
        later = [row["person_id"] for row in view.rows("person_alias", *asked) if row["person_id"] not in seen]
        if not later:
            return person_id
        person_id = later[0]
        seen.add(person_id)


def _pairs(view: View, hub: TheHub, rows: list[Row]) -> list[Row]:
    """Pairs with the candidate's name, and what was decided about them since the release was made."""
    ids = sorted({row["person_id"] for row in rows} - {None})
    who = Condition("person_id", "in", ids)
    people = view.rows("person", who, columns=("person_id", "name")) if ids else []
    names = {person["person_id"]: person["name"] for person in people}
    decided = {d.pair: d.decision for d in decisions.standing(hub.casebook)}
    return [
        row | {"person_name": names.get(row["person_id"]), "decision": decided.get(_pair(row))}
        for row in view.labelled("person_pair", rows)
    ]


def _pair(row: Row) -> tuple[OfficeRow, OfficeRow]:
    left, right = OfficeRow(row["left_source"], row["left_key"]), OfficeRow(row["right_source"], row["right_key"])
    return min(left, right), max(left, right)
