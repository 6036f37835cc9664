"""Redacts the errors of failed steps before they reach Dagster's event store: of foreign ones only type and place stay.

An exception's text can quote a row. HubErrors never do; all others lose their text, cause and context here.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import dagster as dg

from contracts.errors import HubError
from pipelines.orchestration.night import Night
from warehouse.environment import environment_fault

ROOT = Path(__file__).parents[2]
RETRIES = dg.RetryPolicy(max_retries=2, delay=1, backoff=dg.Backoff.EXPONENTIAL)  # for short faults of disk or network


class TransientError(Exception):
    """An error that a retry may cure; Dagster retries the step by RETRIES."""


def run_step(night: Night, *actions: Callable[[], object]) -> None:
    """Run a step's actions and set `night.error`. Raises dagster.Failure (not retried) or TransientError (retried)."""
    night.error = None
    failure = _outcome(night, actions)
    if failure is not None:
        raise failure  # outside of `except`, so that the original is not attached


def _outcome(night: Night, actions: tuple[Callable[[], object], ...]) -> Exception | None:
    try:
        for action in actions:
            action()
    except HubError as error:
        night.error = error
    except Exception as error:
        fault, place = environment_fault(error), f"{type(error).__name__} at {error_location(error)}"
        if isinstance(error, OSError):
            night.error = fault or HubError(place, remedy="look at disk and network")
            return TransientError(str(night.error))
        night.error = fault or HubError(place, remedy="this is a defect; report the place")
    else:
        return None
    return dg.Failure(str(night.error), allow_retries=False)


def error_location(error: BaseException) -> str:
    """The innermost line of the hub's code in the traceback: `warehouse/build/engine.py:94`."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if Path(f.filename).is_relative_to(ROOT) and "site-packages" not in f.filename]
    last = (ours or frames)[-1]
    name = Path(last.filename).relative_to(ROOT) if ours else Path(last.filename).name
    return f"{name}:{last.lineno}"
