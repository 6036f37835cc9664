"""Opens Dagster's own state in `HUB_HOME/dagster`: runs, events, schedule ticks. Losing it loses only the history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from contracts.errors import HubError
from warehouse.environment import DAMAGED_SQLITE, environment_fault, sqlite_damage
from warehouse.files import write_atomically
from warehouse.settings import Settings

CONFIG = """\
# Written by the hub once; edit it as you like. Runs and events are kept in this folder (SQLite).
telemetry:
  enabled: false
# steps print nothing; their progress is in the run's log
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
# a run whose process was killed is marked failed, so that the alert goes out (needs dagster-daemon)
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
  poll_interval_seconds: 60
# two nights cannot run at once; a second one waits here
concurrency:
  runs:
    max_concurrent_runs: 1
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days: 7
"""


def home(settings: Settings) -> Path:
    """The folder for DAGSTER_HOME, with its `dagster.yaml`."""
    folder = (settings.home / "dagster").absolute()
    if not (folder / "dagster.yaml").exists():
        write_atomically(folder / "dagster.yaml", CONFIG.encode())
    return folder


@contextmanager
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(home(settings))) as opened:
        yield opened


def store_fault(settings: Settings, error: BaseException) -> HubError | None:
    """The fault of Dagster's store that `error` stands for; None if it is none of the environment's."""
    fault, folder = environment_fault(error), settings.home / "dagster"
    if fault is None:
        return None
    return HubError(
        fault.what, where=str(folder), remedy=set_aside(folder) if fault.what == DAMAGED_SQLITE else fault.remedy
    )


def store_damage(settings: Settings, deep: bool = True) -> Iterator[HubError]:
    """Yield the damaged databases of Dagster's store."""
    folder = settings.home / "dagster"
    for path in sorted(folder.rglob("*.db")):
        if problem := sqlite_damage(path, deep):
            yield HubError(problem, where=str(path), remedy=set_aside(folder))


def set_aside(folder: Path) -> str:
    """The remedy for a damaged store: it holds the history of runs, which nothing else needs."""
    return f"mv {folder} {folder}.damaged  # only the history of runs is in it"
