"""Visits: one walk to one stop with all its verdicts, written in one transaction.

A visit without verdicts gives every open finding of the stop its outcome as a verdict (nobody home, refused, no access).
Not here: a single verdict (submit.py), who is to go where (assignments.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from hashlib import md5
from typing import Final, NamedTuple

from warehouse.casebook.append_only import LogEntry
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.casebook.tables import visits
from warehouse.fieldwork.resolution import resolve
from warehouse.fieldwork.submit import Fieldwork, VerdictSubmission, prepare_verdict
from warehouse.fieldwork.verdicts import history as verdicts_on

KINDS: Final = ("finding", "sample")
REASON_OF_OUTCOME: Final = {
    "nobody_home": "absent",
    "refused": "unwilling",
    "impossible": "no_access",
}  # outcome → its reason


class VisitSubmission(NamedTuple):
    """A visit as it is sent. Of `kind` sample it goes to a home without findings, to learn what the rules miss (`missed`)."""

    key: str
    stop_id: str
    release: str
    kind: str
    outcome: str
    visited_at: datetime
    note: str = ""
    missed: str | None = None
    verdicts: tuple[VerdictSubmission, ...] = ()


class Visit(NamedTuple):
    """A stored visit; `visited_at` and `written_at` are UTC."""

    id: int
    key: str
    stop_id: str
    grid_code: str | None
    kind: str
    outcome: str
    missed: str | None
    note: str
    visited_at: datetime
    visited_by: str
    written_at: datetime
    release_id: str


def submit_visit(fieldwork: Fieldwork, submission: VisitSubmission) -> bool:
    """Append a visit with its verdicts, all or none. False if the same submission was stored before.

    NotFound for a stop out of scope; CasebookError for invalid input; for each verdict the errors of `submit_verdict`.
    """
    fieldwork.require_writer()
    ledger = fieldwork.casebook.ledger
    sent = submission._asdict() | {"verdicts": [v.key for v in submission.verdicts], "by": fieldwork.user.username}
    del sent["key"], sent["release"]
    if ledger.is_written(visits, submission.key, sent):
        for retry in submission.verdicts:
            prepare_verdict(fieldwork, retry, submission.key)  # KeyReused if its content differs now
        return False
    row = _row(fieldwork, submission)
    submitted = submission.verdicts or tuple(_for_each(fieldwork, submission))
    entries = [prepared.entry for v in submitted if (prepared := prepare_verdict(fieldwork, v, submission.key))]
    for entry in entries:
        if entry.row["stop_id"] != submission.stop_id:
            raise CasebookError(
                "this finding belongs to another stop", where="verdicts", remedy="visit each stop by itself"
            )
    return ledger.once_each([LogEntry(visits, submission.key, sent, row), *entries])[0]


def history(casebook: Casebook, stop_id: str | None = None) -> list[Visit]:
    """Every visit, or those to one stop, oldest first."""
    return casebook.ledger.records(Visit, visits, *([visits.c.stop_id == stop_id] if stop_id is not None else []))


def sample_visits(casebook: Casebook) -> list[Visit]:
    """Every visit to a home without findings, oldest first."""
    return casebook.ledger.records(Visit, visits, visits.c.kind == "sample")


def _row(fieldwork: Fieldwork, submission: VisitSubmission) -> dict[str, object]:
    inputs = fieldwork.inputs
    grid = fieldwork.scope.grid_of(submission.stop_id)
    if submission.kind not in KINDS:
        raise CasebookError("there is no such kind of visit", where="kind", remedy=f"give one of {', '.join(KINDS)}")
    outcome = inputs.code("visit_outcome", submission.outcome, "outcome")
    note = inputs.note(submission.note)
    if submission.kind == "sample" and not fieldwork.scope.is_home(submission.stop_id):
        raise CasebookError("a sample is a visit to a home", where="stop_id", remedy="give the dwelling's id")
    if submission.kind == "finding" and outcome == "met" and not submission.verdicts:
        raise CasebookError(
            "a visit where somebody was met has a verdict", where="verdicts", remedy="give a verdict on a finding"
        )
    if submission.missed is not None:
        if submission.kind != "sample" or outcome != "met":
            raise CasebookError("only a sample tells what rules miss", where="missed", remedy="leave it out")
        if inputs.code("visit_missed", submission.missed, "missed") == "other" and not note:
            raise CasebookError("what `other` was is told in the note", where="note", remedy="say what it was")
    return {
        "stop_id": submission.stop_id,
        "grid_code": grid,
        "kind": submission.kind,
        "outcome": outcome,
        "missed": submission.missed,
        "note": note,
        "visited_at": inputs.time(submission.visited_at, "visited_at"),
        "visited_by": fieldwork.user.username,
        "release_id": fieldwork.scope.release_id,
    }


def _for_each(fieldwork: Fieldwork, submission: VisitSubmission) -> Iterator[VerdictSubmission]:
    """The outcome as a verdict on each open finding of the stop, under a key derived from the visit's."""
    if submission.outcome not in REASON_OF_OUTCOME:
        return
    findings = [
        f for f in fieldwork.scope.findings_at(submission.stop_id) if f.place == "door" and f.status in ("open", "lead")
    ]
    earlier = verdicts_on(fieldwork.casebook, [f.finding_id for f in findings])
    day: date = fieldwork.inputs.day_of(submission.visited_at)
    for finding in findings:
        on_finding = [v for v in earlier if v.finding_id == finding.finding_id]
        if resolve(on_finding, finding.evidence_hash).status != "closed":
            key = md5(f"{submission.key}|{finding.finding_id}".encode()).hexdigest()
            why = REASON_OF_OUTCOME[submission.outcome]
            yield VerdictSubmission(key, finding.finding_id, submission.release, submission.outcome, why, day, "seen")
