"""Casebooks: the tests of decisions run on each database a casebook can lie in.

PostgreSQL needs its Debian package and a driver; where either is missing those cases are skipped.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.city import settings_in
from tests.postgres import Postgres, postgres
from tests.warehouse.doorstep import Doorstep, make_release
from warehouse.fieldwork.verdicts import history
from warehouse.releases.reader import OpenRelease
from warehouse.settings import Settings

__all__ = ["postgres"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def casebook_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database's URL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/casebook.sqlite"
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("no driver for PostgreSQL here: pip install psycopg[binary]")
    server: Postgres = request.getfixturevalue("postgres")
    return server.database().url


@pytest.fixture(scope="module")
def door_home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def door_release(door_home: Settings) -> OpenRelease:
    return make_release(door_home)


@pytest.fixture
def step(door_home: Settings, door_release: OpenRelease, casebook_url: str) -> Iterator[Doorstep]:
    """Doors of the small city, and each database that what is written there can lie in."""
    step = Doorstep(door_home, door_release, casebook_url)
    yield step
    step.casebook.close()


@pytest.fixture
def still(door_home: Settings, door_release: OpenRelease, tmp_path: Path) -> Iterator[Doorstep]:
    """For what is refused before any database is asked to write."""
    step = Doorstep(door_home, door_release, f"sqlite:///{tmp_path}/casebook.sqlite")
    yield step
    assert history(step.casebook) == []
    step.casebook.close()
