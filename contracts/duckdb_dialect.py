"""DuckDB as Great Expectations needs it: a SQLAlchemy dialect without transactions.

GX reads a result after the connection was rolled back; DuckDB drops an open result with the rollback, and every
expectation then ends in `list index out of range`. An audit only reads, so it needs no transaction to begin or end.
"""

from __future__ import annotations

from typing import Any

from duckdb_sqlalchemy import Dialect
from sqlalchemy.dialects import registry

NAME = "hubduck"


class ReadingDialect(Dialect):  # type: ignore[misc]  # the driver is untyped
    """`hubduck:///<path>`; GX looks at `name` to know the SQL it may write."""

    name = "duckdb"
    supports_statement_cache = False

    def do_begin(self, dbapi_connection: Any) -> None: ...

    def do_commit(self, dbapi_connection: Any) -> None: ...

    def do_rollback(self, dbapi_connection: Any) -> None: ...


def register() -> None:
    registry.register(NAME, __name__, ReadingDialect.__name__)
