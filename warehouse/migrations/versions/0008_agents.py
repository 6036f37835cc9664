"""An agent has an owner: the user for whom it acts. Areas of `users.areas` may have days from now on (UserArea)."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("users", sa.Column("owner", sa.String(64)))


def downgrade() -> None:
    op.drop_column("users", "owner")
