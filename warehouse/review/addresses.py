"""What people decide an address means: an alias of an estate, or the home of a whole spelling. The newest decision counts.

Decisions lie in the casebook, so every later night reads them. Belongs here: accepting and revoking. Does not: whether
an estate or a door stands there (address_targets.py), what the parser makes of a decision (pipelines/address).
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

LONGEST = 200  # characters of what is decided about
Kind = Literal["alias", "spelling"]


class AddressDecision(NamedTuple):
    """`written` (as `normal_spelling` gives it) stands before a building number and means an estate, or is a whole
    spelling and means a door; `decided_at` is UTC.
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
    """Those about a place of the asker's."""
    mine = places.mine([d.target for d in decisions])
    return [d for d, is_mine in zip(decisions, mine, strict=True) if is_mine]


def accept_alias(
    casebook: Casebook, places: AddressTargets, written: str, community_code: str, estate: str, reason: str, by: str
) -> bool:
    """From the next night on `written` before a building number means that estate. False where that was decided already.

    NotFound for an estate that is not there; CasebookError for a writing or reason that may not be kept, or a writing
    that has a meaning of its own; Conflict where it was decided to mean something else.
    """
    written = validate_decision(written)
    places.require_estate(community_code, estate)
    places.require_unnamed(written)
    return _accept(casebook, "alias", written, AddressTarget(community_code, estate, None), reason, by)


def accept_spelling(
    casebook: Casebook, places: AddressTargets, written: str, standard_address: str, reason: str, by: str
) -> bool:
    """From the next night on the whole spelling `written` means that door. False and errors as `accept_alias`."""
    written, standard_address = validate_decision(written), standard_address.strip()
    places.require_door(standard_address)
    return _accept(casebook, "spelling", written, AddressTarget(None, None, standard_address), reason, by)


def revoke(casebook: Casebook, kind: Kind, written: str, reason: str, by: str) -> bool:
    """Take a decision back: the next night reads `written` by itself again. False where that was done already.

    NothingToRevoke where nothing was ever accepted about it; CasebookError for a reason that may not be kept.
    """
    written = validate_decision(written)

    def follow(newest: Newest[AddressDecision]) -> dict[str, Any] | None:
        before = newest.get((kind, written))
        if before is None:
            raise NothingToRevoke("nothing was decided about this writing", remedy="look at what is accepted")
        return None if before.decision == "revoked" else before._asdict() | {"decision": "revoked"}

    return LOG.add(casebook, reason, by, follow)


def validate_decision(written: str) -> str:
    """The normal form of what is decided about. CasebookError for nothing, too much, or somebody's number."""
    # late: they bring polars, for which no start should wait
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
