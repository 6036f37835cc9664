"""What people decide about two office rows: one person (`same`), two (`different`), or undecided again (`open`).

Decisions lie in the casebook, so every later night reads them; the newest on a pair counts. Those that stand never
contradict each other: who is the same as the same is the same. Not here: what linkage makes of them (pipelines/linkage),
whether a row is there (source_records.py).
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
    """`left` sorts before `right`, for the pair has no order; `decided_at` is UTC."""

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
    """From the next night on the two are one person. False and errors as `decide`."""
    return decide(casebook, rows, left, right, "same", reason, by)


def unlink(
    casebook: Casebook, rows: SourceRecords, left: SourceRecord, right: SourceRecord, reason: str, by: str
) -> bool:
    """From the next night on the two are two persons, whatever matches. False and errors as `decide`."""
    return decide(casebook, rows, left, right, "different", reason, by)


def reopen(
    casebook: Casebook, rows: SourceRecords, left: SourceRecord, right: SourceRecord, reason: str, by: str
) -> bool:
    """Take either back: linkage decides again. False and errors as `decide`; NothingToRevoke where there was nothing."""
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
    """Write a verdict down. False where it stands already.

    NotFound for a row that is not there (it may have gone where the pair is left open again); CasebookError for a row
    and itself or a reason that may not be kept; Conflict where decisions on other pairs say the opposite.
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
    """Conflict where the verdict and the decisions on other pairs would make two rows the same and different."""
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
        joined = _reached(same, left)
        different = [pair for pair in different if joined.keys() >= set(pair)]
    else:
        return
    for a, b in different:
        if chain := _chain(same, a, b):
            raise Conflict(
                "decisions that stand say the opposite",
                where=f"{a} and {b} are different, but {' = '.join(map(str, chain))}",
                remedy="reopen the decision that is wrong first",
            )


def _reached(same: Neighbours, start: SourceRecord) -> dict[SourceRecord, SourceRecord]:
    """Every row that is the same as `start`, with the one it was reached from."""
    came_from, waiting = {start: start}, deque([start])
    while waiting:
        row = waiting.popleft()
        for near in sorted(same.get(row, ())):
            if near not in came_from:
                came_from[near] = row
                waiting.append(near)
    return came_from


def _chain(same: Neighbours, start: SourceRecord, end: SourceRecord) -> list[SourceRecord]:
    """The rows from one to the other, each the same as the next; none where they are not connected."""
    came_from = _reached(same, start)
    if end not in came_from:
        return []
    chain = [end]
    while chain[-1] != start:
        chain.append(came_from[chain[-1]])
    return chain[::-1]
