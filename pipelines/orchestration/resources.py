"""What steps are given instead of making it themselves, so that a test or `hub nightly` hands in its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import dagster as dg

from contracts.errors import HubError
from pipelines.orchestration.night import Night, Progress


def night_resource(make: Callable[[Progress], Night]) -> dg.ResourceDefinition:
    """The state of one run, alone in its deployment until the run ends. `make` is given Dagster's log for progress."""

    @contextmanager
    def alone(context: dg.InitResourceContext) -> Iterator[Night]:
        night = make(partial(_log_stage, context))
        try:
            with night.alone():
                yield night
        except HubError as error:
            night.error = error
            raise

    return dg.ResourceDefinition(alone, description="One night's settings, contracts and state")


def _log_stage(context: dg.InitResourceContext, line: str) -> None:
    """Stages only: a line in Dagster's event log costs 50 ms."""
    if context.log and not line.startswith(" "):
        context.log.info(line)
