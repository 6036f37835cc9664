"""Tables are named as the code names what lies in them: observed values, the logs of persons' ids and of findings."""

from alembic import op

revision = "0005"
down_revision = "0004"
NAMES = {"door_values": "observed_values", "person_trail": "person_id_log", "finding_trail": "finding_log"}
INDEX_COLUMNS = {"observed_values": "verdict_key", "finding_log": "finding_id"}


def upgrade() -> None:
    _rename(NAMES)


def downgrade() -> None:
    _rename({new: old for old, new in NAMES.items()})


def _rename(names: dict[str, str]) -> None:
    for old, new in names.items():
        op.rename_table(old, new)
        if column := INDEX_COLUMNS.get(old) or INDEX_COLUMNS.get(new):
            # SQLite renames no index
            op.drop_index(f"ix_{old}_{column}", new)
            op.create_index(f"ix_{new}_{column}", new, [column])
