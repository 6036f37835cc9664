"""People's decisions about two office rows: one person (`same`), two (`different`), or undecided again (`open`).

Decisions are in the casebook, so every later night reads them; the newest on a pair counts. Current decisions never
contradict each other, `same` being transitive. Not here: linkage by decisions (pipelines/linkage), looking up rows
(source_records.py).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Row

from warehouse.casebook.append_only import Conflict, NothingToRevoke
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.casebook.decision_log import DecisionLog, Newest
from warehouse.casebook.tables import person_decisions
from warehouse.review.source_records import SourceRecord, SourceRecords

PersonDecisionKind = Literal["same", "different", "open"]
Neighbours = dict[SourceRecord, set[SourceRecord]]


class PersonDecision(NamedTuple):
    """One decision on a pair without order, so `left` sorts before `right`; `decided_at` is UTC."""

    left: SourceRecord
    right: SourceRecord
    decision: PersonDecisionKind
    reason: str
    decided_by: str
    decided_at: datetime

    @property
    def pair(self) -> tuple[SourceRecord, SourceRecord]:
        return self.left, self.right


def _decision(row: Row[Any]) -> PersonDecision:
    left, right = SourceRecord(row.left_source, row.left_key), SourceRecord(row.right_source, row.right_key)
    return PersonDecision(left, right, row.decision, row.reason, row.decided_by, row.decided_at)


LOG: Final = DecisionLog(person_decisions, _decision, subject=lambda d: d.pair, holds=lambda d: d.decision != "open")
history, current_decisions = LOG.history, LOG.current


def link(
    casebook: Casebook, rows: SourceRecords, left: SourceRecord, right: SourceRecord, reason: str, by: str
) -> bool:
    """Make the two rows one person from the next night on. False and errors as `decide`."""
    return decide(casebook, rows, left, right, "same", reason, by)


def unlink(
    casebook: Casebook, rows: SourceRecords, left: SourceRecord, right: SourceRecord, reason: str, by: str
) -> bool:
    """Keep the two rows apart as two persons from the next night on, whatever matches. False and errors as `decide`."""
    return decide(casebook, rows, left, right, "different", reason, by)


def reopen(
    casebook: Casebook, rows: SourceRecords, left: SourceRecord, right: SourceRecord, reason: str, by: str
) -> bool:
    """Revoke the decision on two rows, so that linkage decides. False and errors as `decide`; NothingToRevoke for none."""
    return decide(casebook, rows, left, right, "open", reason, by)


def decide(
    casebook: Casebook,
    rows: SourceRecords,
    left: SourceRecord,
    right: SourceRecord,
    verdict: PersonDecisionKind,
    reason: str,
    by: str,
) -> bool:
    """Store a decision. False if it is the current one already.

    NotFound for an unknown row, unless the pair is left open again; CasebookError for a row and itself or an invalid
    reason; Conflict if decisions on other pairs contradict it.
    """
    if left == right:
        raise CasebookError("a row is the same as itself", where=str(left), remedy="name two rows")
    if verdict != "open":
        rows.require(left, right)
    pair = (min(left, right), max(left, right))

    def follow(newest: Newest[PersonDecision]) -> dict[str, Any] | None:
        before = newest.pop(pair, None)
        if before is None and verdict == "open":
            raise NothingToRevoke("nothing was decided about these two rows", remedy="look at the decisions that stand")
        if before and before.decision == verdict:
            return None
        _require_consistent(list(newest.values()), *pair, verdict)
        sides = zip(("left", "right"), pair, strict=True)
        ends = {f"{side}_{part}": value for side, row in sides for part, value in row._asdict().items()}
        return ends | {"decision": verdict}

    return LOG.add(casebook, reason, by, follow)


def _require_consistent(
    others: Sequence[PersonDecision], left: SourceRecord, right: SourceRecord, verdict: PersonDecisionKind
) -> None:
    """Raise Conflict if with this decision two rows would be both the same and different."""
    same: Neighbours = defaultdict(set)
    different = [d.pair for d in others if d.decision == "different"]
    for a, b in (d.pair for d in others if d.decision == "same"):
        same[a].add(b)
        same[b].add(a)
    if verdict == "different":
        different = [(left, right)]
    elif verdict == "same":
        same[left].add(right)
        same[right].add(left)
        connected = _connected(same, left)
        different = [pair for pair in different if connected.keys() >= set(pair)]
    else:
        return
    for a, b in different:
        if chain := _chain(same, a, b):
            raise Conflict(
                "decisions that stand say the opposite",
                where=f"{a} and {b} are different, but {' = '.join(map(str, chain))}",
                remedy="reopen the decision that is wrong first",
            )


def _connected(same: Neighbours, start: SourceRecord) -> dict[SourceRecord, SourceRecord]:
    """The rows that are the same as `start`, each with its predecessor on the way from there."""
    came_from, waiting = {start: start}, deque([start])
    while waiting:
        row = waiting.popleft()
        for near in sorted(same.get(row, ())):
            if near not in came_from:
                came_from[near] = row
                waiting.append(near)
    return came_from


def _chain(same: Neighbours, start: SourceRecord, end: SourceRecord) -> list[SourceRecord]:
    """The rows from `start` to `end`, each the same as the next; empty if they are not connected."""
    came_from = _connected(same, start)
    if end not in came_from:
        return []
    chain = [end]
    while chain[-1] != start:
        chain.append(came_from[chain[-1]])
    return chain[::-1]
