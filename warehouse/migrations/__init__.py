"""The casebook's shape over time (Alembic). A new shape is a new file in `versions/`, never an edit of an old one."""
