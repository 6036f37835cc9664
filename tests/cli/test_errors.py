"""How commands fail: one line that says what to do, nothing written where it does not belong, no traceback unasked."""

from __future__ import annotations

import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import HUB, ROOT, hub

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nightly",), r"no office has delivered anything that could be read -> "),
        (("release", "show"), r"no release is published yet -> run `hub nightly`"),
        (("release", "rollback", "x"), r"no release x -> see `hub release list`"),
        (("sql", "select 1"), r"no release is published yet"),
    ],
)
def test_an_error_is_one_line_that_says_what_to_do(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    result = hub(tmp_path, *arguments)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert re.match(rf"hub: .*{said}", result.stderr)


@pytest.mark.parametrize("part", ["landing", "casebook"])
def test_the_demo_keeps_out_of_a_real_home(tmp_path: Path, part: str) -> None:
    if part == "landing":
        (tmp_path / "landing" / "resident").mkdir(parents=True)
    else:
        add = ("user", "add", "anna", "--role", "analyst", "--area", "1402")
        assert hub(tmp_path, *add, stdin="Kor1-mal-zwei9\n").exit_code == 0
    result = hub(tmp_path, "demo", "--no-serve", "--residents", "100")
    assert result.exit_code == 1
    assert result.stderr == f"hub: {tmp_path}: this home holds a deployment that is no demo -> give another --home\n"
    assert {p.name for p in tmp_path.iterdir()} <= {
        "landing",
        "casebook.sqlite",
        "casebook.sqlite-wal",
        "casebook.sqlite-shm",
    }
    assert not list((tmp_path / "landing").glob("*/*"))


def test_what_the_command_writes_is_for_its_user_only(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    subprocess.run(
        [*HUB, "user", "add", "anna", "--role", "analyst", "--area", "1402"],
        cwd=ROOT, env={**os.environ, "HUB_HOME": str(home)}, input=b"Kor1-mal-zwei9\n", check=True, umask=0o022,
    )  # fmt: skip
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (home, home / "casebook.sqlite")}
    assert modes == {"home": 0o700, "casebook.sqlite": 0o600}


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    result = hub(tmp_path, "serve", HUB_PORT="many")
    assert (result.exit_code, result.stderr.startswith("hub: HUB_PORT: ")) == (1, True)
    result = hub(tmp_path, "nightly", HUB_MEMORY="lots")
    assert (result.exit_code, result.stderr.startswith("hub: HUB_MEMORY: ")) == (1, True)


def test_a_port_that_is_taken_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = hub(tmp_path, "demo", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "give another --port" in result.stderr
    assert not (tmp_path / "landing").exists()


def test_tracebacks_come_with_debug_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(*_: object) -> None:
        raise RuntimeError("990001199001011234")

    monkeypatch.setattr("warehouse.releases.publish.release_ids", defect)
    quiet = hub(tmp_path, "release", "list")
    assert re.fullmatch(r"hub: RuntimeError at \S+test_errors\.py:\d+ -> this is a defect; .*\n", quiet.stderr)
    assert "990001" not in quiet.output
    loud = hub(tmp_path, "--debug", "release", "list")
    assert isinstance(loud.exception, RuntimeError)


def test_help_is_light() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys; from cli.main import app; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert not {"dagster", "duckdb", "polars", "great_expectations", "fastapi", "sqlalchemy", "pydantic"} & set(loaded)
