"""The casebook's tables, and an engine on them that is migrated to the newest shape.

Not here: what the rows mean and who may write them (casebook.py).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    MetaData,
    String,
    Table,
    TypeDecorator,
    create_engine,
    event,
    make_url,
    text,
)

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 340_1300  # any number that is ours, for PostgreSQL's advisory lock


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


def open_store(url: str) -> Engine:
    """An engine on the casebook at `url`, its folder and tables made or migrated where needed."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed)
    if engine.dialect.name == "sqlite":
        _tame_sqlite(engine)
    migrate(engine)
    return engine


def migrate(engine: Engine) -> None:
    """Brings the tables to the newest shape; of several processes starting at once, one does it and the rest wait."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"select pg_advisory_xact_lock({LOCK})"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _tame_sqlite(engine: Engine) -> None:
    """WAL, foreign keys; a writing transaction takes its lock when it begins instead of failing half way."""

    @event.listens_for(engine, "connect")
    def _(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver's own implicit BEGIN leaves DDL outside
        connection.execute("pragma busy_timeout = 10000")
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.execute("pragma foreign_keys = on")

    @event.listens_for(engine, "begin")
    def _(connection: Any) -> None:
        reads = connection.get_execution_options().get("reads")
        connection.exec_driver_sql("begin" if reads else "begin immediate")
