"""Submits verdicts: validates what a field worker saw of a finding and appends it to the casebook, once per key.

A retry is answered before anything else is validated. Belongs here: `Fieldwork`, `submit_verdict`. Does not: the rows as they
are read (verdicts.py), the visit they belong to (visits.py), what they resolve to (resolution.py).
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
from warehouse.casebook.tables import observed_values, verdicts
from warehouse.fieldwork.observed_values import TokenizedValue, ValueInput, ValueValidator
from warehouse.fieldwork.resolution import CONCLUSIVE, DECIDES, Resolution, resolve
from warehouse.fieldwork.scope import FieldScope, Finding
from warehouse.fieldwork.validation import InputValidator
from warehouse.fieldwork.verdicts import Verdict, history

MOST_VALUES: Final = 20
VERDICT_COLUMNS: Final = frozenset(Verdict._fields) - {"id", "key", "values"}


class FindingClosed(Conflict):
    """The finding is closed, and another verdict of a worker would change nothing."""


class VerdictSubmission(NamedTuple):
    """A verdict as it is sent, about the finding as release `release` had it. `seen_on` is a day in the hub's time zone."""

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
    """The means of one user's submissions: the casebook, the user, her scope, and validators of inputs and values."""

    casebook: Casebook
    user: User
    scope: FieldScope
    inputs: InputValidator
    values: ValueValidator

    def require_writer(self) -> None:
        """AccessError for a role that does no field work."""
        if self.user.role not in FIELD_ROLES:
            raise AccessError(
                "only grid workers, grid leads and district supervisors write down what they saw",
                remedy="read GET /v1/findings",
            )


class SubmissionResult(NamedTuple):
    """A stored verdict, its finding's present evidence hash and resolution; both None if the finding has gone since."""

    is_new: bool
    verdict: Verdict
    evidence_hash: str | None
    resolution: Resolution | None


class PreparedVerdict(NamedTuple):
    """A valid verdict: the log entry to append, and the earlier verdicts on its finding."""

    entry: LogEntry
    verdict: Verdict
    earlier: list[Verdict]


def submit_verdict(fieldwork: Fieldwork, submission: VerdictSubmission) -> SubmissionResult:
    """Append a verdict; `is_new` is False if the same submission was stored before under its key.

    Raises the errors of `FieldScope.finding`; FindingClosed for a worker's verdict on a closed finding; KeyReused for a key
    used for another submission; CasebookError for invalid input; AccessError for a role that does no field work.
    """
    fieldwork.require_writer()
    prepared = prepare_verdict(fieldwork, submission)
    if prepared is None or not fieldwork.casebook.ledger.once_each([prepared.entry])[0]:
        return _stored_before(fieldwork, submission)
    present = prepared.verdict.evidence_hash
    return SubmissionResult(True, prepared.verdict, present, resolve([*prepared.earlier, prepared.verdict], present))


def prepare_verdict(
    fieldwork: Fieldwork, submission: VerdictSubmission, visit_key: str | None = None
) -> PreparedVerdict | None:
    """Validate a verdict and put its numbers into the vault. None if it is stored already; raises as `submit_verdict`."""
    tokenized = [fieldwork.values.tokenize(value) for value in submission.values]
    sent = _retry_content(fieldwork, submission, tokenized, visit_key)
    if fieldwork.casebook.ledger.is_written(verdicts, submission.key, sent):
        return None
    finding = fieldwork.scope.finding(submission.finding_id, submission.release)
    verdict = _verdict(fieldwork, submission, finding, tokenized, visit_key)
    # without the same submission, which a parallel retry may have written meanwhile
    earlier = [v for v in history(fieldwork.casebook, [finding.finding_id]) if v.key != verdict.key]
    _require_open(finding, verdict, earlier)
    fieldwork.values.store_numbers(submission.key, tokenized)
    row = {name: value for name, value in verdict._asdict().items() if name in VERDICT_COLUMNS}
    parts = [{"verdict_key": verdict.key, **value._asdict()} for value in verdict.values]
    return PreparedVerdict(LogEntry(verdicts, submission.key, sent, row, {observed_values: parts}), verdict, earlier)


def _stored_before(fieldwork: Fieldwork, submission: VerdictSubmission) -> SubmissionResult:
    stored = history(fieldwork.casebook, [submission.finding_id])
    [verdict] = [v for v in stored if v.key == submission.key]
    present = fieldwork.scope.evidence_of(submission.finding_id)
    return SubmissionResult(False, verdict, present, resolve(stored, present) if present else None)


def _retry_content(
    fieldwork: Fieldwork, submission: VerdictSubmission, tokenized: Sequence[TokenizedValue], visit_key: str | None
) -> dict[str, Any]:
    """The content that a retry must repeat: all but the release, which may have changed by then. Tokens stand for numbers."""
    sent = submission._asdict() | {"values": [tuple(value) for value, _ in tokenized], "by": fieldwork.user.username}
    return {name: sent[name] for name in sent if name not in ("key", "release")} | {"visit": visit_key}


def _verdict(
    fieldwork: Fieldwork,
    submission: VerdictSubmission,
    finding: Finding,
    tokenized: Sequence[TokenizedValue],
    visit_key: str | None,
) -> Verdict:
    inputs = fieldwork.inputs
    verdict = inputs.code("verdict", submission.verdict, "verdict")
    note = inputs.note(submission.note)
    if inputs.code("verdict_reason", submission.reason_code, "reason_code") == "other" and not note:
        raise CasebookError("the reason `other` is explained in the note", where="note", remedy="say what it was")
    if tokenized and verdict not in CONCLUSIVE:
        raise CasebookError(
            f"only a conclusive verdict has values: {', '.join(sorted(CONCLUSIVE))}", where="values",
            remedy="leave the values out, or give that verdict",
        )  # fmt: skip
    if len(tokenized) > MOST_VALUES:
        raise CasebookError(f"a verdict has at most {MOST_VALUES} values", where="values", remedy="give fewer")
    return Verdict(
        id=sys.maxsize,  # newer than all that are written
        key=submission.key,
        visit_key=visit_key,
        finding_id=finding.finding_id,
        rule=finding.rule,
        evidence_hash=finding.evidence_hash,
        stop_id=finding.stop_id,
        grid_code=finding.grid_code,
        verdict=verdict,
        reason_code=submission.reason_code,
        seen_on=inputs.day(submission.seen_on, "seen_on"),
        proof=inputs.code("proof", submission.proof, "proof"),
        note=note,
        given_by=fieldwork.user.username,
        role=fieldwork.user.role,
        given_at=inputs.now(),
        release_id=fieldwork.scope.release_id,
        values=tuple(fieldwork.values.validate(value, finding, fieldwork.scope) for value, _ in tokenized),
    )


def _require_open(finding: Finding, verdict: Verdict, earlier: Sequence[Verdict]) -> None:
    """FindingClosed for a worker's verdict that comes too late or changes nothing; a lead may always decide.

    Until a night has closed the finding, a worker may revise her own verdict or contradict a colleague's (the lead decides then).
    """
    if verdict.role in DECIDES:
        return
    before, after = (resolve(given, finding.evidence_hash) for given in (earlier, [*earlier, verdict]))
    changes_nothing = before.status == "closed" and {*before.keys} <= {*after.keys}
    if finding.status == "closed" or changes_nothing:
        raise FindingClosed("this finding has been judged already", remedy="tell your lead what you know")
