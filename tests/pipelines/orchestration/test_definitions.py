"""Dagster's definitions: lineage from landing to release, the schedule, the sensors, the instance's settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from contracts.load import load_catalog
from pipelines.ingest.file_hashes import FileHashes
from pipelines.ingest.landing import arrivals
from pipelines.orchestration.alerts import JOB, REPORTED_BY, failure_alert
from pipelines.orchestration.definitions import build_defs
from pipelines.orchestration.instance import home as dagster_home
from pipelines.orchestration.instance import instance
from pipelines.orchestration.schedules import landing_sensor
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


def key(path: str) -> dg.AssetKey:
    return dg.AssetKey(path.split("/"))


def test_every_table_can_be_followed_from_landing_to_release(tmp_path: Path) -> None:
    graph = build_defs(Settings(home=tmp_path)).resolve_asset_graph()
    parents = {k: graph.get(k).parent_keys for k in graph.get_all_asset_keys()}
    assert parents[key("lake/resident")] == {key("landing/resident")}
    assert {key("lake/resident"), key("city/address_link")} <= parents[key("source/resident")]
    assert key("city/person") in parents[key("city/finding")]
    assert key("city/finding") in parents[key("release")]

    def ancestors(k: dg.AssetKey) -> set[dg.AssetKey]:
        return parents[k] | {a for p in parents[k] for a in ancestors(p)}

    assert key("landing/hotline") in ancestors(key("city/ticket"))
    # of relations that are generated from contracts, too, what they are made from is shown
    assert {key(f"source/{source}") for source in ("resident", "property", "hotline")} <= parents[
        key("city/person_link")
    ]
    for table in ("source/hotline", "city/ticket", "city/release"):
        assert graph.get_check_keys_for_assets({key(table)}), f"{table} has no check"


def test_the_night_starts_at_half_past_one_in_the_deployment_s_time_zone(tmp_path: Path) -> None:
    defs = build_defs(Settings(home=tmp_path, timezone="Asia/Urumqi"))
    schedule = defs.resolve_schedule_def("every_night")
    assert (schedule.cron_schedule, schedule.execution_timezone, schedule.job_name) == (
        "30 1 * * *",
        "Asia/Urumqi",
        JOB,
    )
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING


def test_the_landing_sensor_waits_for_copies_to_end_and_asks_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    sensor = landing_sensor(settings)
    cursor: str | None = None

    def tick() -> int:
        nonlocal cursor
        result = sensor.evaluate_tick(dg.build_sensor_context(cursor=cursor))
        cursor = result.cursor or cursor
        return len(result.run_requests or [])

    folder = settings.landing / "resident"
    folder.mkdir(parents=True)
    assert tick() == 0  # nothing there
    (folder / "人口信息_20260101.csv").write_text("half", encoding="utf-8")
    assert tick() == 0  # it has changed
    (folder / "人口信息_20260101.csv").write_text("half and the rest", encoding="utf-8")
    assert tick() == 0  # it is still changing
    assert tick() == 1  # it has stayed as it is
    assert tick() == 0  # asked for already
    (folder / ".copying.tmp").write_text("not a delivery", encoding="utf-8")
    assert tick() == 0
    for name in ("resident/~$open.xlsx", "resident/half.csv.part", "resident/half.tmp"):
        (settings.landing / name).write_text("being written", encoding="utf-8")
    assert tick() == 0
    (settings.landing / "resident" / "2026").mkdir()
    (settings.landing / "resident" / "2026" / "人口信息_20260102.csv").write_text("deeper", encoding="utf-8")
    (settings.landing / "人口信息_20260103.csv").write_text("in no folder", encoding="utf-8")
    assert (tick(), tick()) == (0, 1)
    hashes = FileHashes(settings)  # the night reads them, and archives some
    for arrival in arrivals(settings.landing, load_catalog()):
        hashes.identify(arrival)
    hashes.save()
    assert tick() == 0
    (settings.landing / "人口信息_20260103.csv").unlink()
    assert (tick(), tick()) == (0, 0)  # what left landing is nothing new
    (folder / "人口信息_20260101.csv").write_text("delivered again", encoding="utf-8")
    assert (tick(), tick()) == (0, 1)
    assert set(json.loads(cursor or "")) == {"seen", "done"}


def test_a_failed_run_of_the_daemon_is_told_with_its_steps_words(tmp_path: Path) -> None:
    @dg.op
    def broken() -> None:
        raise dg.Failure("person.sex: code broken in 12 rows", allow_retries=False)

    @dg.job(name=JOB)
    def nightly() -> None:
        broken()

    told: list[tuple[str, str]] = []
    settings = Settings(home=tmp_path)
    sensor = failure_alert(settings, tell=lambda _, run, message: told.append((run, message)))
    for tags in ({}, {REPORTED_BY: "hub nightly"}):
        with instance(settings) as opened:
            run = nightly.execute_in_process(instance=opened, raise_on_error=False, tags=tags)
            context = dg.build_run_status_sensor_context(
                sensor_name="failure_alert",
                dagster_instance=opened,
                dagster_run=run.dagster_run,
                dagster_event=run.get_run_failure_event(),
            )
            sensor(context.for_run_failure())
    assert [message for _, message in told] == ["person.sex: code broken in 12 rows"]


def test_dagster_s_own_settings_are_written_once_and_then_the_operator_s(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    config = dagster_home(settings) / "dagster.yaml"
    written = yaml.safe_load(config.read_text(encoding="utf-8"))
    assert written["telemetry"] == {"enabled": False}
    assert written["run_monitoring"]["enabled"] is True
    config.write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    dagster_home(settings)
    assert "run_monitoring" not in config.read_text(encoding="utf-8")


def test_the_workspace_loads(tmp_path: Path) -> None:
    environment = {**os.environ, "HUB_HOME": str(tmp_path), "DAGSTER_HOME": str(dagster_home(Settings(home=tmp_path)))}
    run = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-2000:]
