"""待核地址 addresses that wait for somebody who knows the place, and what was decided they mean."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.contract_models import ContractRow, columns_of
from api.dependencies import AddressTargetsDep, LeadDep, StateDep, ViewDep
from api.paging import Cursor, Limit, PagePosition
from api.schemas import Page, ReleaseResponse, problems
from api.view import View
from warehouse.access.filters import Condition
from warehouse.casebook.append_only import NothingToRevoke
from warehouse.review import addresses as decisions
from warehouse.review.addresses import AddressDecision

router = APIRouter(prefix="/v1/addresses", tags=["addresses"])
Written = Annotated[str, Field(max_length=1000, description="as the review lists it, or a part of it")]
Reason = Annotated[str, Field(max_length=1000, description="why, in a sentence that names no person; it is kept")]


class AddressReview(ContractRow):
    """A spelling that names no single home."""

    model_config = columns_of("address_review")


class AddressReviewPage(Page[AddressReview]):
    """待核地址: spellings to decide about."""


class AliasIn(BaseModel):
    """What stands before a building number, and the estate it means."""

    model_config = ConfigDict(extra="forbid")

    written: Written
    community_code: str = Field(pattern="^[0-9]{12}$", examples=["140213052012"])
    estate: str = Field(max_length=100, examples=["柳港园西院"])
    reason: Reason


class SpellingIn(BaseModel):
    """A whole spelling, and the door it means."""

    model_config = ConfigDict(extra="forbid")

    written: Written
    standard_address: str = Field(max_length=200, description="of a dwelling, or of a door that nobody has named yet")
    reason: Reason


class RevocationIn(BaseModel):
    """Which decision is taken back."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["alias", "spelling"]
    written: Written
    reason: Reason


class AddressDecisionOut(BaseModel):
    """What was decided about a writing: an alias means an estate, a spelling a door."""

    kind: Literal["alias", "spelling"]
    written: str | None = Field(description="null where your role sees no address as it was written")
    community_code: str | None
    estate: str | None
    standard_address: str | None
    decision: Literal["accepted", "revoked"]
    reason: str
    decided_by: str
    decided_at: datetime


class AddressDecisionResponse(ReleaseResponse):
    """The decision as it stands now."""

    decided: AddressDecisionOut


class AddressDecisionPage(Page[AddressDecisionOut]):
    """What is accepted."""


@router.get("/review", responses=problems(400, 401, 404, 410))
def addresses_in_review(
    caller: ViewDep,
    rule: Annotated[
        str | None, Query(max_length=50, description="why it names none: address_rule", examples=["unknown_estate"])
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AddressReviewPage:
    """Spellings of your areas that do not name exactly one home, those that most rows carry first."""
    where = [Condition("rule", "eq", rule)] if rule is not None else []
    items, next_cursor = caller.page("address_review", where, limit, cursor, order=("-uses", "address_id"))
    rows = caller.labelled("address_review", items)
    return AddressReviewPage(items=rows, next_cursor=next_cursor, release=caller.release_id)


@router.get("/aliases", responses=problems(400, 401, 404, 410))
def address_decisions(
    caller: ViewDep, hub: StateDep, places: AddressTargetsDep, limit: Limit = 50, cursor: Cursor = None
) -> AddressDecisionPage:
    """What is accepted for your areas: aliases of estates, and spellings of doors. The next night reads by it."""
    place = PagePosition.of(cursor, caller.release_id, "aliases")
    caller.grant("address_review")
    found = decisions.decisions_within(places, decisions.current_decisions(hub.casebook))[
        place.at : place.at + limit + 1
    ]
    rows, next_cursor = place.cut([{"decided": d} for d in found], limit)
    items = [_shown(caller, row["decided"]) for row in rows]
    return AddressDecisionPage(items=items, next_cursor=next_cursor, release=caller.release_id)


@router.post(
    "/aliases", status_code=201, responses=problems(400, 401, 403, 404, 409) | {200: {"model": AddressDecisionResponse}}
)
def decide_address(
    body: AliasIn | SpellingIn,
    response: Response,
    caller: ViewDep,
    hub: StateDep,
    places: AddressTargetsDep,
    lead: LeadDep,
) -> AddressDecisionResponse:
    """Decide what a spelling means. 201: from the next night on; 200: that was decided already, nothing changes."""
    if isinstance(body, AliasIn):
        place = (body.community_code, body.estate)
        new = decisions.accept_alias(hub.casebook, places, body.written, *place, body.reason, lead.username)
    else:
        home = body.standard_address
        new = decisions.accept_spelling(hub.casebook, places, body.written, home, body.reason, lead.username)
    kind: decisions.Kind = "alias" if isinstance(body, AliasIn) else "spelling"
    return _answer(caller, hub, response, kind, body.written, new)


@router.post(
    "/aliases/revoke",
    status_code=201,
    responses=problems(400, 401, 403, 404) | {200: {"model": AddressDecisionResponse}},
)
def revoke_address_decision(
    body: RevocationIn, response: Response, caller: ViewDep, hub: StateDep, places: AddressTargetsDep, lead: LeadDep
) -> AddressDecisionResponse:
    """Take a decision back. 201: from the next night on; 200: it was taken back already, nothing changes."""
    if not decisions.decisions_within(places, _of(hub, body.kind, body.written)):
        raise NothingToRevoke("nothing was decided about this writing", remedy="see GET /v1/addresses/aliases")
    new = decisions.revoke(hub.casebook, body.kind, body.written, body.reason, lead.username)
    return _answer(caller, hub, response, body.kind, body.written, new)


def _of(hub: StateDep, kind: decisions.Kind, written: str) -> list[AddressDecision]:
    """The newest decision about a writing, if there is one."""
    about = (kind, decisions.validate_decision(written))
    return [d for d in decisions.history(hub.casebook) if (d.kind, d.written) == about][-1:]


def _answer(
    caller: View, hub: StateDep, response: Response, kind: decisions.Kind, written: str, new: bool
) -> AddressDecisionResponse:
    response.status_code = 201 if new else 200
    [decided] = _of(hub, kind, written)
    return AddressDecisionResponse(decided=_shown(caller, decided), release=caller.release_id)


def _shown(caller: View, decision: AddressDecision) -> AddressDecisionOut:
    """As the caller may see it: a whole spelling as an address that was written, its door as a dwelling's."""
    hidden = []
    if decision.kind == "spelling" and caller.grant("address_review").treatments["address"] != "full":
        hidden.append("written")
    if caller.grant("dwelling").treatments["standard_address"] != "full":
        hidden.append("standard_address")
    return AddressDecisionOut(**decision._asdict() | dict.fromkeys(hidden))
