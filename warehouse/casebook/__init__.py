"""The casebook: everything people write, in SQLite or PostgreSQL, append-only where it is evidence.

Belongs here: the database, its tables, accounts, and the logs the night appends to. Does not: the validation of verdicts,
decisions and requests (fieldwork/, review/, corrections/).
"""
