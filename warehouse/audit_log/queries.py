"""Reads the audit log: the records of some days that meet a condition, newest first.

A day's file is searched backwards for the bytes of an id or a name, and only the records around them are decoded: a person's
records in half a year take seconds, not minutes.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from warehouse.audit_log.layout import days_between, record_file
from warehouse.audit_log.record import RS, AuditRecord


@dataclass(frozen=True)
class RecordFilter:
    """Days in the hub's time zone, both included, and what a record must be about; None for anything.

    A user's records are those of her agents, too. `attempt` is the keyed hash of her name, by which her failed logins are hers.
    """

    first: date = date.min
    last: date = date.max
    user: str | None = None
    attempt: str = ""
    person: str | None = None
    household: str | None = None
    dwelling: str | None = None

    @property
    def subject(self) -> str | None:
        return self.person or self.household or self.dwelling

    def accepts(self, record: AuditRecord) -> bool:
        """True for a record that meets every condition but the days."""
        shown = record.shown
        of_user = self.user in (record.user, record.owner) or (self.attempt != "" and record.attempt == self.attempt)
        return (
            (self.user is None or of_user)
            and (self.person is None or self.person in shown.persons)
            and (self.household is None or self.household in shown.households)
            and (self.dwelling is None or self.dwelling in shown.dwellings)
        )


def find_records(folder: Path, condition: RecordFilter) -> Iterator[AuditRecord]:
    """The records that meet the condition, newest first."""
    for day in days_between(folder, condition.first, condition.last):
        for record in _backwards(record_file(folder, day), _needle(condition)):
            if condition.accepts(record):
                yield record


def _needle(condition: RecordFilter) -> bytes:
    """Bytes that every record which meets the condition holds."""
    if condition.subject:
        return condition.subject.encode()
    if condition.user is not None and not condition.attempt:
        return json.dumps(condition.user, ensure_ascii=False).encode()  # `user`, or an agent's `owner`
    return RS


def _backwards(path: Path, needle: bytes) -> Iterator[AuditRecord]:
    if not path.stat().st_size:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        end = len(content)
        while (found := content.rfind(needle, 0, end)) >= 0:
            start = max(content.rfind(RS, 0, found + 1), 0)
            stop = content.find(RS, found + 1)
            record = AuditRecord.decode(content[start + 1 : stop if stop >= 0 else len(content)])
            if record:
                yield record
            end = start
