"""Serves the API: uvicorn's supervisor over worker processes that accept from one socket.

Not here: the application of one worker (worker.py), listening on a port that is free (cli/serve.py).
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from uvicorn import Config
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from api.leftovers import remove_leftovers
from api.worker import WorkerApp
from warehouse.settings import Settings

STOP_SECONDS: Final = 10  # for requests that are running when a worker is asked to stop
START_SECONDS: Final = 30  # for a worker to answer its supervisor, on a machine that is busy with a night


class Supervisor(Multiprocess):
    """Starts workers, starts a dead one again, and replaces them one by one on SIGHUP; SIGTERM and SIGINT stop all.

    Unlike uvicorn's own, a replacement that cannot start leaves the others serving, and stopping has an end.
    """

    def __init__(self, settings: Settings, counts: Path) -> None:
        cores = len(os.sched_getaffinity(0))
        workers = settings.workers or cores
        threads = settings.threads or max(1, cores // workers)  # of DuckDB: the workers divide the cores
        settings = settings.model_copy(update={"threads": threads})
        config = Config(
            WorkerApp(settings, counts),
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=workers,
            access_log=False,  # uvicorn's has paths; ours is in logs.py
            log_level="warning",
            proxy_headers=False,  # it would believe everybody on this machine; clients.py believes the setting
            timeout_graceful_shutdown=STOP_SECONDS,
            timeout_worker_healthcheck=START_SECONDS,
        )
        self._replacement = WorkerApp(settings, counts, is_replacement=True)
        super().__init__(config, [config.bind_socket()])

    @property
    def has_failed(self) -> bool:
        """True if a worker of the first start could not start, which stopped all."""
        return any(process.exitcode == STARTUP_FAILURE for process in self.processes)

    def init_processes(self) -> None:
        super().init_processes()
        self.config.app = self._replacement

    def join_all(self) -> None:
        end = time.monotonic() + STOP_SECONDS + 2
        for process in self.processes:
            process.process.join(max(0.0, end - time.monotonic()))
            if process.process.is_alive():
                process.kill()
                process.join()


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; exit status 1 if the workers cannot start (each says why on stderr)."""
    remove_leftovers(settings)
    with TemporaryDirectory(prefix="hub-counts-") as counts:
        supervisor = Supervisor(settings, Path(counts))
        supervisor.run()
    if supervisor.has_failed:
        sys.exit(1)
