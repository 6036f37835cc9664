"""Dagster resources: the night's state, which a test or `hub nightly` can replace by its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import dagster as dg

from pipelines.orchestration.night import Night, Progress
from warehouse.environment import environment_fault


def night_resource(make: Callable[[Progress], Night]) -> dg.ResourceDefinition:
    """The state of one run, which holds the deployment's lock until it ends; `make` gets Dagster's log as progress."""

    @contextmanager
    def alone(context: dg.InitResourceContext) -> Iterator[Night]:
        night = make(partial(_log_stage, context))
        try:
            with night.alone():
                yield night
        except Exception as error:
            night.error = environment_fault(error)
            raise

    return dg.ResourceDefinition(alone, description="One night's settings, contracts and state")


def _log_stage(context: dg.InitResourceContext, line: str) -> None:
    """Log stages only, because a line in Dagster's event log costs 50 ms."""
    if context.log and not line.startswith(" "):
        context.log.info(line)
