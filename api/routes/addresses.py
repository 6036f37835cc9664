"""待核地址 addresses that name no single home and wait for a decision, and the decisions about them."""

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
WrittenText = Annotated[str, Field(max_length=1000, description="the spelling as the review lists it, or a part of it")]
Reason = Annotated[str, Field(max_length=1000, description="why, in a sentence that names no person; it is kept")]


class AddressReview(ContractRow):
    """A spelling of an address that names no single home."""

    model_config = columns_of("address_review")


class AddressReviewPage(Page[AddressReview]):
    """A page of spellings to decide about (待核地址)."""


class AliasIn(BaseModel):
    """An alias of an estate: the text before a building number, and the estate it means."""

    model_config = ConfigDict(extra="forbid")

    written: WrittenText
    community_code: str = Field(pattern="^[0-9]{12}$", examples=["140213052012"])
    estate: str = Field(max_length=100, examples=["柳港园西院"])
    reason: Reason


class SpellingIn(BaseModel):
    """The address that a whole spelling means."""

    model_config = ConfigDict(extra="forbid")

    written: WrittenText
    standard_address: str = Field(max_length=200, description="of a known dwelling, or of one that no register has yet")
    reason: Reason


class RevocationIn(BaseModel):
    """A decision to revoke."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["alias", "spelling"]
    written: WrittenText
    reason: Reason


class AddressDecisionOut(BaseModel):
    """A decision about a spelling: an alias means an estate, a whole spelling one address."""

    kind: Literal["alias", "spelling"]
    written: str | None = Field(description="null if your role does not see addresses as offices wrote them")
    community_code: str | None
    estate: str | None
    standard_address: str | None
    decision: Literal["accepted", "revoked"]
    reason: str
    decided_by: str
    decided_at: datetime


class AddressDecisionResponse(ReleaseResponse):
    """The newest decision about the spelling."""

    decided: AddressDecisionOut


class AddressDecisionPage(Page[AddressDecisionOut]):
    """A page of accepted aliases and spellings."""


@router.get("/review", responses=problems(400, 401, 404, 410))
def addresses_in_review(
    view: ViewDep,
    rule: Annotated[
        str | None,
        Query(
            max_length=50,
            description="only spellings with this reason: a code of address_rule",
            examples=["unknown_estate"],
        ),
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AddressReviewPage:
    """List spellings of your areas that do not name exactly one home, the most frequent first."""
    where = [Condition("rule", "eq", rule)] if rule is not None else []
    items, next_cursor = view.page("address_review", where, limit, cursor, order=("-uses", "address_id"))
    rows = view.with_labels("address_review", items)
    return AddressReviewPage(items=rows, next_cursor=next_cursor, release=view.release_id)


@router.get("/aliases", responses=problems(400, 401, 404, 410))
def address_decisions(
    view: ViewDep, state: StateDep, targets: AddressTargetsDep, limit: Limit = 50, cursor: Cursor = None
) -> AddressDecisionPage:
    """List the aliases of estates and spellings of addresses accepted for your areas. They are used from the next night on."""
    position = PagePosition.of(cursor, view.release_id, "aliases")
    view.grant("address_review")
    found = decisions.decisions_within(targets, decisions.current_decisions(state.casebook))[
        position.at : position.at + limit + 1
    ]
    rows, next_cursor = position.cut([{"decided": d} for d in found], limit)
    items = [_decision_out(view, row["decided"]) for row in rows]
    return AddressDecisionPage(items=items, next_cursor=next_cursor, release=view.release_id)


@router.post(
    "/aliases", status_code=201, responses=problems(400, 401, 403, 404, 409) | {200: {"model": AddressDecisionResponse}}
)
def decide_address(
    body: AliasIn | SpellingIn,
    response: Response,
    view: ViewDep,
    state: StateDep,
    targets: AddressTargetsDep,
    lead: LeadDep,
) -> AddressDecisionResponse:
    """Decide what a spelling means. 201: it is used from the next night on; 200: it was decided so already."""
    if isinstance(body, AliasIn):
        place = (body.community_code, body.estate)
        new = decisions.accept_alias(state.casebook, targets, body.written, *place, body.reason, lead.username)
    else:
        home = body.standard_address
        new = decisions.accept_spelling(state.casebook, targets, body.written, home, body.reason, lead.username)
    kind: decisions.Kind = "alias" if isinstance(body, AliasIn) else "spelling"
    return _answer(view, state, response, kind, body.written, new)


@router.post(
    "/aliases/revoke",
    status_code=201,
    responses=problems(400, 401, 403, 404) | {200: {"model": AddressDecisionResponse}},
)
def revoke_address_decision(
    body: RevocationIn, response: Response, view: ViewDep, state: StateDep, targets: AddressTargetsDep, lead: LeadDep
) -> AddressDecisionResponse:
    """Revoke a decision. 201: from the next night on; 200: it was revoked already."""
    if not decisions.decisions_within(targets, _newest_decision(state, body.kind, body.written)):
        raise NothingToRevoke("nothing was decided about this writing", remedy="see GET /v1/addresses/aliases")
    new = decisions.revoke(state.casebook, body.kind, body.written, body.reason, lead.username)
    return _answer(view, state, response, body.kind, body.written, new)


def _newest_decision(state: StateDep, kind: decisions.Kind, written: str) -> list[AddressDecision]:
    """The newest decision about a spelling as a list of one, or an empty list."""
    about = (kind, decisions.validate_decision(written))
    return [d for d in decisions.history(state.casebook) if (d.kind, d.written) == about][-1:]


def _answer(
    view: View, state: StateDep, response: Response, kind: decisions.Kind, written: str, new: bool
) -> AddressDecisionResponse:
    response.status_code = 201 if new else 200
    [decided] = _newest_decision(state, kind, written)
    return AddressDecisionResponse(decided=_decision_out(view, decided), release=view.release_id)


def _decision_out(view: View, decision: AddressDecision) -> AddressDecisionOut:
    """The decision without the columns that the user's role does not see in full."""
    hidden = []
    if decision.kind == "spelling" and view.grant("address_review").treatments["address"] != "full":
        hidden.append("written")
    if view.grant("dwelling").treatments["standard_address"] != "full":
        hidden.append("standard_address")
    return AddressDecisionOut(**decision._asdict() | dict.fromkeys(hidden))
