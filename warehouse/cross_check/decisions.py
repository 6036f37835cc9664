"""Decisions to stop or restart a rule in an area. Append-only, by a client's key; the newest on a rule and area counts.

An area is the prefix of its grids' codes: none (the whole city), 6 digits (a county) or 9 (a subdistrict).
Not here: the state of a rule that follows (precision.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from warehouse.access.areas import area_prefix
from warehouse.casebook.append_only import Conflict, record_reader
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.casebook.decision_log import DecisionLog
from warehouse.casebook.tables import rule_decisions

Act = Literal["stopped", "restarted"]
EVERYWHERE: Final = ""
DIGITS: Final = (0, 6, 9)  # lengths of the areas in which figures are counted and rules stopped


class RuleDecision(NamedTuple):
    """One decision; `decided_at` is UTC."""

    key: str
    rule: str
    area: str
    decision: Act
    reason: str
    decided_by: str
    decided_at: datetime


LOG: Final = DecisionLog(rule_decisions, record_reader(RuleDecision), subject=lambda d: (d.rule, d.area))


def history(casebook: Casebook, rule: str | None = None) -> list[RuleDecision]:
    """Every decision, or those on one rule, oldest first."""
    return LOG.history(casebook, *([] if rule is None else [rule_decisions.c.rule == rule]))


def area_of(code: str) -> str:
    """The area of a code (140213052000 → 140213052). CasebookError for a level at which figures are not counted."""
    area = area_prefix(code) if code else EVERYWHERE
    if len(area) not in DIGITS:
        raise CasebookError("a rule is stopped in a county, a subdistrict or everywhere", remedy="give 6 or 9 digits")
    return area


def was_decided(casebook: Casebook, key: str, rule: str, area: str, decision: Act, reason: str, by: str) -> bool:
    """True if the same was decided under the key before. CasebookError for an invalid key; KeyReused for a used one."""
    return casebook.ledger.is_written(rule_decisions, key, _sent(rule, area, decision, reason, by))


def decide(
    casebook: Casebook, key: str, rule: str, area: str, decision: Act, reason: str, by: str, *, state: str
) -> bool:
    """Store a decision, which takes effect with the next night. False if the key stored it before.

    `state` is the rule's current state in the area (precision.py). Conflict if the decision would not change it: restarting
    a running rule would only reset its figures. CasebookError for an invalid reason; KeyReused.
    """
    sent = _sent(rule, area, decision, reason, by)
    if casebook.ledger.is_written(rule_decisions, key, sent):
        return False
    if (decision, state) in {("restarted", "running"), ("stopped", "stopped_by_person")}:
        raise Conflict(
            f"the rule is {state.replace('_', ' ')} there already",
            remedy="`hub rule explain` and GET /v1/rules show its state",
        )
    return LOG.add_once(casebook, key, sent, {"rule": rule, "area": area, "decision": decision}, reason, by)


def _sent(rule: str, area: str, decision: Act, reason: str, by: str) -> dict[str, Any]:
    return {"rule": rule, "area": area, "decision": decision, "reason": reason, "by": by}
