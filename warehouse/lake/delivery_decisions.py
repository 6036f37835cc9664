"""The operator's decisions about deliveries: withdrawn, restored, accepted. The newest decision counts.

Decisions are in the casebook, so they survive a lake that is rebuilt from landing; `settle` applies them to a record
whenever it is written, `apply_decisions` to all records. Not here: the status by reading (`pipelines/ingest/ingest.py`).
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
    """One decision about a delivery; `decided_at` is UTC."""

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

    def settle(self, delivery: Delivery) -> Delivery:
        """The delivery with its decided status; the status by reading if there is no decision or it was restored.

        An acceptance counts only while the delivery is held by reading and has accepted rows: a file that cannot be read
        by a changed contract has none.
        """
        newest = self.newest.get((delivery.table, delivery.id))
        by_reading = delivery.judged or delivery.status
        if newest and newest.decision == "withdrawn":
            return replace(delivery, status="withdrawn", judged=by_reading, decision=newest.reason)
        if newest and newest.decision == "accepted" and by_reading == "held" and delivery.accepted:
            return replace(delivery, status="accepted", judged=by_reading, decision=newest.reason)
        return replace(delivery, status=by_reading, judged="", decision="")


def apply_decisions(lake: Lake, casebook: Casebook) -> list[Delivery]:
    """Apply every decision to the record of its delivery; returns the deliveries that changed. Idempotent."""
    decisions = DeliveryDecisions.of(casebook)
    changed = []
    for decision in decisions.newest.values():
        known = lake.find(decision.table_name, decision.delivery_id)
        if known and (settled := decisions.settle(known)) != known:
            lake.record(settled)
            changed.append(settled)
    return changed


def decide(lake: Lake, casebook: Casebook, delivery: Delivery, act: DeliveryAction, reason: str, by: str) -> Delivery:
    """Store a decision and apply it; returns the delivery with its new status.

    DeliveryError if it would change nothing or cannot be done, CasebookError for an invalid reason.
    """
    _require_possible(delivery, act)
    write_decision(casebook, delivery.table, delivery.id, act, reason, by)
    apply_decisions(lake, casebook)
    return lake.find(delivery.table, delivery.id) or delivery


def write_decision(casebook: Casebook, table: str, delivery_id: str, act: DeliveryAction, reason: str, by: str) -> None:
    """Append a decision. CasebookError for an empty reason or one with somebody's number."""
    LOG.add(casebook, reason, by, lambda _: {"table_name": table, "delivery_id": delivery_id, "decision": act})


def _require_possible(delivery: Delivery, act: DeliveryAction) -> None:
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
