"""A home that earlier code made is taken over by today's: its releases, its casebook, its users.

The earlier code is a commit of this repository; it makes the home in a process of its own, with the packages of today.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from pipelines.orchestration.nightly import run_nightly
from warehouse.cross_check import decisions as rule_decisions
from warehouse.fieldwork.verdicts import history
from warehouse.login.logins import open_logins
from warehouse.releases.publish import current_id, rollback, verify
from warehouse.review import addresses, persons
from warehouse.settings import Settings

ROOT = Path(__file__).parent.parent
BEFORE = "f4cd0bb"  # the last commit before rooms, casebook tables and the cache were renamed
WRITTEN = "老食堂后头那家"  # no office writes it so
MAKE_HOME = """
import json, sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cli.demo import demo
from contracts.code_lists import load_code_lists
from contracts.load import load_catalog
from warehouse import address_decisions, person_decisions
from warehouse.casebook import open_casebook
from warehouse.door.giving import Door, Seen, give
from warehouse.door.stops import Stops
from warehouse.door.values import DoorValues, Said
from warehouse.door.words import Words
from warehouse.office_rows import OfficeRow, OfficeRows
from warehouse.places import Places
from warehouse.policy import User
from warehouse.reader import ReleaseReader
from warehouse.rule import decisions
from warehouse.settings import Settings
from warehouse.unscoped import unscoped

home, written = Path(sys.argv[1]), sys.argv[2]
demo(serve=False, home=home, residents=150, seed=1402, host=None, port=None)
settings, catalog = Settings(home=home), load_catalog()
release, casebook = ReleaseReader(settings).current(), open_casebook(settings)
rows, zone = unscoped(release), ZoneInfo(settings.timezone)

finding = next(f for f in rows("finding") if f["place"] == "door" and f["dwelling_id"] and f["status"] == "open")
words = Words(load_code_lists(), zone, casebook.ledger.now)
lead = User("zhao.lead", "grid_lead", (finding["grid_code"][:12],))
door = Door(casebook, lead, Stops(rows, casebook, release.release_id), words, DoorValues(catalog, settings, words))
value = Said("dwelling", finding["dwelling_id"], "occupancy", "rented")
give(door, Seen("verdict-of-before", finding["finding_id"], release.release_id, "confirmed", "office_outdated",
                datetime.now(zone).date(), "met_in_person", values=(value,)))

left, right = next(
    (a, b) for a in rows("person_link") for b in rows("person_link")
    if a["person_id"] == b["person_id"] and (a["source"], b["source"]) == ("property", "resident")
)
pair = [OfficeRow(row["source"], row["record_key"]) for row in (left, right)]
person_decisions.unlink(casebook, OfficeRows(rows, catalog), *pair, "two of one name", "zhao.lead")

standard_address = min(d["standard_address"] for d in rows("dwelling"))
address_decisions.accept_spelling(casebook, Places(rows), written, standard_address, "seen at the door", "zhao.lead")
decisions.decide(casebook, "decision-of-before", "wrong_grid", "", "stopped", "a new outline", "sun.super", state="running")
casebook.close()
print(json.dumps({"release": release.release_id, "finding": finding["finding_id"], "dwelling": finding["dwelling_id"],
                  "pair": pair, "standard_address": standard_address}))
"""


class FormerHome(NamedTuple):
    """A home of before, and what was decided there: ids, and the pair of office rows that are two persons."""

    settings: Settings
    release: str
    finding: str
    dwelling: str
    pair: list[list[str]]
    standard_address: str

    def ask(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of the served city database."""
        path = self.settings.releases / str(current_id(self.settings)) / "city.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(sql, parameters).fetchall()


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> FormerHome:
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", BEFORE], capture_output=True)
    if archive.returncode:
        pytest.skip(f"commit {BEFORE} is not in this clone: git fetch --unshallow")
    tree, home = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("former") / "var"
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(tree, filter="data")
    (tree / "httpx.py").write_text("from httpx2 import *\n")  # it imports the client under its name of then
    environment = {"PYTHONPATH": str(tree), "PYTHONUTF8": "1", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", MAKE_HOME, str(home), WRITTEN]
    made = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return FormerHome(Settings(home=home), **json.loads(made.stdout.splitlines()[-1]))


@pytest.mark.long
@pytest.mark.slow
def test_a_home_of_before_is_taken_over(former: FormerHome) -> None:
    settings, before = former.settings, former.release
    assert (settings.home / "remembered").is_dir()
    after = run_nightly(settings).release_id
    assert current_id(settings) == after != before
    assert not (settings.home / "remembered").exists()
    assert settings.cache.is_dir()

    users = json.loads((settings.home / "demo-users.json").read_text(encoding="utf-8"))
    with open_logins(settings) as (casebook, logins):
        for user in users:
            session = logins.login(user["username"], user["password"]).session
            assert logins.sessions.find(session.token)
        [verdict] = history(casebook)
        assert (verdict.finding_id, [v.value for v in verdict.values]) == (former.finding, ["rented"])
        [person], [address], [rule] = (
            log.history(casebook) for log in (persons.LOG, addresses.LOG, rule_decisions.LOG)
        )
    assert (*map(list, person.pair), person.decision) == (*sorted(former.pair), "different")
    assert (address.written, address.standard_address) == (WRITTEN, former.standard_address)
    assert (rule.rule, rule.decision) == ("wrong_grid", "stopped")

    [(status,)] = former.ask("select status from finding where finding_id = ?", former.finding)
    assert status == "closed"
    seen = "select value from claim where source = 'doorstep' and entity_id = ? and attribute = 'occupancy'"
    assert former.ask(seen, former.dwelling) == [("rented",)]
    linked = "select person_id from person_link where source = ? and record_key = ?"
    assert former.ask(linked, *former.pair[0]) != former.ask(linked, *former.pair[1])
    state = "select distinct state from rule_figure where rule = 'wrong_grid'"
    assert former.ask(state) == [("stopped_by_person",)]

    assert verify(settings, before) == []
    worker = next(user for user in users if user["role"] == "grid_worker")
    with TestClient(create_app(settings)) as client:
        login = {name: worker[name] for name in ("username", "password")}
        token = client.post("/v1/login", json=login).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert client.get("/v1/worklist", headers=headers).json()["release"] == after
        rollback(settings, before)
        assert client.get("/v1/worklist", headers=headers).json()["release"] == before
