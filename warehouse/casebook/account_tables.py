"""The casebook's tables of users, their logins and second factors; the only ones whose rows are changed and removed.

They open the casebook's schema, to which tables.py adds the append-only ones.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    false,
)


class Utc(TypeDecorator[datetime]):
    """A time with its zone, stored as naive UTC everywhere, because SQLite stores no zones."""

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
    Column("areas", JSON, nullable=False),  # see UserArea
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("sources", JSON, nullable=False, server_default="[]"),
    Column("password_set_at", Utc, nullable=False),
    Column(
        "password_temporary", Boolean, nullable=False, server_default=false()
    ),  # set by an operator, to be changed at the first login
    Column("owner", String(64)),  # of an agent: the user for whom it acts
)
# logins, and tokens of scripts: those have a `name`, and may be narrower than their user
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("id", String(16), nullable=False, unique=True),
    Column("username", ForeignKey("users.username", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(64)),
    Column("read_only", Boolean, nullable=False),
    Column("areas", JSON(none_as_null=True)),  # null: all of the user's
    Column("is_sign_on", Boolean, nullable=False),  # the provider of single sign-on has proved who it is
    Column("address", String(64), nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("used_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False, index=True),
)
# wrong tries, and those that are being looked at; `source` is a known device, or an address
login_attempts = Table(
    "login_attempts",
    metadata,
    Column("who", String(64), nullable=False),
    Column("source", String(80), nullable=False),
    Column("is_wrong", Boolean, nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_login_attempts_who_source", "who", "source"),
    Index("ix_login_attempts_source", "source"),
    Index("ix_login_attempts_at", "at"),
)
# devices and addresses from which a user has logged in
known_sources = Table(
    "known_sources",
    metadata,
    Column("username", ForeignKey("users.username", ondelete="CASCADE"), primary_key=True),
    Column("source", String(80), primary_key=True),
    Column("used_at", Utc, nullable=False),
)
# second factors: the secret is sealed; no time step up to `used_step` counts again
second_factors = Table(
    "second_factors",
    metadata,
    Column("username", ForeignKey("users.username", ondelete="CASCADE"), primary_key=True),
    Column("secret", String(120), nullable=False),
    Column("confirmed_at", Utc),
    Column("used_step", Integer, nullable=False),
)
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("username", ForeignKey("users.username", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
)
