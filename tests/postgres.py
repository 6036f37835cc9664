"""A PostgreSQL of the tests' own, from Debian's package: a private cluster on a free port, gone when the tests end.

`from tests.postgres import postgres` in a conftest gives its tests the fixture. Without the package such tests are
skipped, and fail where CI=true.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

PASSWORD = "correct-horse"
NAMES = count(1)


@dataclass(frozen=True)
class Database:
    """An empty database, and the URL a program is given."""

    name: str
    port: int
    programs: Path
    user: str = "hub"
    password: str = PASSWORD

    @property
    def url(self) -> str:
        return f"postgresql://{self.user}:{self.password}@127.0.0.1:{self.port}/{self.name}"

    def run(self, *statements: str) -> None:
        commands = [part for statement in statements for part in ("-c", statement)]
        psql = [str(self.programs / "psql"), "-q", "-v", "ON_ERROR_STOP=1", self.url, *commands]
        subprocess.run(psql, check=True, capture_output=True, stdin=subprocess.DEVNULL)


class Postgres:
    """One cluster. `pg_ctl` and `psql` do the work, as somebody who is not root: the server refuses root."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._data = folder / "data"
        owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        (folder / "password").write_text(PASSWORD, encoding="ascii")
        for path in (folder, folder / "password"):
            os.chown(path, owner.pw_uid, owner.pw_gid)

    def start(self) -> None:
        how = ["--auth=scram-sha-256", f"--pwfile={self._folder / 'password'}", "--encoding=UTF8", "--locale=C.UTF-8"]
        self._call("initdb", "--username=hub", "--no-sync", *how)
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"listen_addresses = '127.0.0.1'\nport = {self.port}\nfsync = off\n")
            file.write(f"unix_socket_directories = '{self._folder}'\n")
        self._call("pg_ctl", "start", "--wait", f"--log={self._folder / 'log'}")

    def stop(self) -> None:
        self._call("pg_ctl", "stop", "--mode=immediate")

    def database(self) -> Database:
        """A new one, empty."""
        name = f"test_{next(NAMES)}"
        Database("postgres", self.port, self._programs).run(f"create database {name}")
        return Database(name, self.port, self._programs)

    def _call(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), "-D", str(self._data), *arguments],
            check=True,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,  # no pipe: the server would hold it open
            stderr=subprocess.DEVNULL,
            **self._as_owner,  # type: ignore[arg-type]
        )


def programs() -> Path | None:
    """Where `initdb`, `pg_ctl` and `psql` are: the newest of Debian's, or beside the `postgres` in PATH."""
    found = shutil.which("postgres")
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    places = [*reversed(newest), *([Path(found).resolve().parent] if found else [])]
    return next((place for place in places if (place / "initdb").exists() and (place / "psql").exists()), None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    place = programs()
    if place is None:
        missing = "no PostgreSQL here: apt-get install postgresql"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    folder = Path(tempfile.mkdtemp(prefix="hub-postgres-"))  # not below pytest's folder, which is for root alone
    server = Postgres(place, folder)
    try:
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder)
