"""The verdicts of one visit are found without reading all."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("ix_verdicts_visit_key", "verdicts", ["visit_key"])


def downgrade() -> None:
    op.drop_index("ix_verdicts_visit_key", "verdicts")
