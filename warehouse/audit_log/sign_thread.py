"""The thread that signs the audit log while the API runs, in whichever of its processes holds the signer's lock."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from threading import Event, Thread
from typing import Final
from zoneinfo import ZoneInfo

from contracts.errors import HubError
from warehouse.audit_log.alerts import AlertDetector, alert_limits
from warehouse.audit_log.record import AuditRecord
from warehouse.audit_log.signer import exclusive_signer
from warehouse.settings import Settings
from warehouse.webhook import post_event

INTERVAL: Final = 0.5  # seconds; what was appended is on the disk within a second
error_log = logging.getLogger("hub.error")


class SignThread:
    """Signs every half second until it is stopped, and once more then; `with` starts and stops it."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._stop = settings, Event()
        self._thread = Thread(target=self._run, name="audit signer", daemon=True)
        self._trouble = ""
        self._detector = AlertDetector(alert_limits(settings), ZoneInfo(settings.timezone))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._sign_until_stopped()
            except (OSError, HubError) as error:
                self._log(error)
            self._stop.wait(INTERVAL)

    def _sign_until_stopped(self) -> None:
        """Returns at once if another process signs."""
        with exclusive_signer(self._settings, watch=self._tell) as signer:
            while signer:
                is_last = self._stop.wait(INTERVAL)
                signer.sign()
                self._trouble = ""
                if is_last:
                    return

    def _tell(self, pieces: Sequence[bytes]) -> None:
        """Tell the webhook of new alerts, in a thread of its own: signing does not wait for it."""
        records = filter(None, map(AuditRecord.decode, pieces)) if self._settings.alert_url else ()
        for alert in self._detector.alerts(records):
            members = {"kind": alert.kind, "user": alert.user, "number": alert.number, "period": alert.period}
            Thread(target=post_event, args=(self._settings, "audit_alert", members), daemon=True).start()

    def _log(self, error: Exception) -> None:
        """The same error is logged once, not twice a second."""
        if (trouble := f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}") != self._trouble:
            error_log.error("the audit log cannot be signed: %s", trouble)
        self._trouble = trouble
