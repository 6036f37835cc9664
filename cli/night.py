"""`hub nightly`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import typer

from cli import deployment

if TYPE_CHECKING:
    from pipelines.orchestration.nightly import NightResult
    from warehouse.settings import Settings


def nightly() -> None:
    """Run one night: landing, lake, city database, audit, release."""
    run(deployment.load_settings())


def run(settings: Settings) -> NightResult:
    """Run one night, printing its progress, warnings, findings and seconds."""
    from contracts.suite_process import SuiteProcess

    started = time.perf_counter()
    suites = SuiteProcess()  # before Dagster, so that two slow imports share two cores
    from pipelines.orchestration.nightly import run_nightly

    result = run_nightly(settings, typer.echo, suites)
    for warning in result.warnings:
        typer.echo(f"warning: {warning}", err=True)
    findings = sum(result.findings.values())
    seconds = time.perf_counter() - started
    typer.echo(f"release {result.release_id} is served: {findings:,} findings, {seconds:.1f} s")
    typer.echo(f"receipts for the offices: {settings.receipts}")
    return result
