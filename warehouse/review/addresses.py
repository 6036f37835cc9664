"""People's decisions about addresses: an alias of an estate, or the door of a whole spelling. The newest decision counts.

Decisions are in the casebook, so every later night reads them. Belongs here: accepting and revoking. Does not: looking up
estates and doors (address_targets.py), parsing by decisions (pipelines/address).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from warehouse.casebook.append_only import Conflict, NothingToRevoke, record_reader
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.casebook.decision_log import DecisionLog, Newest
from warehouse.casebook.tables import address_decisions
from warehouse.review.address_targets import AddressTarget, AddressTargets

LONGEST = 200  # characters of a spelling
Kind = Literal["alias", "spelling"]


class AddressDecision(NamedTuple):
    """One decision; `decided_at` is UTC.

    `written` is a text normalised by `normal_spelling`: an alias of an estate, before a building number, or a whole
    spelling of a door.
    """

    kind: Kind
    written: str
    community_code: str | None
    estate: str | None
    standard_address: str | None
    decision: Literal["accepted", "revoked"]
    reason: str
    decided_by: str
    decided_at: datetime

    @property
    def target(self) -> AddressTarget:
        return AddressTarget(self.community_code, self.estate, self.standard_address)


LOG: Final = DecisionLog(
    address_decisions,
    record_reader(AddressDecision),
    subject=lambda d: (d.kind, d.written),
    holds=lambda d: d.decision == "accepted",
)
history, current_decisions = LOG.history, LOG.current


def decisions_within(places: AddressTargets, decisions: Sequence[AddressDecision]) -> list[AddressDecision]:
    """The decisions about places in the user's areas."""
    mine = places.mine([d.target for d in decisions])
    return [d for d, is_mine in zip(decisions, mine, strict=True) if is_mine]


def accept_alias(
    casebook: Casebook, places: AddressTargets, written: str, community_code: str, estate: str, reason: str, by: str
) -> bool:
    """Accept `written` as an alias of the estate from the next night on. False if that was decided before.

    NotFound for an unknown estate; CasebookError for an invalid spelling or reason, or a spelling that is a name itself;
    Conflict if it was decided to mean another place.
    """
    written = validate_decision(written)
    places.require_estate(community_code, estate)
    places.require_unnamed(written)
    return _accept(casebook, "alias", written, AddressTarget(community_code, estate, None), reason, by)


def accept_spelling(
    casebook: Casebook, places: AddressTargets, written: str, standard_address: str, reason: str, by: str
) -> bool:
    """Accept the whole spelling `written` as that door from the next night on. False and errors as `accept_alias`."""
    written, standard_address = validate_decision(written), standard_address.strip()
    places.require_door(standard_address)
    return _accept(casebook, "spelling", written, AddressTarget(None, None, standard_address), reason, by)


def revoke(casebook: Casebook, kind: Kind, written: str, reason: str, by: str) -> bool:
    """Revoke a decision, so that the next night parses `written` by itself. False if it was revoked before.

    NothingToRevoke if nothing was ever accepted about it; CasebookError for an invalid reason.
    """
    written = validate_decision(written)

    def follow(newest: Newest[AddressDecision]) -> dict[str, Any] | None:
        before = newest.get((kind, written))
        if before is None:
            raise NothingToRevoke("nothing was decided about this writing", remedy="look at what is accepted")
        return None if before.decision == "revoked" else before._asdict() | {"decision": "revoked"}

    return LOG.add(casebook, reason, by, follow)


def validate_decision(written: str) -> str:
    """The spelling in normal form. CasebookError for an empty or too long one, or one with somebody's number."""
    # late: they import polars, which would delay every start
    from contracts.identifiers import mask_in_text, normal_spelling

    written = normal_spelling(written)
    if not 0 < len(written) <= LONGEST:
        raise CasebookError(f"a writing has 1 to {LONGEST} characters", remedy="give the address or a part of it")
    if mask_in_text(written) != written:
        raise CasebookError("the writing holds an ID number or a phone number", remedy="give it as the review lists it")
    return written


def _accept(casebook: Casebook, kind: Kind, written: str, target: AddressTarget, reason: str, by: str) -> bool:
    def follow(newest: Newest[AddressDecision]) -> dict[str, Any] | None:
        before = newest.get((kind, written))
        if before is None or before.decision == "revoked":
            return {"kind": kind, "written": written, "decision": "accepted"} | target._asdict()
        if before.target == target:
            return None
        raise Conflict("this writing was decided to mean another place", remedy="revoke that first")

    return LOG.add(casebook, reason, by, follow)
