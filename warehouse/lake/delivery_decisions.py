"""What the operator decides about a delivery: withdrawn, restored, accepted. The newest decision counts.

Decisions lie in the casebook, so they survive a lake that is rebuilt from landing; `settled` puts them onto the lake's
records, whenever one is written and at once. Not here: what reading says of a delivery (`pipelines/ingest/ingest.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from contracts.errors import DeliveryError
from warehouse.casebook.casebook import Casebook, CasebookAction, DeliveryDecision
from warehouse.lake.lake import Delivery, Lake


@dataclass(frozen=True)
class DeliveryDecisions:
    """The newest decision by table and delivery."""

    newest: dict[tuple[str, str], DeliveryDecision]

    @classmethod
    def of(cls, casebook: Casebook) -> DeliveryDecisions:
        return cls({(d.table, d.delivery_id): d for d in casebook.decisions()})

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
    for table, delivery_id in decisions.newest:
        known = lake.find(table, delivery_id)
        if known and (settled := decisions.settled(known)) != known:
            lake.record(settled)
            changed.append(settled)
    return changed


def decide(lake: Lake, casebook: Casebook, delivery: Delivery, act: CasebookAction, reason: str, by: str) -> Delivery:
    """Write a decision down and apply it; the delivery as it is now.

    DeliveryError where it would change nothing or cannot be done, CasebookError for a reason that may not be written.
    """
    _require_sense(delivery, act)
    casebook.decide(delivery.table, delivery.id, act, reason, by)
    apply_decisions(lake, casebook)
    return lake.find(delivery.table, delivery.id) or delivery


def _require_sense(delivery: Delivery, act: CasebookAction) -> None:
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
