"""Copies of the casebook while people write: SQLite's backup API, or pg_dump and pg_restore.

Not here: the casebook's tables (`casebook/`).
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, make_url

from contracts.errors import HubError
from warehouse.backup.place import CASEBOOK, CASEBOOK_DUMP
from warehouse.casebook.database import RESTORE
from warehouse.environment import sqlite_damage
from warehouse.settings import Settings


def sqlite_file(settings: Settings) -> Path | None:
    """The casebook's file; None if it lies in PostgreSQL."""
    url = make_url(settings.casebook)
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def copy_casebook(settings: Settings, home: Path) -> Path | None:
    """Copy the casebook into `home`, as of one moment; None if there is none yet. HubError if it or the copy is damaged."""
    source = sqlite_file(settings)
    if source is None:
        return _dump(settings, home / CASEBOOK_DUMP)
    if not source.is_file():
        return None
    target = home / CASEBOOK
    try:
        with closing(sqlite3.connect(source, timeout=10)) as there, closing(sqlite3.connect(target)) as here:
            there.backup(here)  # in one step, or every write would start it anew; in WAL mode writers do not wait
            here.execute("pragma journal_mode = delete")  # one file, without those of a running database beside it
        problem = sqlite_damage(target)
    except sqlite3.DatabaseError as error:
        problem = sqlite_damage(source) or type(error).__name__
    if problem:
        target.unlink(missing_ok=True)
        raise HubError(problem, where=str(source), remedy=RESTORE)
    target.chmod(0o600)
    return target


def _dump(settings: Settings, target: Path) -> Path:
    _run(settings, "pg_dump", "--format=custom", f"--file={target}", "--no-owner")
    _run(settings, "pg_restore", "--list", "--file=/dev/null", str(target))
    return target


def load_dump(settings: Settings, dump: Path) -> None:
    """Put a dump into the PostgreSQL of `HUB_CASEBOOK_URL`, all or nothing; its tables there are replaced."""
    options = ("--clean", "--if-exists", "--no-owner", "--single-transaction")
    _run(settings, "pg_restore", *options, str(dump))


def _run(settings: Settings, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL. HubError if it is missing or fails; its words may name people and are not repeated."""
    found = shutil.which(program)
    if found is None:
        raise HubError(
            f"{program} is not installed, so the casebook in PostgreSQL is not in this backup",
            remedy="apt-get install postgresql-client, or back the database up as its server is",
        )
    url = make_url(settings.casebook)
    database = URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    ).render_as_string()
    secret = {"PGPASSWORD": str(url.password)} if url.password else None  # in no list of processes
    connect = () if "--list" in arguments else (f"--dbname={database}",)
    done = subprocess.run(
        [found, *connect, *arguments], env=secret, capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise HubError(
            f"{program} ended with status {done.returncode}",
            where="casebook",
            remedy=f"look at the server, HUB_CASEBOOK_URL, and whether `{program} --version` is not older than the server",
        )
