"""One finding: what it means, which row of which file says what, what was said of it, and what may be said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.api.city import HERE, Rows, settings_in
from tests.api.doubts import finding, key
from tests.api.test_worklist import judge
from tests.api.walks import Walk, rows, walking, write
from warehouse.cross_check.model import load_rules

pytestmark = pytest.mark.slow

RULES = {rule.name: rule for rule in load_rules()}


SAID = {"titles": ["t1"], "occupancy": ["vacant", "let"], "id_no_status": "length", "sex": None}


def citation(source: str, record: str, value: dict[str, Any]) -> dict[str, Any]:
    place = {"delivery_id": "d1", "row_no": 12, "stated_on": date(2026, 10, 1), "grid_code": HERE}
    return place | {"finding_id": key("v1"), "source": source, "record_key": record, "value": json.dumps(value)}


def with_evidence(city: Rows) -> Rows:
    delivered = {"delivery_id": "d1", "source": "resident", "file_name": "人口信息_20261101.csv"}
    vacant = finding("v1", "h1", "b", HERE, rule="vacant_with_ticket", evidence=json.dumps(SAID))
    return city | {
        "finding": [*city["finding"], vacant | {"household_id": key("h1")}],
        "finding_evidence": [
            citation("resident", "1", {"sex": "1", "living_address": "西院3-2-501"}),
            citation("property", "t1", {"occupancy": "vacant"}),
            citation("grid_building", "w3", {"building_no": 3}) | {"finding_id": key("c1")},
        ],
        "delivery": [delivered, delivered | {"source": "property", "file_name": "不动产_20261101.xlsx"}],
    }


@pytest.fixture
def walk(tmp_path: Any) -> Iterator[Walk]:
    settings = settings_in(tmp_path)
    with walking(settings) as walk:
        write(settings, "r2", with_evidence(rows(settings)))
        yield walk


def test_evidence_is_the_offices_rows_with_their_own_words(walk: Walk) -> None:
    answer = walk.get(f"/v1/findings/{key('v1')}")
    assert answer["finding"]["evidence_labels"] == dict(RULES["vacant_with_ticket"].evidence)
    assert answer["finding"]["meaning"] == RULES["vacant_with_ticket"].meaning
    assert answer["finding"]["evidence_value_labels"] == {"occupancy": ["空置", "let"], "id_no_status": "位数不对"}
    title, register = answer["evidence_rows"]
    assert (title["source_label"], title["file_name"], title["row_no"]) == ("不动产登记", "不动产_20261101.xlsx", 12)
    assert (title["record_key"], title["stated_on"]) == ("t1", "2026-10-01")
    [occupancy] = title["value"]
    assert (occupancy["label"], occupancy["value"], occupancy["value_label"]) == ("使用状态", "vacant", "空置")
    assert {v["label"]: v["value_label"] or v["value"] for v in register["value"]} == {
        "性别": "男性",
        "现住址": "西院3-2-501",
    }


def test_an_office_whose_rows_state_no_claims_is_called_as_its_contract_does(walk: Walk) -> None:
    [building] = walk.get(f"/v1/findings/{key('c1')}")["evidence_rows"]
    assert (building["source_label"], building["value"][0]["value"]) == ("网格楼栋", 3)


def test_who_sees_no_evidence_sees_where_it_stands(walk: Walk) -> None:
    answer = walk.get(f"/v1/findings/{key('v1')}", "supervisor")
    assert (answer["finding"]["evidence"], answer["finding"]["evidence_value_labels"]) == (None, {})
    assert [row["value"] for row in answer["evidence_rows"]] == [None, None]
    assert [row["row_no"] for row in answer["evidence_rows"]] == [12, 12]


def test_it_says_what_a_verdict_may_say(walk: Walk) -> None:
    asks = walk.get(f"/v1/findings/{key('v1')}")["asks"]
    assert {"code": "confirmed", "label": "属实"} in asks["verdicts"]
    assert {"code": "met_in_person", "label": "本人当面说明"} in asks["proofs"]
    assert {"code": "sold", "label": "房屋已售"} in asks["reasons"]
    [doubt] = asks["doubts"]
    assert (doubt["entity"], doubt["entity_id"], doubt["attribute"]) == ("dwelling", key("b"), "occupancy")
    assert doubt["label"] == "使用状态"
    assert {"code": "rented", "label": "出租"} in doubt["codes"]


def test_a_verdict_closes_it_at_once_and_is_shown(walk: Walk) -> None:
    judge(walk, "v1", release="r2")
    answer = walk.get(f"/v1/findings/{key('v1')}")
    assert (answer["finding"]["status"], answer["finding"]["verdict_label"]) == ("closed", "属实")
    [given] = answer["verdicts"]
    assert (given["verdict_label"], given["reason_code_label"], given["given_by"]) == (
        "属实",
        "部门登记未更新",
        "worker",
    )
    assert given["counts"]


@pytest.mark.parametrize(("status", "is_there"), [(None, False), ("closed", False), ("any", True), ("open", False)])
def test_a_list_holds_what_was_asked_for_as_it_is_now(walk: Walk, status: str | None, is_there: bool) -> None:
    """What the release had open stays out of `closed` until the next night: a page is read once."""
    judge(walk, "v1", release="r2")
    found = walk.get("/v1/findings", **({"status": status} if status else {}))["items"]
    assert (key("v1") in [f["finding_id"] for f in found]) == is_there


def test_what_waits_for_whom_is_listed_by_status(walk: Walk) -> None:
    found = {s: {f["finding_id"] for f in walk.get("/v1/findings", status=s)["items"]} for s in ("lead", "stopped")}
    assert found == {"lead": {key("l1")}, "stopped": {key("b3")}}
    assert key("l1") in {f["finding_id"] for f in walk.get("/v1/findings")["items"]}


def test_a_verdict_on_what_a_stopped_rule_found_closes_it_and_less_does_not_start_it(walk: Walk) -> None:
    judge(walk, "b3", verdict="refused", release="r2")
    assert walk.get(f"/v1/findings/{key('b3')}")["finding"]["status"] == "stopped"
    judge(walk, "b3", user="lead", release="r2")
    assert walk.get(f"/v1/findings/{key('b3')}")["finding"]["status"] == "closed"


def test_the_file_of_a_home_and_the_search_know_it_too(walk: Walk) -> None:
    judge(walk, "v1", release="r2")
    file = walk.get(f"/v1/dwellings/{key('b')}")
    assert {f["finding_id"]: f["status"] for f in file["findings"]}[key("v1")] == "closed"
