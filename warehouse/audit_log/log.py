"""Appends records to the audit log: one file a day under `HUB_HOME/audit`, written by every process of the hub.

A record is one `write` to a descriptor that appends, so it survives a kill of the process, and those of several processes
do not mix. The signer (signer.py) syncs it to the disk within a second.
"""

from __future__ import annotations

import fcntl
import hmac
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from contracts.errors import HubError
from warehouse.audit_log.keys import audit_key
from warehouse.audit_log.layout import last_day, record_file
from warehouse.audit_log.record import AuditRecord
from warehouse.environment import environment_fault
from warehouse.files import private_folder
from warehouse.settings import Settings


class AuditUnavailable(HubError):
    """The audit log takes no record, so nothing may be shown that belongs into it."""


class AuditLog:
    """The audit log of a deployment, for appending. Safe for any number of threads and processes.

    `trouble` is the reason why the last record could not be written; empty if it was.
    """

    def __init__(self, folder: Path, zone: ZoneInfo, secret: bytes, now: Callable[[], datetime]) -> None:
        private_folder(folder)
        self._folder, self._zone, self._secret, self.now = folder, zone, secret, now
        self._newest = last_day(folder) or date.min
        self.trouble = ""

    def append(self, record: AuditRecord) -> None:
        """Write a record. AuditUnavailable if it is not whole in the file afterwards."""
        line = record.encode()
        try:
            written = self._write(line)
        except OSError as error:
            raise self._unavailable(environment_fault(error) or HubError(os.strerror(error.errno or 0))) from None
        if written != len(line):
            raise self._unavailable(HubError("the disk is full", remedy="free some disk"))
        self.trouble = ""

    def attempt(self, username: str) -> str:
        """The keyed hash under which a failed login is recorded: what was typed as a name may be a password."""
        return hmac.new(self._secret, username.encode(), "sha256").hexdigest()[:16]

    def _write(self, line: bytes) -> int:
        """The file is opened for each record: one that was removed or closed for its day is never written to unseen.

        The shared lock keeps the signer from closing the day between looking at the clock and writing.
        """
        while True:
            day = self._today()
            file = os.open(record_file(self._folder, day), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_SH)
                if day == self._today():
                    return os.write(file, line)
            finally:
                os.close(file)

    def _today(self) -> date:
        """The day in the hub's time zone; a clock that was set back does not open a closed day again."""
        self._newest = max(self._newest, self.now().astimezone(self._zone).date())
        return self._newest

    def _unavailable(self, fault: HubError) -> AuditUnavailable:
        self.trouble = f"the audit log cannot be written: {fault.what}"
        return AuditUnavailable(
            self.trouble, remedy="the operator frees the disk of HUB_HOME/audit or repairs it; then ask again"
        )


def open_audit_log(settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> AuditLog:
    """The audit log of a deployment; its key is made at first use. HubError if the key is missing, wrong or open to others."""
    key = audit_key(settings)
    return AuditLog(settings.audit, ZoneInfo(settings.timezone), key.secret, now)
