"""Sends an alert to a webhook (setting `alert_url`) when a night failed, without personal data and without raising.

The body is JSON: event, run, message, at. A relay must convert it to the form of a chat service.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

import dagster as dg
import httpx2

from warehouse.settings import Settings

JOB = "nightly"
REPORTED_BY = "hub/told_by"  # tag of a run whose starter sends the alert itself
TIMEOUT = 10.0
log = logging.getLogger("hub.alert")


def send_alert(settings: Settings, run: str, message: str) -> bool:
    """Post to the webhook; False if there is none or it fails, which is only logged so as not to hide the cause."""
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
    """The sensor that reports failed runs of the daemon, and killed ones (run monitoring marks them failed)."""

    @dg.run_failure_sensor(
        name="failure_alert",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells the webhook in HUB_ALERT_URL that a night failed",
    )
    def alert(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        if run.job_name == JOB and REPORTED_BY not in run.tags:
            tell(settings, run.run_id, _message(context))

    return alert


def _message(context: dg.RunFailureSensorContext) -> str:
    """The errors of the failed steps, which error_redaction.py has cleared of rows; else Dagster's message for the run."""
    messages = []
    for event in context.get_step_failure_events():
        error = event.event_specific_data.error  # type: ignore[union-attr]  # a step failure carries its data
        failure = event.step_failure_data.user_failure_data
        messages.append(str(failure.description if failure else error.message if error else event.message))
    return "; ".join(messages) or str(context.failure_event.message)
