"""Runs one night through Dagster in this process (`hub nightly`), with progress and an error that a person can act on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.errors import HubError
from contracts.load import load_catalog
from contracts.suite_process import SuiteProcess
from pipelines.orchestration.alerts import JOB, REPORTED_BY, send_alert
from pipelines.orchestration.definitions import build_defs
from pipelines.orchestration.instance import instance, store_fault
from pipelines.orchestration.night import Night, Progress, no_progress
from warehouse.settings import Settings

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class NightResult:
    """The result of a night; `warnings` did not stop it, but somebody should look at them."""

    release_id: str
    seconds: dict[str, float]
    rows: dict[str, int]
    findings: dict[str, int]
    warnings: list[str]


def run_nightly(
    settings: Settings, progress: Progress = no_progress, suites: SuiteProcess | None = None
) -> NightResult:
    """Run a night from landing to the published release. HubError: it was stopped; names contract, column and rows.

    `suites` is an audit process that the caller has already started.
    """
    return run_night(Night(settings, load_catalog(), progress, suites=suites))


def run_night(night: Night) -> NightResult:
    """Run a night that the caller has set up, like `run_nightly`."""
    settings = night.settings
    job = build_defs(settings, night).resolve_job_def(JOB)
    run_id, success, error = "", False, None
    try:
        with instance(settings) as opened:
            run = job.execute_in_process(
                instance=opened, run_config=QUIET, tags={REPORTED_BY: "hub nightly"}, raise_on_error=False
            )
            run_id, success = run.run_id, run.success
    except Exception as fault:  # Dagster's own store failed; a step's errors are in night.error
        success, error = False, store_fault(settings, fault)
        if error is None:
            raise
    if not success:
        error = night.error or error or HubError("the night failed inside Dagster", remedy="see it with `dagster dev`")
        send_alert(settings, run_id, str(error))
        raise error from None
    return NightResult(
        release_id=night.release_id,
        seconds=night.seconds,
        rows=night.rows,
        findings={name: run.findings for name, run in night.rules.items()},
        warnings=list(warnings(night)),
    )


def warnings(night: Night) -> Iterator[str]:
    """Yield the night's warnings: failed fetches, refused files, drift, failed archiving, failed checks and rules."""
    yield from night.fetch_failures
    for table, deliveries in night.not_in_force.items():
        for delivery in deliveries:
            yield f"{table}: {delivery.why_not}; what was accepted before stays in force"
    for delivery in night.read_by_older_contract:
        yield f"{delivery.table}: {delivery.reason}; it stays in force as it was read before"
    for delivery in night.without_contract:
        yield delivery.reason
    for delivery in night.with_drift:
        yield f"{delivery.table}: {delivery.file_name}: columns moved further than the contract allows; see its receipt"
    yield from night.archive_failures
    if night.clock_behind:
        yield f"the clock is {night.clock_behind} behind the newest release: was it set back? -> look at `timedatectl`"
    for name in night.growing_files:
        yield f"{name} is still being written; it is read the next night"
    for result in night.results:
        if not result.passed:
            yield str(result)
    for name, run in night.rules.items():
        if run.error:
            yield f"rule {name} did not run: {run.error}"
