"""Sessions that idle out, tokens of scripts, failed tries by source, second factors, the age of a password.

Sessions of before end: everybody logs in once more. Passwords of before count as set on the day of the migration.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
NEW = ("sessions", "login_attempts", "known_sources", "second_factors", "recovery_codes")


def upgrade() -> None:
    now = sa.literal(datetime.now(UTC).replace(tzinfo=None, microsecond=0).isoformat(" "))
    op.add_column("users", sa.Column("password_set_at", sa.DateTime, nullable=False, server_default=now))
    op.add_column("users", sa.Column("password_temporary", sa.Boolean, nullable=False, server_default=sa.false()))
    op.drop_table("sessions")
    op.drop_table("login_attempts")
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("id", sa.String(16), nullable=False, unique=True),
        _username(index=True),
        sa.Column("name", sa.String(64)),
        sa.Column("read_only", sa.Boolean, nullable=False),
        sa.Column("areas", sa.JSON),
        sa.Column("is_sign_on", sa.Boolean, nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("opened_at", sa.DateTime, nullable=False),
        sa.Column("used_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False, index=True),
    )
    op.create_table(
        "login_attempts",
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("is_wrong", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Index("ix_login_attempts_who_source", "who", "source"),
        sa.Index("ix_login_attempts_source", "source"),
        sa.Index("ix_login_attempts_at", "at"),
    )
    op.create_table(
        "known_sources",
        _username(primary_key=True),
        sa.Column("source", sa.String(80), primary_key=True),
        sa.Column("used_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "second_factors",
        _username(primary_key=True),
        sa.Column("secret", sa.String(120), nullable=False),
        sa.Column("confirmed_at", sa.DateTime),
        sa.Column("used_step", sa.Integer, nullable=False),
    )
    op.create_table(
        "recovery_codes", _username(primary_key=True), sa.Column("code_hash", sa.String(64), primary_key=True)
    )


def _username(**more: Any) -> sa.Column[str]:
    return sa.Column(
        "username", sa.String(64), sa.ForeignKey("users.username", ondelete="CASCADE"), nullable=False, **more
    )


def downgrade() -> None:
    for table in NEW:
        op.drop_table(table)
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        _username(index=True),
        sa.Column("expires_at", sa.DateTime, nullable=False, index=True),
    )
    op.create_table(
        "login_attempts",
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Index("ix_login_attempts_who_at", "who", "at"),
    )
    op.drop_column("users", "password_temporary")
    op.drop_column("users", "password_set_at")
