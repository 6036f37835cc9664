"""Tells the webhook (setting `alert_url`) when a night failed: JSON with event, run, message, at."""

from collections.abc import Callable

import dagster as dg

from warehouse.settings import Settings
from warehouse.webhook import post_event

JOB = "nightly"
REPORTED_BY = "hub/told_by"  # tag of a run whose starter sends the alert itself


def send_alert(settings: Settings, run: str, message: str) -> bool:
    """Post to the webhook; False if there is none or it fails, which is only logged so as not to hide the cause."""
    return post_event(settings, "night_failed", {"run": run, "message": message})


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
