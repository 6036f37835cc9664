"""核实结论 over the API: who may write about what, what each bad request gets, and that a retry never doubles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.api.city import FAR, HERE, ID_NO, NEXT, PASSWORD, key, point_to, small_city, write_release
from tests.api.doubts import finding
from tests.api.test_decisions import Office
from warehouse.casebook import finding_log, tables
from warehouse.casebook.casebook import NewUser
from warehouse.fieldwork.verdicts import history

pytestmark = pytest.mark.slow

NOW = datetime.now(UTC)  # the API's own clock
TODAY = (NOW + timedelta(hours=8)).date().isoformat()
F1, F2 = f"/findings/{key('f1')}/verdicts", f"/findings/{key('f2')}/verdicts"
SEEN = {
    "key": "0b9c6a52-0001",
    "release": "r1",
    "verdict": "confirmed",
    "reason_code": "office_outdated",
    "seen_on": TODAY,
    "proof": "met_in_person",
    "note": "户主在家",
}
NUMBER = {"entity": "person", "entity_id": key("王小明"), "attribute": "id_no", "value": ID_NO}
VISIT = {
    "key": "visit-0001",
    "stop_id": key("d1"),
    "release": "r1",
    "outcome": "nobody_home",
    "visited_at": NOW.isoformat(),
}
ORDER = {"key": "order-0001", "stop_id": key("d1"), "username": "worker"}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path)
    office.casebook.add_users([NewUser("colleague", PASSWORD, "grid_worker", (HERE,))])
    return office


@pytest.fixture(scope="module")
def shared_office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One office for all tests that change nothing."""
    return Office(tmp_path_factory.mktemp("shared"))


def test_a_verdict_is_kept_once_and_closes_the_finding(office: Office) -> None:
    answers = [office.post("worker", F1, SEEN) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    made = answers[0].json()
    assert made["release"] == "r1"
    assert made["finding"] == {"status": "closed", "verdict": "confirmed", "visits": 1, "reason": "agreed"}
    kept = made["verdict"]
    assert (kept["verdict_label"], kept["proof_label"], kept["given_by"]) == ("属实", "本人当面说明", "worker")
    assert (kept["note"], kept["counts"], kept["seen_on"]) == ("户主在家", True, TODAY)
    assert "evidence_hash" not in kept
    assert office.get("lead", F1).json()["items"] == [kept]


def test_two_workers_who_disagree_leave_it_to_the_lead(office: Office) -> None:
    office.post("worker", F1, SEEN)
    again = office.post("colleague", F1, SEEN | {"key": "0b9c6a52-0002"})
    assert (again.status_code, "judged already" in again.json()["detail"]) == (409, True)
    answer = office.post("colleague", F1, SEEN | {"key": "0b9c6a52-0002", "verdict": "wrong", "reason_code": "matches"})
    assert (answer.status_code, answer.json()["finding"]["status"]) == (201, "lead")
    decided = office.post("lead", F1, SEEN | {"key": "0b9c6a52-0003", "verdict": "wrong"})
    assert (decided.status_code, decided.json()["finding"]["reason"]) == (201, "decided")


def test_nobody_at_home_three_times_is_the_leads_matter(office: Office) -> None:
    for n in range(3):
        answer = office.post("worker", "/visits", VISIT | {"key": f"visit-000{n}"})
        assert answer.status_code == 201
    assert [v["verdict"] for v in answer.json()["verdicts"]] == ["nobody_home"]
    assert office.get("worker", f"/visits?stop_id={key('d1')}").json()["items"][2]["outcome_label"] == "无人在家"
    last = office.post("worker", F1, SEEN)
    assert last.json()["finding"]["visits"] == 4


@pytest.mark.parametrize(
    ("user", "path", "change", "status"),
    [
        ("analyst", F1, {}, 403),
        ("admin", F1, {}, 403),
        ("office", F1, {}, 403),
        ("nowhere", F1, {}, 404),
        ("worker", F2, {}, 404),
        ("worker", f"/findings/{key('no')}/verdicts", {}, 404),
        ("worker", "/findings/x/verdicts", {}, 404),
        ("worker", F1, {"seen_on": (NOW + timedelta(days=2)).date().isoformat()}, 400),
        ("worker", F1, {"note": "x" * 2001}, 400),
        ("worker", F1, {"note": "x" * 1_000_000}, 413),
        ("worker", F1, {"note": f"证件 {ID_NO}"}, 400),
        ("worker", F1, {"verdict": "maybe"}, 400),
        ("worker", F1, {"key": "short"}, 400),
        ("worker", F1, {"values": [NUMBER | {"value": ID_NO[:-1]}]}, 400),
        ("worker", F1, {"values": [NUMBER | {"attribute": "mood"}]}, 400),
        ("worker", F1, {"seen_on": "yesterday"}, 422),
        ("worker", F1, {ID_NO: "x"}, 422),
        ("worker", F1, {"release": "../r1"}, 422),
    ],
)
def test_a_verdict_that_may_not_be_given(
    shared_office: Office, user: str, path: str, change: dict[str, Any], status: int
) -> None:
    answer = shared_office.post(user, path, SEEN | change)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert ID_NO[:-1] not in answer.text
    assert history(shared_office.casebook) == []


def test_the_same_key_with_other_content_is_a_conflict(office: Office) -> None:
    office.post("worker", F1, SEEN)
    assert office.post("worker", F1, SEEN | {"note": "另外"}).status_code == 409
    assert office.post("lead", F2, SEEN).status_code == 409
    assert len(history(office.casebook)) == 1


def test_what_the_night_changed_or_took_away_is_a_conflict_for_whom_it_belonged(office: Office, tmp_path: Path) -> None:
    office.post("worker", F1, SEEN)
    rows = small_city(office.settings)
    rows["finding"] = [finding("f2", "h2", "d2", NEXT, evidence_hash=key("new"))]
    write_release(office.settings, "r2", rows)
    for name, change, hashed, grid, release in (
        ("f1", "appeared", "old", HERE, "r1"),
        ("f2", "appeared", "old", NEXT, "r1"),
        ("f1", "gone", "old", HERE, "r2"),
        ("f2", "changed", "new", NEXT, "r2"),
    ):
        row = finding_log.FindingChange(
            key(name), "odd", change, key(hashed), grid, datetime(2026, 11, 23).date(), release
        )
        office.casebook.ledger.extend(tables.finding_log, [row._asdict()])
    point_to(office.settings, "r2")
    fresh = SEEN | {"key": "0b9c6a52-0009"}
    assert office.post("worker", F1, SEEN).status_code == 200  # a retry over a night
    gone = office.post("worker", F1, fresh)
    assert (gone.status_code, "gone" in gone.json()["detail"]) == (409, True)
    assert office.post("far_worker", F1, fresh).status_code == 404
    changed = office.post("lead", F2, fresh)
    assert (changed.status_code, "changed" in changed.json()["detail"]) == (409, True)
    assert office.post("lead", F2, fresh | {"release": "r2"}).status_code == 201
    assert [v["counts"] for v in office.get("worker", F1).json()["items"]] == [False]  # gone, and still on record
    assert office.get("far_worker", F1).status_code == 404


def test_a_number_comes_in_full_and_is_shown_to_nobody(office: Office, tmp_path: Path) -> None:
    answer = office.post("worker", F1, SEEN | {"values": [NUMBER]})
    assert answer.status_code == 201
    [value] = answer.json()["verdict"]["values"]
    assert (value["value"], "value_token" in value) == ("9900**********001X", False)
    assert ID_NO not in answer.text
    [seen] = office.get("supervisor", F1).json()["items"]
    assert (seen["note"], seen["values"][0]["value"]) == (None, None)
    book = (tmp_path / "casebook.sqlite").read_bytes() + (tmp_path / "casebook.sqlite-wal").read_bytes()
    assert ID_NO.encode() not in book


def test_a_visit_with_its_verdicts_is_all_or_nothing(office: Office) -> None:
    met = VISIT | {"outcome": "met", "note": "见到户主"}
    given = {k: v for k, v in SEEN.items() if k != "release"} | {"finding_id": key("f1")}
    bad = met | {"verdicts": [given, given | {"key": "0b9c6a52-0002", "finding_id": key("f2")}]}
    assert office.post("worker", "/visits", bad).status_code == 404
    assert history(office.casebook) == []
    answers = [office.post("worker", "/visits", met | {"verdicts": [given]}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert [v["key"] for v in answers[0].json()["verdicts"]] == [SEEN["key"]]
    [seen] = office.get("analyst", f"/visits?stop_id={key('d1')}").json()["items"]
    assert (seen["note"], seen["verdicts"][0]["verdict"]) == (None, "confirmed")


@pytest.mark.parametrize(
    ("user", "change", "status"),
    [
        ("analyst", {}, 403),
        ("far_worker", {}, 404),
        ("worker", {"stop_id": key("no")}, 404),
        ("worker", {"visited_at": (NOW + timedelta(hours=1)).isoformat()}, 400),
        ("worker", {"visited_at": "2026-11-24T17:00:00"}, 422),  # in which zone?
        ("worker", {"note": "x" * 2001}, 400),
        ("worker", {"note": "x" * 1_000_000}, 413),
        ("worker", {"outcome": "met"}, 400),
        ("worker", {"kind": "stroll"}, 422),
    ],
)
def test_a_visit_that_may_not_be_written(shared_office: Office, user: str, change: dict[str, Any], status: int) -> None:
    assert shared_office.post(user, "/visits", VISIT | change).status_code == status
    assert shared_office.get("far_worker", f"/visits?stop_id={key('d1')}").status_code == 404
    assert shared_office.get("worker", f"/visits?stop_id={key('d1')}").json()["items"] == []


def test_a_lead_sends_somebody_and_releases_the_stop(office: Office) -> None:
    answers = [office.post("lead", "/assignments", ORDER) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    [item] = office.get("worker", "/assignments?username=worker").json()["items"]
    assert (item["stop_id"], item["decided_by"], item["state"]) == (key("d1"), "lead", "assigned")
    assert office.get("far_worker", "/assignments").json()["items"] == []
    assert office.get("admin", "/assignments").status_code == 404
    release = {"key": "order-0002", "stop_id": key("d1"), "state": "released", "reason": "done"}
    assert office.post("supervisor", "/assignments", release).status_code == 201
    assert office.get("worker", "/assignments").json()["items"] == []
    assert office.post("lead", "/assignments", release | {"key": "order-0003"}).status_code == 404


@pytest.mark.parametrize(
    ("user", "change", "status"),
    [
        ("worker", {}, 403),
        ("far_lead", {}, 404),
        ("lead", {"username": "far_worker"}, 400),
        ("lead", {"username": "nobody"}, 400),
        ("lead", {"due_on": "2020-01-01"}, 400),
        ("lead", {"state": "burnt"}, 422),
    ],
)
def test_an_order_that_may_not_be_given(shared_office: Office, user: str, change: dict[str, Any], status: int) -> None:
    assert shared_office.post(user, "/assignments", ORDER | change).status_code == status
    assert FAR not in shared_office.get("lead", "/assignments").text
