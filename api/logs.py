"""The API's log: JSON lines in one file a day, which all worker processes append to.

A line is one write to a file opened with O_APPEND, so lines of several processes do not mix, and nobody renames a file that
others write. Lines hold no path, query, body or value: that is up to who writes them (middleware.py, errors.py).
"""

from __future__ import annotations

import json
import logging
import os
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Final

from warehouse.settings import Settings

NAME: Final = "api-%Y-%m-%d.log"  # by the UTC day


class DailyLog:
    """Appends lines to the file of the day; its first line removes the files of days before the newest `days`.

    A line that cannot be written (a full disk) is lost: no request fails for its log.
    """

    def __init__(self, folder: Path, days: int) -> None:
        self._folder, self._days = folder, days
        self._second, self._stamp, self._name, self._file = 0, "", "", -1
        self._lock = Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, fields: str) -> None:
        """Write one line: the time (UTC, RFC 3339) and `fields`, the inside of a JSON object."""
        now = time.time()
        with self._lock, suppress(OSError):
            if int(now) != self._second:
                self._begin_second(int(now))
            line = f'{{"at":"{self._stamp}.{int(now % 1 * 1000):03d}Z",{fields}}}\n'
            os.write(self._file, line.encode())

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Write the line of an answered request; `route` is its route's template."""
        self.write(f'"method":"{method}","route":{_quoted(route)},"status":{status},"ms":{1000 * seconds:.1f}')

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._second, self._name, self._file = 0, "", -1

    def _begin_second(self, second: int) -> None:
        moment = time.gmtime(second)
        if (name := time.strftime(NAME, moment)) != self._name:
            self.close()
            self._file = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
            self._name = name
            for old in sorted(self._folder.glob("api-*.log"))[: -self._days]:
                old.unlink(missing_ok=True)  # another process may have been faster
        self._second, self._stamp = second, time.strftime("%Y-%m-%dT%H:%M:%S", moment)


class JsonLines(logging.Handler):
    """Writes the records of a logger to a DailyLog: level, logger and message."""

    def __init__(self, log: DailyLog) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        about = {"level": record.levelname.lower(), "logger": record.name, "message": record.getMessage()}
        self._log.write(json.dumps(about, ensure_ascii=False)[1:-1])


def open_log(settings: Settings) -> DailyLog:
    """The log of this process in `logs/`, with the records of the logger `hub` and those below it."""
    log = DailyLog(settings.logs, settings.log_days)
    logger = logging.getLogger("hub")
    logger.setLevel(logging.INFO)
    logger.addHandler(JsonLines(log))
    return log


@lru_cache(maxsize=1000)
def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
