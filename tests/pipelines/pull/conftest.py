"""A real PostgreSQL, and a hub that fetches."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines.pull.fetching import PullHub
from tests.postgres import Database, Postgres, postgres

__all__ = ["postgres"]


@pytest.fixture
def database(postgres: Postgres) -> Database:
    return postgres.database()


@pytest.fixture
def hub(tmp_path: Path) -> PullHub:
    return PullHub(tmp_path)
