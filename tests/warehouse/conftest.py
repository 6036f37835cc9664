"""Casebooks: the tests of decisions run on each database a casebook can lie in.

PostgreSQL needs its Debian package and a driver; where either is missing those cases are skipped.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.postgres import Postgres, postgres

__all__ = ["postgres"]


@pytest.fixture(params=["sqlite", "postgresql"])
def casebook_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database's URL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/casebook.sqlite"
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("no driver for PostgreSQL here: pip install psycopg[binary]")
    server: Postgres = request.getfixturevalue("postgres")
    return server.database().url
