"""Giving a verdict: everything that must be so before what somebody saw of a finding is written down, for good.

A retry is answered before anything else is looked at. Not here: the rows as they are read (verdicts.py), the walk they belong
to (visits.py), what they come to (resolution.py).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from contracts.errors import AccessError
from warehouse.access.masking import FIELD_ROLES
from warehouse.access.policy import User
from warehouse.casebook.append_only import Conflict, LogEntry
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.casebook.tables import door_values, verdicts
from warehouse.fieldwork.observed_values import TokenizedValue, ValueInput, ValueValidator
from warehouse.fieldwork.resolution import CONCLUSIVE, DECIDES, Resolution, resolve
from warehouse.fieldwork.scope import FieldScope, Finding
from warehouse.fieldwork.validation import InputValidator
from warehouse.fieldwork.verdicts import Verdict, history

MOST_VALUES: Final = 20


class FindingClosed(Conflict):
    """It has been judged, and what a worker says of it now would change nothing."""


class VerdictSubmission(NamedTuple):
    """What somebody saw of a finding as the release `release` showed it. `seen_on` is a day in the hub's time zone."""

    key: str
    finding_id: str
    release: str
    verdict: str
    reason_code: str
    seen_on: date
    proof: str
    note: str = ""
    values: tuple[ValueInput, ...] = ()


@dataclass(frozen=True)
class Fieldwork:
    """Where somebody writes: who she is, what of the release is hers, and what her words and values must be like."""

    casebook: Casebook
    user: User
    stops: FieldScope
    words: InputValidator
    values: ValueValidator

    def require_writer(self) -> None:
        """AccessError for whoever goes to no door."""
        if self.user.role not in FIELD_ROLES:
            raise AccessError(
                "only grid workers, grid leads and district supervisors write down what they saw",
                remedy="read GET /v1/findings",
            )


class SubmissionResult(NamedTuple):
    """A verdict as it is kept, the evidence its finding has now and what all on it come to: None where it has gone since."""

    is_new: bool
    verdict: Verdict
    evidence_hash: str | None
    standing: Resolution | None


class PreparedVerdict(NamedTuple):
    """A verdict that may be written: the row to add, and those on its finding before."""

    entry: LogEntry
    verdict: Verdict
    so_far: list[Verdict]


def submit_verdict(door: Fieldwork, seen: VerdictSubmission) -> SubmissionResult:
    """Write a verdict down; not new where exactly this was written before.

    NotFound, FindingGone, EvidenceChanged as `Stops.finding`; FindingClosed for a worker where it is judged already; SameKey
    for a key that stands for something else; CasebookError for what may not be written; AccessError for other roles.
    """
    door.require_writer()
    judged = prepare_verdict(door, seen)
    if judged is None or not door.casebook.ledger.once_each([judged.entry])[0]:
        return _given_before(door, seen)
    present = judged.verdict.evidence_hash
    return SubmissionResult(True, judged.verdict, present, resolve([*judged.so_far, judged.verdict], present))


def prepare_verdict(door: Fieldwork, seen: VerdictSubmission, visit_key: str | None = None) -> PreparedVerdict | None:
    """The verdict ready to be written, its numbers in the vault. None where exactly this was written before; errors as `give`."""
    hidden = [door.values.hidden(said) for said in seen.values]
    told = _told(door, seen, hidden, visit_key)
    if door.casebook.ledger.said(verdicts, seen.key, told):
        return None
    finding = door.stops.finding(seen.finding_id, seen.release)
    verdict = _verdict(door, seen, finding, hidden, visit_key)
    # but for her own under this key, written by a request that was sent twice
    so_far = [v for v in history(door.casebook, [finding.finding_id]) if v.key != verdict.key]
    _require_open(finding, verdict, so_far)
    door.values.keep(seen.key, hidden)
    row = {name: value for name, value in verdict._asdict().items() if name in ROW}
    parts = [{"verdict_key": verdict.key, **value._asdict()} for value in verdict.values]
    return PreparedVerdict(LogEntry(verdicts, seen.key, told, row, {door_values: parts}), verdict, so_far)


def _given_before(door: Fieldwork, seen: VerdictSubmission) -> SubmissionResult:
    every = history(door.casebook, [seen.finding_id])
    [verdict] = [v for v in every if v.key == seen.key]
    present = door.stops.evidence_of(seen.finding_id)
    return SubmissionResult(False, verdict, present, resolve(every, present) if present else None)


ROW: Final = frozenset(Verdict._fields) - {"id", "key", "values"}


def _told(
    door: Fieldwork, seen: VerdictSubmission, hidden: Sequence[TokenizedValue], visit_key: str | None
) -> dict[str, Any]:
    """What a retry must say again: all but the release, which may be another by then. Tokens stand for numbers."""
    told = seen._asdict() | {"values": [tuple(value) for value, _ in hidden], "by": door.user.username}
    return {name: told[name] for name in told if name not in ("key", "release")} | {"visit": visit_key}


def _verdict(
    door: Fieldwork, seen: VerdictSubmission, finding: Finding, hidden: Sequence[TokenizedValue], visit_key: str | None
) -> Verdict:
    words = door.words
    verdict = words.code("verdict", seen.verdict, "verdict")
    note = words.note(seen.note)
    if words.code("verdict_reason", seen.reason_code, "reason_code") == "other" and not note:
        raise CasebookError("the reason `other` is told in the note", where="note", remedy="say what it was")
    if hidden and verdict not in CONCLUSIVE:
        raise CasebookError(
            f"who gives values saw something: her verdict is {', '.join(sorted(CONCLUSIVE))}", where="values",
            remedy="leave the values out, or give that verdict",
        )  # fmt: skip
    if len(hidden) > MOST_VALUES:
        raise CasebookError(f"a verdict has at most {MOST_VALUES} values", where="values", remedy="give fewer")
    return Verdict(
        id=sys.maxsize,  # newer than all that are written
        key=seen.key,
        visit_key=visit_key,
        finding_id=finding.finding_id,
        rule=finding.rule,
        evidence_hash=finding.evidence_hash,
        stop_id=finding.stop_id,
        grid_code=finding.grid_code,
        verdict=verdict,
        reason_code=seen.reason_code,
        seen_on=words.day(seen.seen_on, "seen_on"),
        proof=words.code("proof", seen.proof, "proof"),
        note=note,
        given_by=door.user.username,
        role=door.user.role,
        given_at=words.now(),
        release_id=door.stops.release_id,
        values=tuple(door.values.checked(value, finding, door.stops) for value, _ in hidden),
    )


def _require_open(finding: Finding, verdict: Verdict, so_far: Sequence[Verdict]) -> None:
    """A lead may always decide. Until a night has closed the finding, a worker may take back her own word, and say otherwise
    than her colleague (then the lead decides); what would leave all that stands standing is turned away."""
    if verdict.role in DECIDES:
        return
    before, after = (resolve(said, finding.evidence_hash) for said in (so_far, [*so_far, verdict]))
    changes_nothing = before.status == "closed" and {*before.keys} <= {*after.keys}
    if finding.status == "closed" or changes_nothing:
        raise FindingClosed("this finding has been judged already", remedy="tell your lead what you know")
