"""`/v1/rules`: what everybody sees of the rules of her areas, who may stop and restart them, and the sample to check them by."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.api.city import HERE, PASSWORD, key, point_to, settings_in, small_city, write_release
from tests.api.test_decisions import Office
from warehouse.casebook.casebook import NewUser
from warehouse.casebook.tables import visits
from warehouse.cross_check import decisions as rule_decisions
from warehouse.cross_check.library import library

pytestmark = pytest.mark.slow

SPLIT, VACANT = "hukou_residence_split", "vacant_with_ticket"
MINE, COUNTY, OTHER = HERE[:9], HERE[:6], "140214001"
STOP = {"key": "stop-0001", "area": MINE, "decision": "stopped", "reason": "seven doors, seven mistakes"}


def figure(rule: str, area: str, confirmed: int, wrong: int, state: str) -> dict[str, Any]:
    share = confirmed / (confirmed + wrong) if confirmed + wrong else None
    counted = {"confirmed": confirmed, "wrong": wrong, "other": 2, "visits": confirmed + wrong + 5}
    return {"rule": rule, "area_code": area, **counted, "share": share, "low": 0.1, "high": 0.9, "state": state}


class Rules(Office):
    """The office, with figures of two rules in the whole city, two counties and a subdistrict of each."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        figures = [figure(SPLIT, area, 90, 10, "running") for area in ("", COUNTY, OTHER[:6], OTHER)]
        figures.append(figure(SPLIT, MINE, 40, 80, "stopped_by_figures"))
        settings = settings_in(home)
        write_release(settings, "r2", small_city(settings) | {"rule_figure": figures})
        point_to(settings, "r2")
        self.casebook.add_users([NewUser("mayor", PASSWORD, "district_supervisor", ("1402",))])

    def rule(self, user: str, name: str = SPLIT) -> dict[str, Any]:
        answer = self.get(user, f"/rules/{name}").json()
        shown: dict[str, Any] = answer["rule"]
        return shown


@pytest.fixture
def office(tmp_path: Path) -> Rules:
    return Rules(tmp_path)


@pytest.fixture(scope="module")
def shared_office(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    """One office for all tests that change nothing."""
    return Rules(tmp_path_factory.mktemp("shared"))


def test_every_rule_is_shown_in_words(shared_office: Rules) -> None:
    answer = shared_office.get("worker", "/rules").json()
    assert {item["rule"] for item in answer["items"]} == library().rules.keys()
    assert (answer["release"], answer["next_cursor"], answer["broken"]) == ("r2", None, {})
    split = shared_office.rule("worker")
    assert (split["title"], split["severity_label"], split["place_label"], split["owner"]) == (
        "人户分离", "轻微", "上门核实", "公安户籍",
    )  # fmt: skip
    assert split["evidence"]["hukou_address"] == "户籍地址"
    assert split in answer["items"]


@pytest.mark.parametrize(
    ("user", "areas", "findings"),
    [
        ("worker", ["", COUNTY, MINE], {"open": 1}),
        ("lead", ["", COUNTY, MINE], {"open": 2}),
        ("far_worker", ["", OTHER[:6], OTHER], {}),
        ("supervisor", ["", COUNTY, MINE], {"open": 2}),
        ("analyst", ["", COUNTY, MINE, OTHER[:6], OTHER], {"open": 2}),
        ("admin", [""], {}),
        ("office", [], {}),
    ],
)
def test_findings_and_figures_are_those_of_the_callers_areas(
    shared_office: Rules, user: str, areas: list[str], findings: dict[str, int]
) -> None:
    shown = shared_office.rule(user)
    assert [f["area"] for f in shown["figures"]] == areas
    assert shown["findings"] == findings


def test_a_figure_says_how_sure_it_is_and_what_it_does(shared_office: Rules) -> None:
    city, _, mine = shared_office.rule("lead")["figures"]
    assert (mine["confirmed"], mine["judged"], mine["visits"], mine["low"], mine["high"]) == (40, 120, 125, 0.1, 0.9)
    assert (mine["state"], mine["state_label"], mine["area_name"]) == (
        "stopped_by_figures", "确认率过低，自动停用", "新旺街道",
    )  # fmt: skip
    assert (city["state"], city["area_name"], city["may_decide"]) == ("running", "全市", False)
    assert shared_office.rule("lead", VACANT)["figures"] == []


@pytest.mark.parametrize(
    ("user", "may"),
    [
        ("worker", []),
        ("lead", [MINE]),
        ("far_lead", [OTHER]),
        ("supervisor", [COUNTY, MINE]),
        ("mayor", ["", COUNTY, MINE, OTHER[:6], OTHER]),
        ("analyst", []),
    ],
)
def test_who_may_decide_where(shared_office: Rules, user: str, may: list[str]) -> None:
    assert [f["area"] for f in shared_office.rule(user)["figures"] if f["may_decide"]] == may


def test_a_rule_stopped_by_its_figures_is_restarted_by_a_lead(office: Rules) -> None:
    restart = STOP | {"key": "again-001", "decision": "restarted", "reason": "the register was corrected"}
    answer = office.post("lead", f"/rules/{SPLIT}/decisions", restart)
    assert answer.status_code == 201
    decided = answer.json()["decided"]
    assert (decided["decided_by"], decided["area"], decided["reason"]) == ("lead", MINE, "the register was corrected")
    shown = office.rule("worker")
    assert shown["decisions"] == [decided]
    assert [f["state"] for f in shown["figures"]] == ["running", "running", "running"]
    assert office.post("lead", f"/rules/{SPLIT}/decisions", restart).status_code == 200  # a retry
    assert office.post("lead", f"/rules/{SPLIT}/decisions", restart | {"reason": "x"}).status_code == 409
    assert office.post("supervisor", f"/rules/{SPLIT}/decisions", restart).status_code == 409
    again = office.post("lead", f"/rules/{SPLIT}/decisions", restart | {"key": "again-002"})
    assert (again.status_code, again.json()["detail"]) == (409, "the rule is running there already")
    assert len(rule_decisions.history(office.casebook)) == 1
    assert office.rule("far_worker")["decisions"] == []


def test_what_a_supervisor_stops_in_a_county_is_stopped_in_its_subdistricts(office: Rules) -> None:
    assert office.post("supervisor", f"/rules/{SPLIT}/decisions", STOP | {"area": COUNTY}).status_code == 201
    assert [f["state"] for f in office.rule("lead")["figures"]] == ["running", "stopped_by_person", "stopped_by_person"]
    whole = STOP | {"key": "stop-0002", "area": ""}
    assert office.post("supervisor", f"/rules/{SPLIT}/decisions", whole).status_code == 404
    assert office.post("mayor", f"/rules/{SPLIT}/decisions", whole).status_code == 201
    assert {f["state"] for f in office.rule("far_worker")["figures"]} == {"stopped_by_person"}


@pytest.mark.parametrize(
    ("user", "rule", "change", "status"),
    [
        ("worker", SPLIT, {}, 403),
        ("analyst", SPLIT, {}, 403),
        ("admin", SPLIT, {}, 403),
        ("lead", "nothing", {}, 404),
        ("lead", SPLIT, {"area": OTHER}, 404),
        ("lead", SPLIT, {"area": COUNTY}, 404),
        ("supervisor", SPLIT, {"area": OTHER}, 404),
        ("lead", SPLIT, {"area": HERE}, 400),
        ("lead", SPLIT, {"area": "x"}, 403),
        ("lead", SPLIT, {"key": "short"}, 400),
        ("lead", SPLIT, {"reason": ""}, 400),
        ("lead", SPLIT, {"reason": "call 15400001234"}, 400),
        ("lead", SPLIT, {"reason": "x" * 1001}, 422),
        ("lead", SPLIT, {"decision": "deleted"}, 422),
        ("lead", SPLIT, {"colour": "red"}, 422),
    ],
)
def test_what_may_not_be_decided(
    shared_office: Rules, user: str, rule: str, change: dict[str, str], status: int
) -> None:
    answer = shared_office.post(user, f"/rules/{rule}/decisions", STOP | change)
    assert answer.status_code == status
    assert "15400001234" not in answer.text
    assert rule_decisions.history(shared_office.casebook) == []


def test_there_is_no_such_rule(shared_office: Rules) -> None:
    assert shared_office.get("worker", "/rules/nothing").status_code == 404


def test_the_sample_is_homes_without_findings(shared_office: Rules) -> None:
    answer = shared_office.get("worker", "/rules/sample").json()
    [stop] = answer["items"]  # d1 has a finding
    assert (stop["stop_id"], stop["grid_code"], stop["kind"], stop["visited"]) == (key("d4"), HERE, "sample", False)
    assert stop["dwelling"]["room_no"] == 502
    assert shared_office.get("supervisor", f"/rules/sample?grid_code={HERE}").json()["items"][0]["stop_id"] == key("d4")


@pytest.mark.parametrize(
    ("user", "path", "status"),
    [
        ("supervisor", "/rules/sample", 400),
        ("worker", f"/rules/sample?grid_code={OTHER}001001", 404),
        ("worker", "/rules/sample?grid_code=1", 422),
        ("admin", "/rules/sample", 404),
    ],
)
def test_a_sample_that_cannot_be_asked_for(shared_office: Rules, user: str, path: str, status: int) -> None:
    assert shared_office.get(user, path).status_code == status


def test_what_rules_miss_is_told_with_how_sure_that_is(office: Rules) -> None:
    assert office.get("worker", "/rules").json()["missed"]["share"] is None
    for n, what in enumerate([None, None, "living", None]):
        row = {
            "stop_id": key(f"d{n + 4}"), "grid_code": HERE, "kind": "sample", "outcome": "met", "missed": what, "note": "",
            "visited_at": datetime.now(UTC), "visited_by": "worker", "release_id": "r2",
        }  # fmt: skip
        office.casebook.ledger.once(visits, f"sample-{n:04}", {"n": n}, row)
    found = office.get("worker", "/rules").json()["missed"]
    assert (found["visited"], found["missed"], found["share"], found["kinds"]) == (4, 1, 0.25, {"living": 1})
    assert found["low"] < 0.25 < found["high"]
    assert [stop["visited"] for stop in office.get("worker", "/rules/sample").json()["items"]] == [True]
