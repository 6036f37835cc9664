"""One walk to one stop, with all verdicts given there: written as one act, or not at all.

Whoever met nobody need not say so of each finding: a visit without verdicts gives every open finding its outcome.
Not here: a verdict (submit.py), who is to go where (assignments.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from hashlib import md5
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement

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
    """What somebody sends of a walk. `kind` sample: to a home without findings, to learn what rules miss (`missed`)."""

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
    """A walk as the casebook keeps it; `visited_at` and `written_at` are UTC."""

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


def submit_visit(door: Fieldwork, walk: VisitSubmission) -> bool:
    """Write a walk and its verdicts down, all or none. False where exactly this was written before.

    NotFound for a stop that is not hers; CasebookError for what may not be written; for each verdict the errors of `give`.
    """
    door.require_writer()
    ledger = door.casebook.ledger
    told = walk._asdict() | {"verdicts": [v.key for v in walk.verdicts], "by": door.user.username}
    del told["key"], told["release"]
    if ledger.said(visits, walk.key, told):
        for again in walk.verdicts:
            prepare_verdict(door, again, walk.key)  # SameKey where one says something else now
        return False
    row = _row(door, walk)
    seen = walk.verdicts or tuple(_for_each(door, walk))
    entries = [judged.entry for v in seen if (judged := prepare_verdict(door, v, walk.key))]
    for entry in entries:
        if entry.row["stop_id"] != walk.stop_id:
            raise CasebookError(
                "this finding belongs to another stop", where="verdicts", remedy="visit each stop by itself"
            )
    return ledger.once_each([LogEntry(visits, walk.key, told, row), *entries])[0]


def history(casebook: Casebook, stop_id: str | None = None) -> list[Visit]:
    """Every visit, or those to one stop, oldest first."""
    return _visits(casebook, *([visits.c.stop_id == stop_id] if stop_id is not None else []))


def sample_visits(casebook: Casebook) -> list[Visit]:
    """Every visit to a home without findings, oldest first."""
    return _visits(casebook, visits.c.kind == "sample")


def _visits(casebook: Casebook, *where: ColumnElement[bool]) -> list[Visit]:
    return [Visit(*(getattr(row, name) for name in Visit._fields)) for row in casebook.ledger.rows(visits, *where)]


def _row(door: Fieldwork, walk: VisitSubmission) -> dict[str, object]:
    words = door.words
    grid = door.stops.grid_of(walk.stop_id)
    if walk.kind not in KINDS:
        raise CasebookError("there is no such kind of visit", where="kind", remedy=f"give one of {', '.join(KINDS)}")
    outcome = words.code("visit_outcome", walk.outcome, "outcome")
    note = words.note(walk.note)
    if walk.kind == "sample" and not door.stops.is_home(walk.stop_id):
        raise CasebookError("a sample is a visit to a home", where="stop_id", remedy="give the dwelling's id")
    if walk.kind == "finding" and outcome == "met" and not walk.verdicts:
        raise CasebookError(
            "who met somebody has seen something", where="verdicts", remedy="give a verdict on a finding"
        )
    if walk.missed is not None:
        if walk.kind != "sample" or outcome != "met":
            raise CasebookError("only a sample tells what rules miss", where="missed", remedy="leave it out")
        if words.code("visit_missed", walk.missed, "missed") == "other" and not note:
            raise CasebookError("what `other` was is told in the note", where="note", remedy="say what it was")
    return {
        "stop_id": walk.stop_id,
        "grid_code": grid,
        "kind": walk.kind,
        "outcome": outcome,
        "missed": walk.missed,
        "note": note,
        "visited_at": words.moment(walk.visited_at, "visited_at"),
        "visited_by": door.user.username,
        "release_id": door.stops.release_id,
    }


def _for_each(door: Fieldwork, walk: VisitSubmission) -> Iterator[VerdictSubmission]:
    """The outcome as a verdict on each finding of the stop that somebody was to look at, under a key made of the visit's."""
    if walk.outcome not in REASON_OF_OUTCOME:
        return
    findings = [f for f in door.stops.findings_at(walk.stop_id) if f.place == "door" and f.status in ("open", "lead")]
    so_far = verdicts_on(door.casebook, [f.finding_id for f in findings])
    day: date = door.words.day_of(walk.visited_at)
    for finding in findings:
        given = [v for v in so_far if v.finding_id == finding.finding_id]
        if resolve(given, finding.evidence_hash).status != "closed":
            key = md5(f"{walk.key}|{finding.finding_id}".encode()).hexdigest()
            why = REASON_OF_OUTCOME[walk.outcome]
            yield VerdictSubmission(key, finding.finding_id, walk.release, walk.outcome, why, day, "seen")
