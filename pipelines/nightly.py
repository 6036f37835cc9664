"""`hub nightly`: one night through Dagster in this process, with progress, and an error that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.errors import HubError
from contracts.load import load_catalog
from pipelines.alerts import JOB, TOLD, send_alert
from pipelines.definitions import build_defs
from pipelines.instance import instance
from pipelines.night import Night, Progress, silent
from warehouse.settings import Settings

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class NightResult:
    """What came of a night. `refused`: by source table, why the newest delivery is not in force (an older one is)."""

    release_id: str
    seconds: dict[str, float]
    rows: dict[str, int]
    findings: dict[str, int]
    refused: dict[str, str]
    warnings: list[str]


def run_nightly(settings: Settings, progress: Progress = silent) -> NightResult:
    """Landing to published release. HubError naming contract, column and rows if the night was stopped."""
    night = Night(settings, load_catalog(), progress)
    job = build_defs(settings, night).resolve_job_def(JOB)
    with instance(settings) as opened:
        run = job.execute_in_process(
            instance=opened, run_config=QUIET, tags={TOLD: "hub nightly"}, raise_on_error=False
        )
    if not run.success:
        error = night.error or HubError("the night failed inside Dagster", remedy="see it with `dagster dev`")
        send_alert(settings, run.run_id, str(error))
        raise error
    return NightResult(
        release_id=night.release_id,
        seconds=night.seconds,
        rows=night.rows,
        findings={name: run.findings for name, run in night.rules.items()},
        refused={name: f"{d.file_name}: {d.reason}" for name, d in night.refused.items()},
        warnings=[str(r) for r in night.results if not r.passed]
        + [f"rule {name} did not run: {run.error}" for name, run in night.rules.items() if run.error],
    )
