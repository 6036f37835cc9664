"""The application of one worker process: made in it, from what its supervisor hands over.

Light to import and to pickle: a supervisor needs no more than this. Not here: supervising (serve.py).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from multiprocessing import parent_process
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final

from uvicorn.config import STARTUP_FAILURE

from contracts.errors import HubError
from warehouse.settings import Settings, share_counts

if TYPE_CHECKING:
    from fastapi import FastAPI

RETRY_SECONDS: Final = 5  # until the supervisor starts a replacement again that could not start


class WorkerApp:
    """A function that makes the application, called in the new process. `counts` is the folder of all workers' counts."""

    def __init__(self, settings: Settings, counts: Path, *, is_replacement: bool = False) -> None:
        self._settings, self._counts, self._is_replacement = settings, counts, is_replacement

    def __call__(self) -> FastAPI:
        """The application. A HubError is one line on stderr and ends the process, and at the first start all of them."""
        Thread(target=stop_without_supervisor, daemon=True).start()
        share_counts(self._counts)  # before prometheus_client is imported
        try:
            from api.app import create_app  # late: a supervisor does without its libraries
            from api.logs import open_log

            return create_app(self._settings, open_log(self._settings))
        except HubError as error:
            sys.stderr.write(f"hub: {error}\n")
        if not self._is_replacement:
            sys.exit(STARTUP_FAILURE)
        time.sleep(RETRY_SECONDS)
        sys.exit(1)


def stop_without_supervisor() -> None:
    """Stop this process when its supervisor has gone, which may have been killed: nobody else would."""
    if supervisor := parent_process():
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)
