"""What people decide an address means: an alias of an estate, or the home of a whole spelling. The newest decision counts.

Decisions lie in the casebook, so every later night reads them. Belongs here: accepting and revoking. Does not: whether
an estate or a door stands there (address_targets.py), what the parser makes of a decision (pipelines/address).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Row

from warehouse.casebook.append_only import Conflict, NothingToRevoke
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
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


def history(casebook: Casebook) -> list[AddressDecision]:
    """Every decision, oldest first."""
    return _decisions(casebook.ledger.rows(address_decisions))


def current_decisions(casebook: Casebook) -> list[AddressDecision]:
    """What holds now: the newest decision on each writing, where that accepted it."""
    return [d for d in _newest(history(casebook)).values() if d.decision == "accepted"]


def decisions_within(places: AddressTargets, decisions: Sequence[AddressDecision]) -> list[AddressDecision]:
    """Those about a place of the asker's."""
    mine = places.mine([d.target for d in decisions])
    return [d for d, is_mine in zip(decisions, mine, strict=True) if is_mine]


def accept_alias(
    casebook: Casebook, places: AddressTargets, written: str, community_code: str, estate: str, reason: str, by: str
) -> bool:
    """From the next night on `written` before a building number means that estate. False where that was decided already.

    NotFound for an estate that is not there; CasebookError for a writing or reason that may not be kept, or a writing
    that has a meaning of its own; Contradicted where it was decided to mean something else.
    """
    written = validate_decision(written)
    places.require_estate(community_code, estate)
    places.require_unnamed(written)
    return _accept(casebook, "alias", written, {"community_code": community_code, "estate": estate}, reason, by)


def accept_spelling(
    casebook: Casebook, places: AddressTargets, written: str, standard_address: str, reason: str, by: str
) -> bool:
    """From the next night on the whole spelling `written` means that door. False and errors as `accept_alias`."""
    written, standard_address = validate_decision(written), standard_address.strip()
    places.require_door(standard_address)
    return _accept(casebook, "spelling", written, {"standard_address": standard_address}, reason, by)


def revoke(casebook: Casebook, kind: Kind, written: str, reason: str, by: str) -> bool:
    """Take a decision back: the next night reads `written` by itself again. False where that was done already.

    Undecided where nothing was ever accepted about it; CasebookError for a reason that may not be kept.
    """
    written = validate_decision(written)
    signed = casebook.ledger.signed(reason, by)

    def judge(rows: Sequence[Row[Any]]) -> dict[str, Any] | None:
        before = _newest(_decisions(rows)).get((kind, written))
        if before is None:
            raise NothingToRevoke("nothing was decided about this writing", remedy="look at what is accepted")
        if before.decision == "revoked":
            return None
        return before._asdict() | signed | {"decision": "revoked"}

    return casebook.ledger.add(address_decisions, judge)


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


def _accept(casebook: Casebook, kind: Kind, written: str, target: dict[str, str], reason: str, by: str) -> bool:
    signed = casebook.ledger.signed(reason, by)
    made: dict[str, Any] = {"kind": kind, "written": written, "decision": "accepted"}
    made |= dict.fromkeys(("community_code", "estate", "standard_address")) | target | signed

    def judge(rows: Sequence[Row[Any]]) -> dict[str, Any] | None:
        before = _newest(_decisions(rows)).get((kind, written))
        if before is None or before.decision == "revoked":
            return made
        if before.target == AddressDecision(**made).target:
            return None
        raise Conflict("this writing was decided to mean another place", remedy="revoke that first")

    return casebook.ledger.add(address_decisions, judge)


def _newest(decisions: Iterable[AddressDecision]) -> dict[tuple[str, str], AddressDecision]:
    return {(d.kind, d.written): d for d in decisions}


def _decisions(rows: Iterable[Row[Any]]) -> list[AddressDecision]:
    return [AddressDecision(*(getattr(row, name) for name in AddressDecision._fields)) for row in rows]
