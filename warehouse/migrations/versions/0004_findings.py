"""Verdicts, visits, assignments and what follows from them: values of the door, stopped rules, correction requests."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
TABLES = (
    "visits",
    "verdicts",
    "door_values",
    "assignments",
    "rule_decisions",
    "correction_requests",
    "correction_events",
    "finding_trail",
)


def upgrade() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer, primary_key=True),
        *_written(),
        sa.Column("stop_id", sa.String(32), nullable=False, index=True),
        sa.Column("grid_code", sa.String(15)),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("missed", sa.String(32)),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("visited_at", sa.DateTime, nullable=False),
        sa.Column("visited_by", sa.String(64), nullable=False),
        sa.Column("written_at", sa.DateTime, nullable=False),
        sa.Column("release_id", sa.String(64), nullable=False),
    )
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer, primary_key=True),
        *_written(),
        sa.Column("visit_key", sa.String(64), index=True),
        sa.Column("finding_id", sa.String(32), nullable=False, index=True),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("evidence_hash", sa.String(32), nullable=False),
        sa.Column("stop_id", sa.String(32), nullable=False),
        sa.Column("grid_code", sa.String(15)),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("reason_code", sa.String(32), nullable=False),
        sa.Column("seen_on", sa.Date, nullable=False),
        sa.Column("proof", sa.String(32), nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("given_by", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("given_at", sa.DateTime, nullable=False),
        sa.Column("release_id", sa.String(64), nullable=False),
    )
    op.create_table(
        "door_values",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("verdict_key", sa.String(64), sa.ForeignKey("verdicts.key"), nullable=False, index=True),
        sa.Column("entity", sa.String(16), nullable=False),
        sa.Column("entity_id", sa.String(32), nullable=False),
        sa.Column("attribute", sa.String(64), nullable=False),
        sa.Column("value", sa.String(500), nullable=False),
        sa.Column("value_token", sa.String(64)),
        sa.Column("value_dwelling_id", sa.String(32)),
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer, primary_key=True),
        *_written(),
        sa.Column("stop_id", sa.String(32), nullable=False, index=True),
        sa.Column("grid_code", sa.String(15)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("username", sa.String(64)),
        sa.Column("due_on", sa.Date),
        *_signed(),
    )
    op.create_table(
        "rule_decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        *_written(),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("area", sa.String(15), nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        *_signed(),
    )
    op.create_table(
        "correction_requests",
        sa.Column("id", sa.Integer, primary_key=True),
        *_written(),
        sa.Column("source", sa.String(64), nullable=False, index=True),
        sa.Column("record_key", sa.String(128)),
        sa.Column("entity", sa.String(16), nullable=False),
        sa.Column("entity_id", sa.String(32), nullable=False),
        sa.Column("attribute", sa.String(64), nullable=False),
        sa.Column("stated", sa.String(500)),
        sa.Column("seen", sa.String(500), nullable=False),
        sa.Column("seen_token", sa.String(64)),
        sa.Column("seen_dwelling_id", sa.String(32)),
        sa.Column("verdict_key", sa.String(64)),
        sa.Column("grid_code", sa.String(15)),
        sa.Column("delivery_id", sa.String(64)),
        sa.Column("row_no", sa.Integer),
        sa.Column("file_name", sa.String(255)),
        sa.Column("stated_on", sa.Date),
        sa.Column("stated_token", sa.String(64)),
        sa.Column("finding_id", sa.String(32)),
        sa.Column("rule", sa.String(64)),
        sa.Column("reason_code", sa.String(32)),
        sa.Column("seen_on", sa.Date),
        sa.Column("proof", sa.String(32)),
        sa.Column("due_on", sa.Date, nullable=False),
        *_signed(),
    )
    op.create_table(
        "correction_events",
        sa.Column("id", sa.Integer, primary_key=True),
        *_written(),
        sa.Column("request_id", sa.Integer, sa.ForeignKey("correction_requests.id"), nullable=False, index=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_on", sa.Date),
        *_signed(),
    )
    op.create_table(
        "finding_trail",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("finding_id", sa.String(32), nullable=False, index=True),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("change", sa.String(16), nullable=False),
        sa.Column("evidence_hash", sa.String(32), nullable=False),
        sa.Column("grid_code", sa.String(15)),
        sa.Column("seen_on", sa.Date, nullable=False),
        sa.Column("release_id", sa.String(64), nullable=False),
    )


def _written() -> list[sa.Column[Any]]:
    return [
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("content", sa.String(64), nullable=False),
    ]


def _signed() -> list[sa.Column[Any]]:
    return [
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
    ]


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
