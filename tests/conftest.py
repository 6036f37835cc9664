"""What all tests share: cheap password hashes, and a whole demo night, run once for those that look at its outcome."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import dagster as dg
import duckdb
import polars as pl
import pytest
from argon2 import PasswordHasher
from hypothesis import settings as hypothesis_settings

from contracts.suite_process import SuiteProcess
from demo.city import generate
from pipelines.orchestration import night as orchestrated_night
from pipelines.orchestration import nightly
from pipelines.orchestration.instance import instance
from pipelines.orchestration.nightly import run_nightly
from warehouse.casebook import passwords
from warehouse.lake.tokens import ensure_keys
from warehouse.releases.publish import current_id
from warehouse.settings import Settings

RESIDENTS = 10_400
hypothesis_settings.register_profile("no-deadline", deadline=None)  # speed lives in benchmarks/: the machine is noisy
hypothesis_settings.load_profile("no-deadline")


@dataclass(frozen=True)
class Night:
    """A home in which the offices' files of the simulated community became a release."""

    settings: Settings
    release_id: str

    @property
    def folder(self) -> Path:
        return self.settings.releases / self.release_id

    def truth(self, table: str) -> pl.DataFrame:
        return pl.read_parquet(self.settings.home / "truth" / f"{table}.parquet")

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.folder / "city.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="session", autouse=True)
def _cheap_password_hashes() -> Iterator[None]:
    """Hashing as in production takes 64 MiB and 0.1 s for each user, and so does every login."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "PasswordHasher", partial(PasswordHasher, time_cost=1, memory_cost=64, parallelism=1))
        yield


class SharedSuites(SuiteProcess):
    """The audit's process of all nights of a test run: each would spend seconds on importing Great Expectations."""

    _running: ClassVar[SharedSuites | None] = None

    @classmethod
    def start(cls) -> SharedSuites:
        if cls._running is None or cls._running._child.poll() is not None:
            cls._running = cls()
        return cls._running

    def close(self) -> None:
        """Left running for the next night; it ends with the test run."""


@pytest.fixture(scope="session", autouse=True)
def _shared_suites() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(orchestrated_night, "SuiteProcess", SharedSuites.start)
        yield


@pytest.fixture(scope="session", autouse=True)
def _dagster_in_memory() -> Iterator[None]:
    """Dagster's store on disk takes a third of a small night; commands, and who asks for it, have the real one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nightly, "instance", lambda _: dg.DagsterInstance.ephemeral())
        yield


@pytest.fixture(scope="module")
def dagster_on_disk() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nightly, "instance", instance)
        yield


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """One for all processes of a test run: the first that asks for it makes it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    settings = Settings(home=folder / "night")
    with (folder / "night.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if current_id(settings) is None:
            generate(settings.home, residents=RESIDENTS)
            ensure_keys(settings)
            run_nightly(settings)
        release_id = current_id(settings)
    assert release_id
    return Night(settings, release_id)
