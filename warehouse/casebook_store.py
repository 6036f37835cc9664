"""The casebook's tables, an engine on them that is migrated to the newest shape, and the error of all who write there.

Not here: what the rows mean and who may write them (casebook.py).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)

from contracts.errors import HubError

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 340_1300  # any number that is ours, for PostgreSQL's advisory lock


class CasebookError(HubError):
    """Something that may not be written into the casebook, or is not in it."""


class Utc(TypeDecorator[datetime]):
    """A moment with its zone. SQLite keeps no zones, so it is stored as naive UTC everywhere."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


metadata = MetaData()
users = Table(
    "users",
    metadata,
    Column("username", String(64), primary_key=True),
    Column("password_hash", String(256), nullable=False),
    Column("role", String(32), nullable=False),
    Column("areas", JSON, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("sources", JSON, nullable=False, server_default="[]"),
)
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("username", ForeignKey("users.username", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", Utc, nullable=False, index=True),
)
login_attempts = Table(
    "login_attempts",
    metadata,
    Column("who", String(64), nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_login_attempts_who_at", "who", "at"),
)
# append-only: a decision is taken back by another one
delivery_decisions = Table(
    "delivery_decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("table_name", String(64), nullable=False),
    Column("delivery_id", String(64), nullable=False),
    Column("decision", String(16), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("decided_by", String(64), nullable=False),
    Column("decided_at", Utc, nullable=False),
)
# append-only: what a spelling means. `written` stands before a building number (an alias of an estate), or is a whole spelling
address_decisions = Table(
    "address_decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),  # alias | spelling
    Column("written", String(200), nullable=False),
    Column("community_code", String(12)),  # of an alias: the estate it means
    Column("estate", String(100)),
    Column("standard_address", String(200)),  # of a spelling: the dwelling it means
    Column("decision", String(16), nullable=False),  # accepted | revoked
    Column("reason", String(500), nullable=False),
    Column("decided_by", String(64), nullable=False),
    Column("decided_at", Utc, nullable=False),
)
# append-only: whether two office rows are one person; the newest decision on a pair counts
person_decisions = Table(
    "person_decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("left_source", String(64), nullable=False),
    Column("left_key", String(128), nullable=False),
    Column("right_source", String(64), nullable=False),
    Column("right_key", String(128), nullable=False),
    Column("decision", String(16), nullable=False),  # same | different | open
    Column("reason", String(500), nullable=False),
    Column("decided_by", String(64), nullable=False),
    Column("decided_at", Utc, nullable=False),
)
# append-only: what published nights made of persons' ids, so that a rebuild from nothing gives the same ids
person_trail = Table(
    "person_trail",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("change", String(16), nullable=False),  # kept | merged | split
    Column("old_id", String(32), nullable=False),
    Column("new_id", String(32), nullable=False),
    Column("release_id", String(64), nullable=False),
    Column("changed_on", Date, nullable=False),  # of the newest delivery that night read
)
# append-only: which release first knew which deliveries
release_log = Table(
    "release_log",
    metadata,
    Column("release_id", String(64), primary_key=True),
    Column("built_at", Utc, nullable=False),
    Column("known_on", Date, nullable=False),  # of its newest delivery
)


def open_store(url: str) -> Engine:
    """An engine on the casebook at `url`, its folder and tables made or migrated where needed."""
    parsed = make_url(url)
    engine = create_engine(parsed)
    if engine.dialect.name != "sqlite":
        migrate(engine)
        return engine
    _tame_sqlite(engine)
    folder = Path(parsed.database or "").parent
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder):
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("pragma journal_mode = wal")
        migrate(engine)
    return engine


def _is_newest(connection: Connection) -> bool:
    newest = max(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    if not inspect(connection).has_table("alembic_version"):
        return False
    return bool(connection.execute(text("select version_num from alembic_version")).scalar() == newest)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One process at a time: two that turn on WAL in the same new file fail with "locked" without any waiting."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def migrate(engine: Engine) -> None:
    """Brings the tables to the newest shape; of several processes starting at once, one does it and the rest wait."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"select pg_advisory_xact_lock({LOCK})"))
        if _is_newest(connection):
            return
        from alembic import command  # late: half a second that only a new shape needs
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _tame_sqlite(engine: Engine) -> None:
    """Waiting, durability, foreign keys; a writing transaction locks when it begins instead of failing half way."""

    @event.listens_for(engine, "connect")
    def _(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver's own implicit BEGIN leaves DDL outside
        connection.execute("pragma busy_timeout = 10000")
        connection.execute("pragma synchronous = full")
        connection.execute("pragma foreign_keys = on")

    @event.listens_for(engine, "begin")
    def _(connection: Any) -> None:
        options = connection.get_execution_options()
        if options.get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("begin" if options.get("reads") else "begin immediate")
