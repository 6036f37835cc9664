"""The promise of the shape: a new table is one YAML, a new cross-check one SQL file, a new endpoint one route file; a source
that names persons is its YAML, the label of what it says, and its place in the order of authority.

A copy of the project is given one of each, and nothing else is edited; then a real night and a real server run in it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import httpx2
import pytest

from tests import school_roll

pytestmark = [pytest.mark.slow, pytest.mark.long]

ROOT = Path(__file__).parent.parent
PACKAGES = ("contracts", "warehouse", "pipelines", "api", "cli", "demo")

CONTRACT = r"""
apiVersion: v3.2.0
kind: DataContract
id: parking
version: 1.0.0
status: active
description: {purpose: know whose car stands where}
schema:
  - name: parking
    businessName: 停车证
    description: one row per parking permit
    properties:
      - {name: permit_no, physicalName: 证号, logicalType: string, primaryKey: true, required: true, classification: internal,
         description: Number that the office gave the permit}
      - name: holder
        physicalName: 持证人
        businessName: 持证人
        description: Name of the person the permit was given to
        logicalType: string
        classification: personal
        customProperties: [{property: purpose, value: parking}, {property: mask, value: name}]
      - name: phone
        physicalName: 电话
        businessName: 电话
        description: Telephone number of the holder
        logicalType: string
        classification: sensitive
        customProperties: [{property: purpose, value: parking}, {property: token, value: phone}]
      - name: home
        physicalName: 住址
        businessName: 住址
        description: Address at which the holder lives, as the office wrote it
        logicalType: string
        classification: personal
        customProperties: [{property: purpose, value: parking}, {property: address, value: 1}, {property: mask, value: address}]
      - {name: cars, physicalName: 车辆数, logicalType: integer, classification: personal,
         description: Number of cars that the permit is for,
         customProperties: [{property: purpose, value: parking}], logicalTypeOptions: {minimum: 0, maximum: 5}}
customProperties:
  - {property: load, value: snapshot}
  - {property: layout, value: {format: csv, file_pattern: '停车证_(?P<date>\d{8})\.csv'}}
"""
RULE = """/*
title: 多车
meaning: 一处房屋登记了三辆以上的车，上门核实。
severity: low
subject: dwelling
place: door
purpose: parking
legal_basis: 停车管理办法
owner: 城管
rows: {parking: [cars]}
evidence: {cars: 车辆数}
given: {source.parking: [{dwelling_id: many, cars: 4}, {dwelling_id: few, cars: 1}]}
expected: [many]
*/
select dwelling_id as subject_id, dwelling_id, grid_code, cars, ['parking:' || permit_no] as evidence_rows
from source.parking where cars >= 3
"""
ROUTE = '''"""Permits of the caller's grids."""

from fastapi import APIRouter

from api.dependencies import ViewDep

router = APIRouter()


@router.get("/v1/permits")
def permits(view: ViewDep) -> dict[str, object]:
    return {"permits": len(view.rows("parking")), "release": view.release_id}
'''


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def hub(*arguments: str) -> list[str]:
    """Command line of `hub` as the copy has it."""
    return [sys.executable, "-c", "from cli.main import run; run()", *arguments]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A copy of the project with one new contract, rule and route, and a home where a night has run on them."""
    project, home = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("home")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, project / package, ignore=shutil.ignore_patterns("__pycache__"))
    (project / "contracts/sources/parking.odcs.yaml").write_text(CONTRACT, encoding="utf-8")
    school_roll.declare(project)
    (project / "warehouse/rules/many_cars.sql").write_text(RULE, encoding="utf-8")
    (project / "warehouse/rules/half_written.sql").write_text(RULE.rstrip() + " and (", encoding="utf-8")
    (project / "warehouse/rules/half_saved.sql").write_bytes(RULE.encode("gb18030"))
    (project / "api/routes/permits.py").write_text(ROUTE, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(project), "HUB_HOME": str(home)}

    def run(*arguments: str) -> None:
        done = subprocess.run(hub(*arguments), cwd=project, env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr

    run("demo", "--no-serve", "--residents", "1000")
    address = first_address(home)
    landing = home / "landing" / "parking"
    landing.mkdir()
    (landing / "停车证_20261031.csv").write_text(
        f"证号,持证人,电话,住址,车辆数\nP1,王小明,15412345678,{address},4\nP2,李小红,,{address},1\nP3,赵大,,不知道,99\n",
        encoding="utf-8",
    )
    school_roll.deliver(home, pupils(home))
    run("nightly")
    return home, env


def first_address(home: Path) -> str:
    """A dwelling in the grid of the demo's first grid worker."""
    [grid] = worker(home)["areas"]
    with duckdb.connect(str(current(home)), read_only=True) as connection:
        found = connection.execute("select min(standard_address) from dwelling where grid_code = ?", [grid]).fetchall()
    return str(found[0][0])


def pupils(home: Path) -> list[school_roll.Pupil]:
    """Residents of the first grid worker's grid, on whom only their school says more."""
    return school_roll.known_pupils(current(home), worker(home)["areas"][0])


def current(home: Path) -> Path:
    return home / "releases" / (home / "releases" / "CURRENT").read_text(encoding="utf-8").strip() / "city.duckdb"


def worker(home: Path, role: str = "grid_worker") -> dict[str, str]:
    users = json.loads((home / "demo-users.json").read_text(encoding="utf-8"))
    return next(user for user in users if user["role"] == role)


Get = Callable[[str, str], dict[str, object]]


@pytest.fixture(scope="module")
def get(environment: tuple[Path, dict[str, str]]) -> Iterator[Get]:
    """`get(role, path)` from a real server on the copy."""
    home, env = environment
    port = free_port()
    server = subprocess.Popen(hub("serve", "--port", str(port)), env=env, cwd=env["PYTHONPATH"])
    client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
    try:
        wait_until_up(client, server)
        tokens: dict[str, str] = {}

        def get(role: str, path: str) -> dict[str, object]:
            if role not in tokens:
                user = worker(home, role)
                body = {"username": user["username"], "password": user["password"]}
                tokens[role] = client.post("/v1/login", json=body).raise_for_status().json()["access_token"]
            answer = client.get(path, headers={"Authorization": f"Bearer {tokens[role]}"})
            return dict(answer.raise_for_status().json())

        yield get
    finally:
        client.close()
        server.terminate()
        server.wait(timeout=30)


def wait_until_up(client: httpx2.Client, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        try:
            client.get("/healthz").raise_for_status()
        except httpx2.HTTPError:
            continue
        return
    pytest.fail("the server did not come up")


def test_a_new_contract_is_ingested_checked_and_published(environment: tuple[Path, dict[str, str]]) -> None:
    home, _ = environment
    with duckdb.connect(str(current(home)), read_only=True) as connection:
        rows = connection.execute(
            "select permit_no, phone_masked, dwelling_id is not null from source.parking order by 1"
        )
        assert rows.fetchall() == [("P1", "154****5678", True), ("P2", None, True)]
    [receipt] = (home / "receipts" / "parking").iterdir()
    assert "4,车辆数,9**,range" in receipt.read_text(encoding="utf-8-sig")
    audit = json.loads((current(home).parent / "audit" / "source.parking.json").read_text(encoding="utf-8"))
    assert audit["results"]
    assert all(result["passed"] for result in audit["results"])


def test_a_new_contract_is_catalogued_masked_scoped_and_served(get: Get) -> None:
    tables = get("grid_worker", "/v1/catalog")["items"]
    assert isinstance(tables, list)
    assert "parking" in json.dumps(tables)
    own = get("grid_worker", "/v1/tables/parking")["items"]
    assert isinstance(own, list)
    assert [row["holder"] for row in own] == ["王小明", "李小红"]
    assert not any("phone_token" in row or "phone" in row for row in own)
    seen = get("analyst", "/v1/tables/parking")["items"]
    assert isinstance(seen, list)
    assert [row["holder"] for row in seen] == ["王**", "李**"]


def test_a_new_rule_runs_the_same_night(get: Get) -> None:
    found = get("grid_worker", "/v1/findings?rule=many_cars")["items"]
    assert isinstance(found, list)
    assert [(finding["title"], finding["evidence"]["cars"]) for finding in found] == [("多车", 4)]


def test_a_broken_rule_is_told_and_the_night_went_on(get: Get) -> None:
    rules = get("grid_worker", "/v1/rules")
    assert rules["broken"] == {"half_saved": "rule is not UTF-8 -> save it as UTF-8"}
    [half_written] = [rule for rule in rules["items"] if rule["rule"] == "half_written"]  # type: ignore[attr-defined]
    assert half_written["error"].startswith("is not valid SQL")


def test_a_new_route_is_served(get: Get) -> None:
    assert get("grid_worker", "/v1/permits")["permits"] == 2


def test_rows_of_a_source_that_names_persons_are_linked(environment: tuple[Path, dict[str, str]]) -> None:
    home, _ = environment
    numbered, numberless = pupils(home)
    with duckdb.connect(str(current(home)), read_only=True) as connection:
        links = connection.execute(
            "select record_key, rule, person_id from person_link where source = 'school_roll' order by 1"
        ).fetchall()
        unknown = connection.execute("select name, status from person where person_id = ?", [links[-1][2]]).fetchall()
    assert links[:2] == [("S1", "id_no", numbered.person_id), ("S2", "evidence", numberless.person_id)]
    assert links[2][:2] == ("S3", "id_no")
    assert unknown == [(school_roll.UNKNOWN_NAME, "active")]


def test_what_it_says_stands_beside_the_others_in_the_file_of_the_household(
    environment: tuple[Path, dict[str, str]], get: Get
) -> None:
    numbered, _ = pupils(environment[0])
    file = get("grid_worker", f"/v1/households/{numbered.household_id}")
    attributes = {a["attribute"]: a for a in file["attributes"] if a["entity_id"] == numbered.person_id}  # type: ignore[attr-defined]
    said = {value["source"]: value for value in attributes["name"]["values"]}
    assert {"resident", "school_roll"} <= said.keys()
    assert (said["school_roll"]["source_label"], said["school_roll"]["why"]) == ("学籍", "outranked")
    assert attributes["birth_date"]["agree"] is True
