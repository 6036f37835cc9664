"""Faults of the environment in the middle of a night: one line, the old release serving, and the next night good."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.faults import DEFECT, NoSuites, quick_night
from contracts.errors import HubError
from contracts.load import load_catalog
from pipelines.orchestration import night as night_module
from pipelines.orchestration.night import Night
from pipelines.orchestration.nightly import run_night
from tests.postgres import Database, Postgres, postgres
from tests.small_home import SmallHome, make_small_home
from warehouse.releases.publish import current_id, release_ids
from warehouse.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("dagster_on_disk")]
ROOT = Path(__file__).parents[3]
NIGHT = """
import sys
from pathlib import Path
from benchmarks.faults import quick_night
from cli.main import error_line
from warehouse.settings import Settings
try:
    quick_night(Settings(home=Path(sys.argv[1]), settle_seconds=0))
except Exception as error:
    sys.exit(error_line(error))
"""
__all__ = ["postgres"]


@pytest.fixture(scope="module")
def made(dagster_on_disk: None) -> Iterator[SmallHome]:
    """In a folder that every account may enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield make_small_home(Path(folder))


@pytest.fixture
def settings(made: SmallHome) -> Iterator[Settings]:
    copy = made.copy(made.settings.home.with_name("copy"))
    yield copy.settings
    subprocess.run(["chmod", "-R", "u+rwX", copy.settings.home], check=True)
    shutil.rmtree(copy.settings.home)


@pytest.mark.long
@pytest.mark.skipif(shutil.which("cc") is None, reason="faults.c needs a C compiler: apt-get install gcc libc6-dev")
def test_any_file_operation_may_fail(tmp_path: Path) -> None:
    """A sample; `python -m benchmarks.faults` tries all."""
    parts = ("lake", "vault", "releases", "dagster")
    command = [sys.executable, "-m", "benchmarks.faults", "--sample", "1", *(f"--part={part}" for part in parts)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    outcomes = [line for line in lines if "problem" in line]
    assert [outcome for outcome in outcomes if outcome["problem"]] == []
    assert {outcome["part"] for outcome in outcomes} == set(parts)
    assert all(line["operations"] > 10 for line in lines if "operations" in line)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("part", [".", "lake", "releases", "dagster", "casebook.sqlite"])
def test_a_part_that_may_not_be_written(made: SmallHome, settings: Settings, part: str) -> None:
    served, later = current_id(settings), settings.landing / "resident" / "人口信息_20261101.csv"
    later.parent.mkdir(parents=True, exist_ok=True)
    later.write_bytes(made.register + b"\r\n")
    if os.getuid() == 0:  # root may write everywhere
        subprocess.run(["chown", "-R", "nobody", settings.home], check=True)
    subprocess.run(["chmod", *([] if part == "." else ["-R"]), "a-w", settings.home / part], check=True)
    stopped = night_of_its_owner(settings)
    assert stopped.returncode == 1
    assert re.search("permission|can only be read|cannot be opened|refused", stopped.stderr), stopped.stderr
    assert DEFECT not in stopped.stderr
    assert " -> " in stopped.stderr
    assert current_id(settings) == served
    subprocess.run(["chmod", "-R", "u+rwX", settings.home], check=True)
    assert night_of_its_owner(settings).stderr == ""
    assert current_id(settings) != served


def night_of_its_owner(settings: Settings) -> subprocess.CompletedProcess[str]:
    """A night of the account that the home belongs to; a process of its own, for threads here would not survive a fork."""
    user = settings.home.stat().st_uid if os.getuid() == 0 else None
    command = [sys.executable, "-B", "-c", NIGHT, str(settings.home)]
    try:
        done = subprocess.run(command, cwd=ROOT, user=user, capture_output=True, text=True, check=False)
    except PermissionError:
        pytest.skip("Python lies where no other account may enter")
    return done


class Cut(Night):
    """A night in whose middle the database server shuts everybody out."""

    database: Database

    def cross_check(self) -> None:
        super().cross_check()
        Database("postgres", self.database.port, self.database.programs).run(
            f"alter database {self.database.name} allow_connections false",
            f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{self.database.name}'",
        )


def test_a_database_server_that_is_gone_in_the_middle(settings: Settings, postgres: Postgres) -> None:
    pytest.importorskip("psycopg")
    database, served = postgres.database(), current_id(settings)
    settings = settings.model_copy(update={"casebook_url": database.url})
    night = Cut(settings, load_catalog(), suites=NoSuites())  # type: ignore[arg-type]
    night.database = database
    with pytest.raises(HubError, match="PostgreSQL does not answer, or has ended the connection -> look at the server"):
        run_night(night)
    assert current_id(settings) == served
    Database("postgres", database.port, database.programs).run(f"alter database {database.name} allow_connections true")
    assert quick_night(settings).release_id == current_id(settings) != served


def test_a_clock_that_was_set_back_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Early(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) - timedelta(days=400)

    served = release_ids(settings)[0]
    monkeypatch.setattr(night_module, "datetime", Early)
    result = quick_night(settings)
    assert release_ids(settings)[0] == result.release_id == current_id(settings)
    assert result.release_id > served
    assert any("behind the newest release: was it set back?" in warning for warning in result.warnings)
