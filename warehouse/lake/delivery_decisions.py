"""What the operator decides about a delivery: withdrawn, restored, accepted. The newest decision counts.

Decisions lie in the casebook, so they survive a lake that is rebuilt from landing; `settled` puts them onto the lake's
records, whenever one is written and at once. Not here: what reading says of a delivery (`pipelines/ingest/ingest.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, NamedTuple

from contracts.errors import DeliveryError
from warehouse.casebook.append_only import record_reader
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.decision_log import DecisionLog, Newest
from warehouse.casebook.tables import delivery_decisions
from warehouse.lake.lake import Delivery, Lake

DeliveryAction = Literal["withdrawn", "restored", "accepted"]


class DeliveryDecision(NamedTuple):
    """What somebody decided about a delivery, when (UTC), and why."""

    table_name: str
    delivery_id: str
    decision: DeliveryAction
    reason: str
    decided_by: str
    decided_at: datetime


LOG: Final = DecisionLog(
    delivery_decisions, record_reader(DeliveryDecision), subject=lambda d: (d.table_name, d.delivery_id)
)


@dataclass(frozen=True)
class DeliveryDecisions:
    """The newest decision by table and delivery."""

    newest: Newest[DeliveryDecision]

    @classmethod
    def of(cls, casebook: Casebook) -> DeliveryDecisions:
        return cls(LOG.newest(LOG.history(casebook)))

    def settled(self, delivery: Delivery) -> Delivery:
        """The delivery with the status people gave it; as reading judged it where nobody did, or it was restored.

        An acceptance counts while reading holds the delivery and has rows of it: a file that a changed contract cannot
        read any more has none.
        """
        decided = self.newest.get((delivery.table, delivery.id))
        judged = delivery.judged or delivery.status
        if decided and decided.decision == "withdrawn":
            return replace(delivery, status="withdrawn", judged=judged, decision=decided.reason)
        if decided and decided.decision == "accepted" and judged == "held" and delivery.accepted:
            return replace(delivery, status="accepted", judged=judged, decision=decided.reason)
        return replace(delivery, status=judged, judged="", decision="")


def apply_decisions(lake: Lake, casebook: Casebook) -> list[Delivery]:
    """Put every decision onto the records it is about; the deliveries that changed. Again changes nothing."""
    decisions = DeliveryDecisions.of(casebook)
    changed = []
    for decision in decisions.newest.values():
        known = lake.find(decision.table_name, decision.delivery_id)
        if known and (settled := decisions.settled(known)) != known:
            lake.record(settled)
            changed.append(settled)
    return changed


def decide(lake: Lake, casebook: Casebook, delivery: Delivery, act: DeliveryAction, reason: str, by: str) -> Delivery:
    """Write a decision down and apply it; the delivery as it is now.

    DeliveryError where it would change nothing or cannot be done, CasebookError for a reason that may not be written.
    """
    _require_sense(delivery, act)
    write_decision(casebook, delivery.table, delivery.id, act, reason, by)
    apply_decisions(lake, casebook)
    return lake.find(delivery.table, delivery.id) or delivery


def write_decision(casebook: Casebook, table: str, delivery_id: str, act: DeliveryAction, reason: str, by: str) -> None:
    """CasebookError for a reason that is none, or holds somebody's number."""
    LOG.add(casebook, reason, by, lambda _: {"table_name": table, "delivery_id": delivery_id, "decision": act})


def _require_sense(delivery: Delivery, act: DeliveryAction) -> None:
    where = f"{delivery.id} ({delivery.file_name})"
    if act == "withdrawn" and delivery.status == "withdrawn":
        raise DeliveryError("is withdrawn already", where=where, remedy="`hub delivery restore` takes that back")
    if act == "restored" and not delivery.judged:
        raise DeliveryError("nobody has decided about it", where=where, remedy="there is nothing to restore")
    if act == "accepted" and delivery.status != "held":
        raise DeliveryError(
            f"is {delivery.status}, and only a held delivery can be accepted", where=where, remedy=_next(delivery)
        )
    if act == "accepted" and not delivery.accepted:
        raise DeliveryError(
            "has no rows that could come into force", where=where, remedy="ask the office for a corrected file"
        )


def _next(delivery: Delivery) -> str:
    remedies = {
        "accepted": "it is in force by its table's load",
        "withdrawn": "`hub delivery restore` it first",
        "waiting": "`hub nightly` reads it",
    }
    return remedies.get(delivery.status, "ask the office for a corrected file")
