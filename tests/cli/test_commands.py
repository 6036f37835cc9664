"""The commands on a small simulated city, from `hub demo` to what it tells people to paste."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tests.cli.terminal import HUB, ROOT, hub
from warehouse.access.masking import ROLES
from warehouse.lake.tokens import ensure_keys
from warehouse.settings import Settings

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Home:
    """A deployment and the port its demo spoke of."""

    path: Path
    port: int
    said: str


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Home:
    path = tmp_path_factory.mktemp("hub") / "home"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    result = hub(path, "demo", "--no-serve", "--home", str(path), "--residents", "400", "--port", str(port))
    assert result.exit_code == 0, result.output
    return Home(path, port, result.output)


@pytest.fixture
def api(city: Home) -> Iterator[None]:
    process = subprocess.Popen(
        [*HUB, "serve", "--port", str(city.port)], cwd=ROOT, env={**os.environ, "HUB_HOME": str(city.path)}
    )
    with httpx2.Client(transport=httpx2.HTTPTransport(retries=8)) as client:
        client.get(f"http://127.0.0.1:{city.port}/healthz").raise_for_status()
    yield
    process.terminate()
    process.wait()


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="pasting needs curl and bash")
def test_the_three_things_to_try_work_when_pasted(city: Home, api: None) -> None:
    lines = [line.strip() for line in city.said.splitlines()]
    login, *tries = [line for line in lines if line.startswith(("TOKEN=", "curl "))]
    assert len(tries) == 3
    assert all(f"| {sys.executable} -" in line for line in (login, *tries))
    search, household, findings = (
        json.loads(subprocess.run(["bash", "-c", f"{login}; {line}"], capture_output=True, check=True).stdout)
        for line in tries
    )
    assert search["items"]
    assert household["household"]["household_id"] in tries[1]
    assert findings["items"]
    assert {search["release"], household["release"], findings["release"]} == {search["release"]}


def test_demo_users_are_kept_for_their_owner_only(city: Home) -> None:
    file = city.path / "demo-users.json"
    users = json.loads(file.read_text(encoding="utf-8"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {frozenset(u) for u in users} == {frozenset(("username", "password", "role", "areas", "sources"))}
    assert {u["username"] for u in users} == {
        row["username"] for row in json.loads(hub(city.path, "user", "list", "--format", "json").stdout)
    }
    assert all(f"{u['username']} " in city.said and u["password"] in city.said for u in users)


def test_a_second_demo_in_the_same_home_serves_a_new_release_of_the_same_content(city: Home) -> None:
    before = json.loads(hub(city.path, "release", "list", "--format", "json").stdout)
    result = hub(city.path, "demo", "--no-serve", "--residents", "400", "--port", str(city.port))
    assert result.exit_code == 0, result.output
    after = json.loads(hub(city.path, "release", "list", "--format", "json").stdout)
    assert len(after) == len(before) + 1
    assert {row["content_hash"] for row in after} == {before[0]["content_hash"]}
    assert [row["state"] for row in after] == ["current", *[""] * len(before)]


def test_rollback_and_verify(city: Home, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(city.path, home)
    assert hub(home, "nightly").exit_code == 0
    releases = json.loads(hub(home, "release", "list", "--format", "json").stdout)
    oldest = releases[-1]["id"]
    assert hub(home, "release", "rollback", oldest).output == f"{oldest} is served\n"
    assert (home / "releases" / "CURRENT").read_text(encoding="utf-8").strip() == oldest
    assert hub(home, "release", "verify").exit_code == 0
    shown = hub(home, "release", "show", "--format", "csv").output
    assert "rows,person," in shown
    (home / "releases" / oldest / "city.duckdb").write_bytes(b"")
    (home / "releases" / releases[0]["id"] / "manifest.json").unlink()
    broken = hub(home, "release", "verify", oldest, "--format", "json")
    assert broken.exit_code == 1
    assert "city.duckdb" in json.loads(broken.stdout)[0]["problem"]
    states = {r["id"]: r["state"] for r in json.loads(hub(home, "release", "list", "--format", "json").stdout)}
    assert len(releases) > 1
    assert states[releases[0]["id"]] == "damaged"


def test_sql_reads_the_current_release_and_nothing_else(city: Home) -> None:
    counted = hub(city.path, "sql", "select count(*) as n, 1 as one from person", "--format", "json")
    assert json.loads(counted.stdout)[0]["n"] > 300
    assert hub(city.path, "sql", "select 1 as a where false", "--format", "csv").stdout == "a\n"
    for statement in ("select nothing", "drop table person", "from read_csv('/etc/passwd')", "set threads = 1"):
        refused = hub(city.path, "sql", statement)
        assert refused.exit_code == 1
        assert re.fullmatch(r"hub: release \S+: .+ -> correct the statement\n", refused.stderr)


def test_a_failing_statement_quotes_no_row(city: Home) -> None:
    failed = hub(city.path, "sql", "select cast(name as integer) from person")
    assert re.fullmatch(r"hub: release \S+: ConversionException -> correct the statement\n", failed.stderr)
    assert "there is no statement" in hub(city.path, "sql", "").stderr


def test_columns_of_one_name_show_their_own_values(city: Home) -> None:
    twice = hub(city.path, "sql", "select 1 as code, 2 as code, 3 as code_1, 4 as code", "--format", "json")
    assert json.loads(twice.stdout) == [{"code": 1, "code_2": 2, "code_1": 3, "code_3": 4}]
    assert hub(city.path, "sql", "select 1 as a, 2 as a", "--format", "csv").stdout == "a,a_1\n1,2\n"


def test_users_are_added_with_a_password_from_stdin(city: Home) -> None:
    add = ("user", "add", "anna", "--role", "analyst", "--area", "1402")
    assert hub(city.path, *add, stdin="short\n").exit_code == 1
    assert (
        hub(city.path, *add, stdin="Kor1-mal-zwei9\n").output
        == "anna may log in, and must change it at the first login\n"
    )
    assert "anna" in hub(city.path, "user", "list").output
    assert hub(city.path, "user", "passwd", "anna", stdin="Neu8-mal-drei7\n").exit_code == 0
    unknown = hub(city.path, "user", "passwd", "nobody", stdin="Neu8-mal-drei7\n")
    assert unknown.exit_code == 1
    assert unknown.stderr.startswith("hub: ")
    assert hub(city.path, "user", "disable", "anna").output == "anna may no longer log in\n"
    users = json.loads(hub(city.path, "user", "list", "--format", "json").stdout)
    assert [user["username"] for user in users if user["disabled"] == "yes"] == ["anna"]


def test_an_office_is_added_with_the_sources_it_delivers(tmp_path: Path) -> None:
    add = ("user", "add", "ma.office", "--role", "office")
    for wrong in ((), ("--source", "tax"), ("--source", "resident", "--source", "person")):
        refused = hub(tmp_path, *add, *wrong, stdin="Kor1-mal-zwei9\n")
        assert (
            "there are area, elderly_file, grid, grid_boundary, grid_building, hotline, property, resident"
            in refused.stderr
        )
    assert hub(tmp_path, *add, "--source", "resident", "--source", "property", stdin="Kor1-mal-zwei9\n").exit_code == 0
    [user] = json.loads(hub(tmp_path, "user", "list", "--format", "json").stdout)
    assert (user["role"], user["sources"]) == ("office", ["resident", "property"])


def test_the_help_names_the_roles_there_are(tmp_path: Path) -> None:
    said = " ".join(hub(tmp_path, "user", "add", "--help", COLUMNS="200").output.split())
    assert f"One of {', '.join(ROLES)}." in said


def test_doctor_says_what_is_well_and_what_to_do(city: Home, tmp_path: Path) -> None:
    well = hub(city.path, "doctor", "--format", "json")
    states = {row["part"]: row["state"] for row in json.loads(well.stdout)}
    assert states.pop("calendar") in ("ok", "warning")  # it depends on the day
    assert {*states.values()} == {"ok"}, well.stdout
    assert well.exit_code == 0

    ill = tmp_path / "ill"
    shutil.copytree(city.path, ill)
    (ill / "keys" / "token.key").chmod(0o644)
    current = (ill / "releases" / "CURRENT").read_text(encoding="utf-8").strip()
    (ill / "releases" / current / "city.duckdb").write_bytes(b"")
    result = hub(ill, "doctor", "--format", "json")
    notes = {row["part"]: row["note"] for row in json.loads(result.stdout) if row["state"] == "WRONG"}
    assert result.exit_code == 1
    assert notes.keys() == {"keys", "release"}
    assert "chmod 600" in notes["keys"]
    assert re.search(r"hub (release rollback \S+|nightly)", notes["release"])  # the latter if it is the only one

    ill.chmod(0o755)
    (ill / "casebook.sqlite").chmod(0o644)
    (ill / "secrets").mkdir(mode=0o700)
    (ill / "secrets" / "permits_db").touch()
    (ill / "secrets" / "permits_db").chmod(0o644)
    rows = json.loads(hub(ill, "doctor", "--format", "json").stdout)
    notes = {row["part"]: row["note"] for row in rows if row["state"] == "WRONG"}
    assert f"chmod 700 {ill}" in notes["home"]
    assert f"chmod 600 {ill / 'casebook.sqlite'}" in notes["casebook"]
    assert f"chmod 600 {ill / 'secrets' / 'permits_db'}" in notes["secrets"]

    empty = hub(tmp_path / "empty", "doctor")
    assert empty.exit_code == 1
    assert "run `hub nightly`" in empty.output


def test_doctor_knows_keys_that_were_made_before_the_first_night(tmp_path: Path) -> None:
    """A second factor needs them, too."""
    ensure_keys(Settings(home=tmp_path))
    rows = {row["part"]: row["note"] for row in json.loads(hub(tmp_path, "doctor", "--format", "json").stdout)}
    assert rows["keys"].startswith("token, vault in ")


def test_doctor_names_the_extra_that_a_setting_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def extras(**settings: str) -> dict[str, str]:
        rows = json.loads(hub(tmp_path, "doctor", "--format", "json", **settings).stdout)
        return next(row for row in rows if row["part"] == "extras")

    monkeypatch.setitem(sys.modules, "s3fs", None)
    missing = extras(HUB_LANDING_URL="s3://bucket/prefix")
    assert missing["state"] == "WRONG"
    assert "HUB_LANDING_URL needs `s3`" in missing["note"]
    assert "make setup EXTRAS=s3" in missing["note"]
    well = extras()
    assert well["state"] == "ok"
    assert well["note"] == "postgres, sql, webserver installed, of postgres, s3, sql, webserver"


def test_city_generate_writes_landing_and_truth(tmp_path: Path) -> None:
    result = hub(tmp_path, "city", "generate", "--out", str(tmp_path), "--residents", "100", "--seed", "7")
    assert result.exit_code == 0
    assert (tmp_path / "truth").is_dir()
    few = hub(tmp_path, "city", "generate", "--out", str(tmp_path), "--residents", "3")
    assert (few.exit_code, few.stderr.startswith("hub: --residents: ")) == (1, True)
