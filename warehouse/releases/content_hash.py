"""Row counts of a city database, and one hash over its content.

Not here: building it (`build/engine.py`), the hashes of a release's files (`publish.py`).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

from contracts.model import Catalog


def row_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """The number of rows of every published table, by relation."""
    rows = connection.execute(
        "select schema_name, table_name from duckdb_tables() where not temporary order by 1, 2"
    ).fetchall()
    names = [name if schema == "main" else f"{schema}.{name}" for schema, name in rows]
    return {name: connection.execute(f"select count(*) from {name}").fetchall()[0][0] for name in names}


def contracts_digest(catalog: Catalog) -> str:
    """One hash over the digests of all contracts, to tell whether a release was built with other ones."""
    lines = sorted(f"{name} {table.digest}" for name, table in catalog.tables.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def content_hash(path: Path) -> str:
    """A hash of the tables' content, independent of the order of rows, the file's layout and the night of the build.

    Per table the sum of the rows' hashes (128 bits); the table `release` names the night and is left out.
    """
    connection = duckdb.connect(str(path), read_only=True)
    try:
        lines = []
        for relation in sorted(row_counts(connection)):
            if relation != "release":
                total = connection.execute(f"select count(*), sum(hash(t)) from {relation} t").fetchall()[0]
                lines.append(f"{relation} {total}")
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
    finally:
        connection.close()
