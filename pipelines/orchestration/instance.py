"""Opens Dagster's own state in `HUB_HOME/dagster`: runs, events, schedule ticks. Losing it loses only the history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

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
