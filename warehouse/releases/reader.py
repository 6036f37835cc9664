"""Reads the served release: follows `releases/CURRENT` without a restart, and keeps a release open while it is in use.

Belongs here: opening releases read-only and running SQL on them.
Does not: which SQL (access/policy.py), building and publishing (publish.py).
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import duckdb

from contracts.errors import HubError, ReleaseError
from warehouse.access.areas import CITY_AREAS, widest_areas
from warehouse.prepared.reader import open_homes
from warehouse.releases.layout import CITY, MANIFEST, POINTER
from warehouse.releases.query_timeout import time_limit
from warehouse.releases.readonly import open_readonly
from warehouse.settings import Settings

LONGEST_POINTER = 4096  # bytes
RETRY_SECONDS = 1.0  # how often a pointer that could not be followed is tried again
Row = dict[str, Any]


class QueryFailed(HubError):
    """The engine refused the SQL or failed on a row; holds only the error's type, as its message may quote a row."""


class OpenRelease:
    """One release, open read-only; it closes when the last reference to it is dropped."""

    def __init__(self, folder: Path, threads: int) -> None:
        """Open the release in `folder`. ReleaseError if it cannot be opened."""
        self.release_id, self.folder = folder.name, folder
        try:
            self.manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
            self._connection = open_readonly(folder / CITY, threads)
        except (OSError, ValueError, duckdb.Error) as error:
            raise ReleaseError(
                f"the release cannot be opened ({type(error).__name__})",
                where=f"release {self.release_id}",
                remedy="`hub release verify` tells what is missing; `hub release rollback` serves an older one",
            ) from None
        self.present = self._columns()
        self.homes = open_homes(folder)
        self.city = self._city()

    def query(self, sql: str, params: Mapping[str, Any] | None = None, seconds: float | None = None) -> list[Row]:
        """All rows as dicts by column name. Safe from any thread: each call has its own cursor.

        With `seconds`, for SQL from outside the hub: QueryTimeout after that time, QueryFailed if the engine refuses it.
        """
        with self._connection.cursor() as cursor, _bounded(cursor, seconds) if seconds else nullcontext():
            cursor.execute(sql, dict(params or {}))
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _columns(self) -> dict[str, frozenset[str]]:
        """The columns in the file by table, named as in contracts: `person`, `source.resident`."""
        found = self.query(
            "select schema_name, table_name, list(column_name) as columns from duckdb_columns() "
            "where not internal group by schema_name, table_name"
        )
        return {f"{r['schema_name']}.{r['table_name']}".removeprefix("main."): frozenset(r["columns"]) for r in found}

    def _city(self) -> frozenset[str]:
        """The area prefixes of the whole city; none in a release without an area table."""
        if not {"area_code", "level", "valid_to"} <= self.present.get("area", frozenset()):
            return frozenset()
        return widest_areas((area["area_code"], area["level"]) for area in self.query(CITY_AREAS))


@contextmanager
def _bounded(cursor: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    try:
        with time_limit(cursor, seconds):
            yield
    except duckdb.Error as error:
        raise QueryFailed(type(error).__name__, remedy="correct the SQL") from None


class ReleaseReader:
    """Opens the current release. A request takes `current()` once and uses it to its end."""

    def __init__(self, settings: Settings) -> None:
        self._releases, self._threads = settings.releases, settings.threads
        self._lock = threading.Lock()
        self._open: OpenRelease | None = None
        self._failed: tuple[str, float] = ("", 0.0)
        self.trouble = ""

    def current(self) -> OpenRelease:
        """The release named by CURRENT; the last good one while that cannot be opened. ReleaseError if there is none.

        The pointer's 30 bytes are read each time: its mtime alone can miss two flips within one clock tick.
        """
        wanted = self._pointer()
        release = self._open
        if release is not None and wanted in ("", release.release_id):
            self.trouble = (
                "" if wanted else f"releases/{POINTER} is missing -> `hub release rollback {release.release_id}`"
            )
            return release
        with self._lock:
            return self._follow(wanted)

    def _follow(self, wanted: str) -> OpenRelease:
        failed, at = self._failed
        known = self._open is not None and self._open.release_id == wanted
        if wanted and not known and (failed != wanted or time.monotonic() - at >= RETRY_SECONDS):
            try:
                self._open, self.trouble, self._failed = self._open_release(wanted), "", ("", 0.0)
            except ReleaseError as error:
                self.trouble, self._failed = str(error), (wanted, time.monotonic())
        if self._open is None:
            raise ReleaseError(
                self.trouble or "no release is published yet",
                where=f"releases/{POINTER}",
                remedy="run `hub nightly`, or `hub demo` for a simulated city",
            )
        return self._open

    def _open_release(self, release_id: str) -> OpenRelease:
        if Path(release_id).name != release_id:
            raise ReleaseError("CURRENT must hold a release id", where=f"releases/{POINTER}")
        return OpenRelease(self._releases / release_id, self._threads)

    def _pointer(self) -> str:
        """The id in CURRENT, or "" if it cannot be read. Three system calls, because every request reads it."""
        try:
            file = os.open(self._releases / POINTER, os.O_RDONLY)
            try:
                return os.read(file, LONGEST_POINTER).decode("utf-8").strip()
            finally:
                os.close(file)
        except (OSError, UnicodeDecodeError):
            return ""
