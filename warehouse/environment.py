"""Faults of the environment as errors a person can act on: disk, permissions, memory, a database that is gone or damaged.

They are no defects of the hub. Messages of libraries may quote rows, so that only their codes are used.
Belongs here: what an exception of a library or of the system means. Does not: faults of files with checksums.
"""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from contracts.errors import HubError

SYSTEM = {
    errno.ENOSPC: ("the disk is full", "free some disk, then do it again"),
    errno.EDQUOT: ("the disk quota is used up", "free some disk or raise the quota, then do it again"),
    errno.EFBIG: ("the file would be larger than is allowed here", "raise the limit (`ulimit -f`), then do it again"),
    errno.EROFS: ("the file system can only be read", "mount it writable (look at `dmesg`), then do it again"),
    errno.EACCES: ("no permission", "give the hub's own account this path, or run as that account"),
    errno.EPERM: ("not permitted", "give the hub's own account this path, or run as that account"),
    errno.EIO: ("the disk failed", "look at `dmesg`, and at `hub doctor --deep` when it is well again"),
    errno.ESTALE: ("the network folder is gone", "mount it again, then do it again"),
    errno.ENOTDIR: ("a file stands where a folder belongs", "move it away, then do it again"),
    errno.EMFILE: ("too many open files", "raise the limit (`ulimit -n`), then do it again"),
    errno.ENFILE: ("too many open files on this machine", "close some programs, then do it again"),
    errno.ENOMEM: ("no memory left", "set HUB_MEMORY lower or give the machine more, then do it again"),
}
SQLITE = {
    "SQLITE_FULL": SYSTEM[errno.ENOSPC],
    "SQLITE_IOERR": SYSTEM[errno.EIO],
    "SQLITE_READONLY": ("its file can only be read", "look at the file's owner and its file system, then do it again"),
    "SQLITE_CANTOPEN": ("its file cannot be opened", "look at the folder's owner and free disk, then do it again"),
    "SQLITE_PERM": SYSTEM[errno.EACCES],
    "SQLITE_BUSY": ("another process has locked it", "wait until that has ended, then do it again"),
    "SQLITE_NOMEM": SYSTEM[errno.ENOMEM],
}
DAMAGE_CODES = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
DAMAGED_SQLITE = "the file of a SQLite database is damaged"
FOREIGN_CODE = re.compile(r"os error (\d+)")  # as Rust ends the message of a system error
FOREIGN_TEXT = re.compile("|".join(re.escape(os.strerror(code)) for code in SYSTEM), re.I)  # as DuckDB quotes it


def environment_fault(error: BaseException) -> HubError | None:
    """The fault of the environment that `error`, or what it was raised from, stands for; None if it is none."""
    if isinstance(error, HubError):
        return error
    return next((fault for cause in _chain(error) if (fault := _fault(cause))), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        context = None if error.__suppress_context__ else error.__context__
        error = getattr(error, "orig", None) or error.__cause__ or context


def _fault(error: BaseException) -> HubError | None:
    if isinstance(error, sqlite3.Error):
        return _sqlite_fault(error)
    if isinstance(error, MemoryError):
        return _of(errno.ENOMEM, "")
    if isinstance(error, OSError):
        return _of(error.errno, error.filename or "") if error.errno in SYSTEM else None
    library, kind = type(error).__module__.split(".")[0].lstrip("_"), type(error).__name__
    if library == "psycopg" and kind in ("OperationalError", "InterfaceError", "AdminShutdown", "ConnectionTimeout"):
        return HubError(
            "PostgreSQL does not answer, or has ended the connection",
            where="casebook",
            remedy="look at the server and HUB_CASEBOOK_URL, then do it again",
        )
    if library == "duckdb" and kind == "OutOfMemoryException":
        return _of(errno.ENOMEM, "DuckDB")
    if library in ("duckdb", "polars"):
        return _foreign_fault(str(error))
    return None


def _foreign_fault(message: str) -> HubError | None:
    """The system's error in a message of DuckDB or Polars."""
    if (found := FOREIGN_CODE.search(message)) and int(found[1]) in SYSTEM:
        return _of(int(found[1]), "")
    text = FOREIGN_TEXT.search(message.splitlines()[0] if message else "")
    return next((_of(code, "") for code in SYSTEM if text and os.strerror(code).lower() == text[0].lower()), None)


def _of(code: int | None, where: object) -> HubError:
    what, remedy = SYSTEM[code or 0]
    place = os.fsdecode(where) if isinstance(where, bytes | str | Path) else ""
    return HubError(what, where=place, remedy=remedy)


def _sqlite_fault(error: sqlite3.Error) -> HubError | None:
    name = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])  # SQLITE_IOERR_WRITE, too
    if name in DAMAGE_CODES:
        return HubError(DAMAGED_SQLITE, remedy="`hub doctor --deep` names it")
    if name not in SQLITE:
        return None
    what, remedy = SQLITE[name]
    return HubError(what, where="SQLite", remedy=remedy)


def sqlite_damage(path: Path, deep: bool = True) -> str:
    """Why a SQLite database cannot be used, "" if it can; not `deep` reads its schema alone."""
    pragma = "integrity_check(1)" if deep else "schema_version"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            connection.execute("select count(*) from sqlite_master").fetchall()
            [(answer,)] = connection.execute(f"pragma {pragma}").fetchall()
    except sqlite3.Error as error:
        fault = _sqlite_fault(error)
        return fault.what if fault else type(error).__name__
    return DAMAGED_SQLITE if deep and answer != "ok" else ""
