"""Schedules the night: daily at 01:30 local time, and when an office has put a new file into landing."""

import hashlib
import json

import dagster as dg

from pipelines.ingest.file_hashes import FileHashes
from pipelines.ingest.landing import landing_files, stamp_of
from pipelines.orchestration.alerts import JOB
from warehouse.settings import Settings

NIGHTLY = "30 1 * * *"
TICK_SECONDS = 60


def nightly_schedule(settings: Settings) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name="every_night",
        job_name=JOB,
        cron_schedule=NIGHTLY,
        execution_timezone=settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )


def landing_sensor(settings: Settings) -> dg.SensorDefinition:
    """The sensor that requests a night when landing has changed and then not for one tick, so that copies are complete."""

    @dg.sensor(name="new_delivery", job_name=JOB, minimum_interval_seconds=TICK_SECONDS)
    def new_delivery(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        cursor = json.loads(context.cursor or '{"seen": "", "done": ""}')
        now = landing_state(settings)
        if now in ("", cursor["done"]):
            return dg.SkipReason("nothing new in landing")
        if now != cursor["seen"]:
            context.update_cursor(json.dumps(cursor | {"seen": now}))
            return dg.SkipReason("landing has changed; waiting one tick for copies to end")
        done = json.dumps({"seen": now, "done": now})
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=now)], cursor=done)

    return new_delivery


def landing_state(settings: Settings) -> str:
    """A hash of the names, sizes and times of the files in landing that no night has read; "" if there are none."""
    hashes = FileHashes(settings)
    lines = [f"{str(p)!a} {stamp_of(p)}" for p in landing_files(settings.landing) if not hashes.is_known(p)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest() if lines else ""
