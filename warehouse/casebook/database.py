"""Opens the casebook's database, migrated to the newest schema, and has the error of its writers.

Not here: the tables (tables.py), reading and writing them (casebook.py, append_only.py).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DatabaseError

from contracts.errors import HubError
from warehouse.environment import DAMAGED_SQLITE, environment_fault
from warehouse.extras import POSTGRES_URLS, require

MIGRATIONS = Path(__file__).parents[1] / "migrations"
OPEN = 48  # open connections to a SQLite file: one for each thread of a server, for opening costs more than a query
RESTORE = "`hub restore --only casebook.sqlite` takes it from the backup; the damaged one stays beside it"
LOCK = 340_1300  # an arbitrary number of the hub's own, for PostgreSQL's advisory lock


class CasebookError(HubError):
    """Invalid input to the casebook, or something that it does not have."""


def open_database(url: str) -> Engine:
    """An engine on the casebook at `url`; its folder and tables are made or migrated if needed."""
    if url.startswith(POSTGRES_URLS):
        require("postgres", "a casebook on PostgreSQL")
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, pool_pre_ping=True)  # the server may have been restarted meanwhile
        with _faults_of("PostgreSQL"):
            migrate(engine)
        return engine
    engine = create_engine(parsed, pool_size=OPEN)
    _tame_sqlite(engine)
    folder = Path(parsed.database or "").parent
    folder.mkdir(parents=True, exist_ok=True)
    with _faults_of(str(parsed.database)), _alone_in(folder):
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("pragma journal_mode = wal")
        migrate(engine)
    return engine


@contextmanager
def _faults_of(place: str) -> Iterator[None]:
    """Errors of the database as HubErrors that name it."""
    try:
        yield
    except (DatabaseError, OSError) as error:
        if (fault := environment_fault(error)) is None:
            raise
        remedy = RESTORE if fault.what == DAMAGED_SQLITE else fault.remedy
        raise HubError(f"casebook: {fault.what}", where=place, remedy=remedy) from None


def _is_newest(connection: Connection) -> bool:
    newest = max(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    if not inspect(connection).has_table("alembic_version"):
        return False
    return bool(connection.execute(text("select version_num from alembic_version")).scalar() == newest)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """A lock for one process at a time: two that turn on WAL in one new file fail with "locked" without waiting."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def migrate(engine: Engine) -> None:
    """Migrate the tables to the newest schema; of several processes starting at once, one does it and the rest wait."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"select pg_advisory_xact_lock({LOCK})"))
        if _is_newest(connection):
            return
        from alembic import command  # late: half a second that only a migration needs
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def exclusive_lock(tx: Connection, table: Table) -> None:
    """Lock `table` against other writers until the transaction ends. SQLite is locked as a whole by any writing one."""
    if tx.dialect.name == "postgresql":
        tx.execute(text(f"lock table {table.name} in share row exclusive mode"))


def writers_queue(engine: Engine) -> Callable[[], AbstractContextManager[None]]:
    """A lock that the writers of all processes wait for in a queue. SQLite's own is polled, with sleeps of up to 0.1 s."""
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    return partial(_alone_in, Path(file).parent) if file else nullcontext


def _tame_sqlite(engine: Engine) -> None:
    """Set waiting, durability and foreign keys; a writing transaction locks when it begins instead of failing half way.

    Connections with the option `reads` begin no transaction: each runs one query, which is consistent by itself.
    """

    @event.listens_for(engine, "connect")
    def _(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver's own implicit BEGIN leaves DDL outside
        connection.execute("pragma busy_timeout = 10000")
        connection.execute("pragma synchronous = full")
        connection.execute("pragma foreign_keys = on")

    @event.listens_for(engine, "begin")
    def _(connection: Any) -> None:
        options = connection.get_execution_options()
        if not options.get("reads") and options.get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("begin immediate")
