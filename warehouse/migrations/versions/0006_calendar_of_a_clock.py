"""A correction request's clock says by which calendar it was counted; those of before do not."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
CLOCKS = ("correction_requests", "correction_events")


def upgrade() -> None:
    for table in CLOCKS:
        op.add_column(table, sa.Column("calendar", sa.String(16)))


def downgrade() -> None:
    for table in CLOCKS:
        op.drop_column(table, "calendar")
