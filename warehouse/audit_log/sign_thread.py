"""The thread that signs the audit log while the API runs, in whichever of its processes holds the signer's lock."""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import Final

from contracts.errors import HubError
from warehouse.audit_log.signer import exclusive_signer
from warehouse.settings import Settings

INTERVAL: Final = 0.5  # seconds; what was appended is on the disk within a second
error_log = logging.getLogger("hub.error")


class SignThread:
    """Signs every half second until it is stopped, and once more then; `with` starts and stops it."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._stop = settings, Event()
        self._thread = Thread(target=self._run, name="audit signer", daemon=True)
        self._trouble = ""

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
        with exclusive_signer(self._settings) as signer:
            while signer:
                is_last = self._stop.wait(INTERVAL)
                signer.sign()
                self._trouble = ""
                if is_last:
                    return

    def _log(self, error: Exception) -> None:
        """The same error is logged once, not twice a second."""
        if (trouble := f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}") != self._trouble:
            error_log.error("the audit log cannot be signed: %s", trouble)
        self._trouble = trouble
