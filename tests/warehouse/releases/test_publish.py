"""Releases: whole or not there, never written twice, rolled back by moving the pointer."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from contracts.errors import ReleaseError
from warehouse.releases.content_hash import content_hash
from warehouse.releases.manifest import Manifest
from warehouse.releases.publish import (
    build_time,
    current_id,
    new_candidate,
    new_id,
    prune,
    publish,
    release_ids,
    rollback,
    show,
    verify,
)
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

OLD, NEW = "20260101T000000-aaaaaaaa", "20260102T000000-bbbbbbbb"
ROOT = Path(__file__).parents[3]


def candidate(settings: Settings, name: str) -> Path:
    folder = new_candidate(settings, name)
    with duckdb.connect(str(folder / "city.duckdb")) as connection:
        connection.execute("create table person as select range as person_id from range(3)")
    (folder / "audit").mkdir()
    (folder / "audit" / "city.person.json").write_text("{}", encoding="utf-8")
    return folder


def manifest(id_: str) -> Manifest:
    """As a night would write it; the content hash is of the three persons that `candidate` makes."""
    built_at = datetime.strptime(id_[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return Manifest(id=id_, built_at=built_at, content_hash="0" * 64, rows={"person": 3})


def settings_in(home: Path, keep: int = 2) -> Settings:
    return Settings(home=home, keep_releases=keep)


def publish_releases(settings: Settings, *ids: str) -> None:
    for id_ in ids:
        publish(settings, candidate(settings, id_), manifest(id_))


def test_a_published_release_is_current_and_complete_with_its_manifest(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    assert current_id(settings) is None
    publish_releases(settings, OLD)
    assert current_id(settings) == OLD
    assert verify(settings, OLD) == []
    assert set(show(settings, OLD).files) == {"city.duckdb", "audit/city.person.json"}
    assert (settings.releases / "CURRENT").read_text(encoding="utf-8") == f"{OLD}\n"


def test_verify_names_every_damage(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    folder = candidate(settings, OLD)
    true_hash = content_hash(folder / "city.duckdb")
    engine = {"duckdb": duckdb.__version__}
    publish(settings, folder, manifest(OLD).model_copy(update={"content_hash": true_hash, "engine": engine}))
    assert verify(settings, OLD) == []

    with duckdb.connect(str(settings.releases / OLD / "city.duckdb")) as connection:
        connection.execute("delete from person where person_id = 1")
    (settings.releases / OLD / "audit" / "city.person.json").unlink()
    (settings.releases / OLD / "more.txt").write_text("x", encoding="utf-8")
    assert [p.split(":")[0] for p in verify(settings, OLD)] == [
        "more.txt", "audit/city.person.json", "city.duckdb", "person", "city.duckdb",
    ]  # fmt: skip

    (settings.releases / OLD / "city.duckdb").write_bytes(b"no database")
    assert "city.duckdb: cannot be opened" in verify(settings, OLD)[-1]


def test_rollback_moves_the_pointer_to_a_whole_release_only(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    publish_releases(settings, OLD, NEW)
    rollback(settings, OLD)
    assert current_id(settings) == OLD

    (settings.releases / NEW / "city.duckdb").write_bytes(b"")
    with pytest.raises(ReleaseError, match=r"release 20260102T000000-bbbbbbbb: damaged: city\.duckdb"):
        rollback(settings, NEW)
    with pytest.raises(ReleaseError, match="no release 2020"):
        rollback(settings, "2020")
    with pytest.raises(ReleaseError, match="no release"):
        rollback(settings, "../releases/" + OLD)
    assert current_id(settings) == OLD


def test_a_damaged_manifest_is_reported(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    publish_releases(settings, OLD)
    (settings.releases / OLD / "manifest.json").write_text('{"id": 1}', encoding="utf-8")
    with pytest.raises(ReleaseError, match="manifest is missing or damaged"):
        show(settings, OLD)


def test_an_id_is_never_used_twice(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert new_id(settings, at, "a" * 64) == OLD
    publish_releases(settings, OLD)
    assert new_id(settings, at, "a" * 64) == "20260101T000001-aaaaaaaa"
    with pytest.raises(ReleaseError, match="never used twice"):
        publish(settings, candidate(settings, "again"), manifest(OLD))


def test_the_newest_stay_and_so_do_the_served_and_the_superseded(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    days = [f"2026010{day}T000000-aaaaaaaa" for day in range(1, 7)]
    for id_ in days[:5]:
        publish(settings_in(tmp_path, keep=9), candidate(settings, id_), manifest(id_))
    rollback(settings, days[0])
    assert prune(settings, superseded=days[1]) == [days[2]]
    assert release_ids(settings) == [days[4], days[3], days[1], days[0]]
    publish_releases(settings, days[5])  # a reader may still be about to open the one that was served
    assert release_ids(settings) == [days[5], days[4], days[0]]


def test_as_many_stay_as_the_setting_says_however_fast_they_come(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    now = datetime.now(UTC)
    ids = [f"{now + timedelta(seconds=second):%Y%m%dT%H%M%S}-aaaaaaaa" for second in range(5)]
    publish_releases(settings, *ids)
    assert release_ids(settings) == ids[:2:-1]


def test_a_clock_that_was_set_back_does_not_disorder_releases(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    publish_releases(settings, OLD, NEW)
    newest = datetime(2026, 1, 2, tzinfo=UTC)
    assert build_time(settings, newest + timedelta(hours=1)) == newest + timedelta(hours=1)
    assert build_time(settings, newest - timedelta(days=400)) == newest + timedelta(seconds=1)


def test_old_releases_that_stay_do_not_make_publishing_fail(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = settings_in(tmp_path)
    ids = [f"2026010{day}T000000-aaaaaaaa" for day in range(1, 4)]
    publish_releases(settings, *ids[:2])
    last = candidate(settings, ids[2])
    (settings.releases / f".leaving-{ids[0]}").mkdir()  # renaming a folder onto a filled one is refused
    (settings.releases / f".leaving-{ids[0]}" / "x").touch()
    assert publish(settings, last, manifest(ids[2])).id == current_id(settings) == ids[2]
    assert release_ids(settings) == ids[::-1]
    assert "could not be removed (ENOTEMPTY)" in caplog.text


def test_a_kill_at_any_file_operation_leaves_a_complete_release_serving(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.warehouse.releases.killed_builds", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    kills = [json.loads(line) for line in run.stdout.splitlines()]
    served = [kill["served"] for kill in kills]
    assert not [kill for kill in kills if kill["problems"] or kill["left"] != [".candidate-next"]]
    assert served == sorted(served)  # once the pointer is moved, it stays moved
    assert set(served) == {OLD, NEW}
    assert len(kills) > 15


def test_a_full_disk_is_one_clear_error_and_the_old_release_stays(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    publish_releases(settings, OLD)
    folder = candidate(settings, NEW)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))  # no file may grow beyond ten bytes
    try:
        with pytest.raises(ReleaseError, match=r"the disk refused \(EFBIG\); the served release is untouched"):
            publish(settings, folder, manifest(NEW))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert current_id(settings) == OLD
    assert verify(settings, OLD) == []
