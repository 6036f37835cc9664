"""Telling somebody that a night failed: a webhook (setting `alert_url`). No personal data, and never a second failure.

The body is JSON: event, run, message, at. A chat service's own form is made by the service's relay, not here.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

import dagster as dg
import httpx2

from warehouse.settings import Settings

JOB = "nightly"
TOLD = "hub/told_by"  # a run with this tag is reported by whoever started it
TIMEOUT = 10.0
log = logging.getLogger("hub.alert")


def send_alert(settings: Settings, run: str, message: str) -> bool:
    """Post to the webhook; false if there is none or it does not take it (logged: an alert must not hide its cause)."""
    if not settings.alert_url:
        return False
    body = {"event": "night_failed", "run": run, "message": message, "at": datetime.now(UTC).isoformat()}
    try:
        httpx2.post(settings.alert_url, json=body, timeout=TIMEOUT).raise_for_status()
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        log.warning("the alert webhook did not take the message: %s", type(error).__name__)
        return False
    return True


def failure_alert(settings: Settings, tell: Callable[[Settings, str, str], object] = send_alert) -> dg.SensorDefinition:
    """For runs that the daemon started, and for those that were killed (run monitoring marks them failed)."""

    @dg.run_failure_sensor(
        name="failure_alert",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells the webhook in HUB_ALERT_URL that a night failed",
    )
    def alert(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        if run.job_name == JOB and TOLD not in run.tags:
            tell(settings, run.run_id, _message(context))

    return alert


def _message(context: dg.RunFailureSensorContext) -> str:
    """The errors of the failed steps, free of quoted rows by error_redaction.py; else what Dagster says of the run."""
    said = []
    for event in context.get_step_failure_events():
        error = event.event_specific_data.error  # type: ignore[union-attr]  # a step failure carries its data
        failure = event.step_failure_data.user_failure_data
        said.append(str(failure.description if failure else error.message if error else event.message))
    return "; ".join(said) or str(context.failure_event.message)
