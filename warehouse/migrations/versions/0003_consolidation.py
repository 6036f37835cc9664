"""Tables of decisions about spellings and persons, of changes of persons' ids, and of published releases."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "address_decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("written", sa.String(200), nullable=False),
        sa.Column("community_code", sa.String(12)),
        sa.Column("estate", sa.String(100)),
        sa.Column("standard_address", sa.String(200)),
        *_decided(),
    )
    op.create_table(
        "person_decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("left_source", sa.String(64), nullable=False),
        sa.Column("left_key", sa.String(128), nullable=False),
        sa.Column("right_source", sa.String(64), nullable=False),
        sa.Column("right_key", sa.String(128), nullable=False),
        *_decided(),
    )
    op.create_table(
        "person_trail",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("change", sa.String(16), nullable=False),
        sa.Column("old_id", sa.String(32), nullable=False),
        sa.Column("new_id", sa.String(32), nullable=False),
        sa.Column("release_id", sa.String(64), nullable=False),
        sa.Column("changed_on", sa.Date, nullable=False),
    )
    op.create_table(
        "release_log",
        sa.Column("release_id", sa.String(64), primary_key=True),
        sa.Column("built_at", sa.DateTime, nullable=False),
        sa.Column("known_on", sa.Date, nullable=False),
    )


def _decided() -> list[sa.Column]:  # type: ignore[type-arg]
    return [
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
    ]


def downgrade() -> None:
    for table in ("release_log", "person_trail", "person_decisions", "address_decisions"):
        op.drop_table(table)
