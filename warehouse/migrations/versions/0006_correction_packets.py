"""A correction request carries its packet: the office's row, and what was seen."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
COLUMNS = (
    ("delivery_id", sa.String(64)),
    ("row_no", sa.Integer),
    ("file_name", sa.String(255)),
    ("stated_on", sa.Date),
    ("stated_token", sa.String(64)),
    ("finding_id", sa.String(32)),
    ("rule", sa.String(64)),
    ("reason_code", sa.String(32)),
    ("seen_on", sa.Date),
    ("proof", sa.String(32)),
)


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("correction_requests", sa.Column(name, kind))


def downgrade() -> None:
    for name, _ in COLUMNS:
        op.drop_column("correction_requests", name)
