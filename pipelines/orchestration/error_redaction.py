"""What may reach Dagster's event store when a step fails: our own errors as they are, of others only type and place.

An exception's text can quote a row. Errors of ours promise not to; the rest is cut here, cause and context included.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import dagster as dg

from contracts.errors import HubError
from pipelines.orchestration.night import Night

ROOT = Path(__file__).parents[2]
RETRIES = dg.RetryPolicy(max_retries=2, delay=1, backoff=dg.Backoff.EXPONENTIAL)  # for a disk or network that hiccups


class TransientError(Exception):
    """The step may go well the next time; Dagster retries it as the policy says."""


def run_step(night: Night, *actions: Callable[[], object]) -> None:
    """Run a step's actions. Errors leave as dagster.Failure (not retried) or TransientError (retried)."""
    night.error = None
    failure = _outcome(night, actions)
    if failure is not None:
        raise failure  # outside of `except`: nothing of the original travels along


def _outcome(night: Night, actions: tuple[Callable[[], object], ...]) -> Exception | None:
    try:
        for action in actions:
            action()
    except HubError as error:
        night.error = error
    except OSError as error:
        night.error = HubError(f"{type(error).__name__} at {error_location(error)}", remedy="look at disk and network")
        return TransientError(str(night.error))
    except Exception as error:
        night.error = HubError(
            f"{type(error).__name__} at {error_location(error)}", remedy="this is a defect; report the place"
        )
    else:
        return None
    return dg.Failure(str(night.error), allow_retries=False)


def error_location(error: BaseException) -> str:
    """`warehouse/build/engine.py:94`: the innermost line of ours the error passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if Path(f.filename).is_relative_to(ROOT) and "site-packages" not in f.filename]
    last = (ours or frames)[-1]
    name = Path(last.filename).relative_to(ROOT) if ours else Path(last.filename).name
    return f"{name}:{last.lineno}"
