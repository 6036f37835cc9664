"""`hub nightly`: one night through Dagster in this process, with progress, and an error that a person can act on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.errors import HubError
from contracts.load import load_catalog
from contracts.suite_process import SuiteProcess
from pipelines.orchestration.alerts import JOB, TOLD, send_alert
from pipelines.orchestration.definitions import build_defs
from pipelines.orchestration.instance import instance
from pipelines.orchestration.night import Night, Progress, silent
from warehouse.settings import Settings

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class NightResult:
    """What came of a night; `warnings` did not stop it and want somebody's eye."""

    release_id: str
    seconds: dict[str, float]
    rows: dict[str, int]
    findings: dict[str, int]
    warnings: list[str]


def run_nightly(settings: Settings, progress: Progress = silent, suites: SuiteProcess | None = None) -> NightResult:
    """Landing to published release. HubError naming contract, column and rows if the night was stopped.

    `suites` is an audit process that the caller has started already.
    """
    return run_night(Night(settings, load_catalog(), progress, suites=suites))


def run_night(night: Night) -> NightResult:
    """As `run_nightly`, for a night that was put together elsewhere."""
    settings = night.settings
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
        warnings=list(warnings(night)),
    )


def warnings(night: Night) -> Iterator[str]:
    """What did not stop the night and wants somebody's eye: what could not be fetched, refused and kept files, broken
    promises, failed rules."""
    yield from night.not_fetched
    for table, deliveries in night.refused.items():
        for delivery in deliveries:
            yield f"{table}: {delivery.why_not}; what was accepted before stays in force"
    for delivery in night.kept:
        yield f"{delivery.table}: {delivery.reason}; it stays in force as it was read before"
    for delivery in night.unknown:
        yield delivery.reason
    for delivery in night.drifted:
        yield f"{delivery.table}: {delivery.file_name}: columns moved further than the contract allows; see its receipt"
    for name in night.growing:
        yield f"{name} is still being written; it is read the next night"
    for result in night.results:
        if not result.passed:
            yield str(result)
    for name, run in night.rules.items():
        if run.error:
            yield f"rule {name} did not run: {run.error}"
