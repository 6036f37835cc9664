"""Where to go: several findings on one home are one stop, in an order one can walk, and what was judged has left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.api.city import HERE, NEXT, settings_in
from tests.api.doubts import key
from tests.api.walks import BY_SEVERITY, BY_WALK, NEW, Walk, rows, walking, write
from warehouse.casebook.tables import assignments


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """For tests that only read."""
    with walking(settings_in(tmp_path_factory.mktemp("walk"))) as walk:
        yield walk


@pytest.fixture
def own(tmp_path: Any) -> Iterator[Walk]:
    """For tests that write."""
    with walking(settings_in(tmp_path)) as walk:
        yield walk


def judge(
    walk: Walk, name: str, user: str = "worker", verdict: str = "confirmed", at: str = "b1", release: str = "r1"
) -> None:
    today = datetime.now(UTC).date().isoformat()
    body = {"key": f"key-{name}-{at}-{user}", "release": release, "verdict": verdict, "reason_code": "office_outdated"}
    body |= {"seen_on": today, "proof": "met_in_person"}
    path = f"/v1/findings/{key(name)}/verdicts"
    answer = walk.client.post(path, json=body, headers=walk.headers(user))
    assert answer.status_code == 201, answer.text


def assign(walk: Walk, stop: str, username: str, by: str = "lead") -> None:
    body = {"key": f"to-{username}-{stop}-1", "stop_id": key(stop), "username": username, "due_on": "2099-01-01"}
    answer = walk.client.post("/v1/assignments", json=body, headers=walk.headers(by))
    assert answer.status_code == 201, answer.text


def test_findings_on_one_home_are_one_stop_with_all_one_needs_at_the_door(walk: Walk) -> None:
    [stop] = [s for s in walk.get("/v1/worklist")["items"] if s["stop_id"] == key("b")]
    assert [f["finding_id"] for f in stop["findings"]] == [key("b1"), key("b2")]
    assert (stop["severity"], stop["severity_label"], stop["since"]) == ("high", "严重", NEW.isoformat())
    assert stop["address"].endswith("1号楼1单元502室")
    assert (stop["building_no"], stop["entrance_no"], stop["floor_no"], stop["room_no"]) == (1, 1, 5, 502)
    assert (stop["place_label"], stop["visits"], stop["for_lead"], stop["assigned"]) == ("上门核实", 0, False, None)
    finding = stop["findings"][0]
    assert (finding["title"], finding["person_name"], finding["status_label"]) == ("人户分离", "王小明", "待核实")
    assert finding["meaning"]
    assert finding["evidence"] == {"hukou": "西院", "living": "东院"}
    assert finding["evidence_labels"]
    assert [t["ticket_no"] for t in stop["tickets"]] == ["t1", "t2"]
    assert stop["tickets"][0]["request_class_label"] == "供暖"


@pytest.mark.parametrize(
    ("params", "order"),
    [
        ({}, BY_SEVERITY),
        ({"order": "walk"}, BY_WALK),
        ({"severity": "high"}, ["c", "b", "e"]),
        ({"severity": "high", "order": "walk"}, ["b", "c", "e"]),
        ({"severity": "low"}, ["a"]),
        ({"grid_code": HERE}, BY_SEVERITY),
        ({"grid_code": NEXT}, []),
        ({"place": "desk"}, ["a"]),
        ({"assigned": "me"}, []),
    ],
)
def test_order_and_filters(walk: Walk, params: dict[str, str], order: list[str]) -> None:
    """Gravity before age before the way: c is as grave as b and older, b and e differ by the way only."""
    assert walk.stops(**params) == order


@pytest.mark.parametrize(
    ("user", "order"),
    [
        ("worker", BY_SEVERITY),
        ("next_worker", ["n"]),
        # the oldest of the gravest first, then grid by grid; what is only a lead's has no home, so it comes last of its grid
        ("lead", ["c", "q", "n", "b", "e", "d", "a"]),
        ("supervisor", ["c", "q", "n", "b", "e", "d", "a"]),
    ],
)
def test_everybody_sees_the_stops_of_her_areas(walk: Walk, user: str, order: list[str]) -> None:
    assert sorted(walk.stops(user)) == sorted(order)
    top = [name for name in walk.stops(user) if name in ("c", "n", "q")]
    assert walk.stops(user)[: len(top)] == top


def test_what_waits_for_a_lead_is_shown_to_leads(walk: Walk) -> None:
    flagged = {s["stop_id"]: s["for_lead"] for s in walk.get("/v1/worklist", "lead")["items"]}
    assert flagged[key("q")]
    assert not flagged[key("b")]
    assert "q" not in walk.stops("worker")


def test_a_supervisor_sees_no_names_and_no_doors(walk: Walk) -> None:
    [stop] = [s for s in walk.get("/v1/worklist", "supervisor")["items"] if s["stop_id"] == key("b")]
    assert (stop["estate"], stop["building_no"], stop["room_no"]) == ("柳港园西院", 1, None)
    assert stop["address"].endswith("柳港园西院")
    assert stop["findings"][0]["person_name"] == "王**"
    assert stop["findings"][0]["evidence"] is None


def test_the_admin_has_no_worklist(walk: Walk) -> None:
    assert walk.client.get("/v1/worklist", headers=walk.headers("admin")).status_code == 404


@pytest.mark.parametrize("order", ["severity", "walk"])
@pytest.mark.parametrize("user", ["worker", "supervisor"])
def test_pages_have_no_gap_and_no_overlap(walk: Walk, order: str, user: str) -> None:
    whole = walk.get("/v1/worklist", user, order=order)["items"]
    paged, cursor = [], None
    while True:
        params = {"order": order, "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = walk.get("/v1/worklist", user, **params)
        paged += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert paged == whole


def test_a_cursor_is_good_for_its_own_question(walk: Walk) -> None:
    cursor = walk.get("/v1/worklist", limit=2)["next_cursor"]
    for changed in ({"order": "walk"}, {"severity": "high"}, {"assigned": "me"}):
        answer = walk.client.get(
            "/v1/worklist", params={"limit": 2, "cursor": cursor, **changed}, headers=walk.headers("worker")
        )
        assert answer.status_code == 400


def test_what_was_judged_since_the_release_has_left(own: Walk) -> None:
    """By what is left a stop is still shown where it was: the order is the release's, so pages stay whole."""
    first = own.get("/v1/worklist", limit=1)
    judge(own, "c1")
    judge(own, "b1", verdict="moved")
    assert own.stops() == ["b", "e", "d", "a"]
    [stop] = [s for s in own.get("/v1/worklist")["items"] if s["stop_id"] == key("b")]
    assert ([f["finding_id"] for f in stop["findings"]], stop["severity"]) == ([key("b2")], "low")
    rest = own.get("/v1/worklist", cursor=first["next_cursor"], limit=1)
    assert [s["stop_id"] for s in rest["items"]] == [key("b")]


def test_attempts_are_counted_and_three_make_it_the_leads(own: Walk) -> None:
    for attempt in ("1", "2"):
        judge(own, "a1", verdict="nobody_home", at=attempt)
    assert [s["visits"] for s in own.get("/v1/worklist")["items"] if s["stop_id"] == key("a")] == [2]
    judge(own, "a1", verdict="nobody_home", at="3")
    assert "a" not in own.stops()
    [stop] = [s for s in own.get("/v1/worklist", "lead")["items"] if s["stop_id"] == key("a")]
    assert stop["for_lead"]


def test_who_disagrees_leaves_it_to_the_lead(own: Walk) -> None:
    judge(own, "d1", "worker", "confirmed")
    judge(own, "d1", "colleague", "wrong")
    assert "d" not in own.stops()
    assert "d" in own.stops("lead")
    judge(own, "d1", "lead", "wrong")
    assert "d" not in own.stops("lead")


def test_new_evidence_makes_it_a_stop_again(own: Walk) -> None:
    judge(own, "c1")
    changed = rows(own.settings)
    for finding in changed["finding"]:
        if finding["finding_id"] == key("c1"):
            finding["evidence_hash"] = key("changed")
    write(own.settings, "r2", changed)
    assert "c" in own.stops()


def test_who_is_to_go_and_until_when(own: Walk) -> None:
    assign(own, "b", "worker")
    assign(own, "d", "colleague")
    given = {s["stop_id"]: s["assigned"] for s in own.get("/v1/worklist")["items"] if s["assigned"]}
    due = date(2099, 1, 1).isoformat()
    assert given == {
        key("b"): {"username": "worker", "due_on": due},
        key("d"): {"username": "colleague", "due_on": due},
    }
    assert own.stops(assigned="me") == ["b"]
    assert own.stops("colleague", assigned="me", order="walk") == ["d"]
    assert own.stops("lead", assigned="me") == []
    released = {"key": "release-b-1", "stop_id": key("b"), "state": "released"}
    assert own.client.post("/v1/assignments", json=released, headers=own.headers("lead")).status_code == 201
    assert own.stops(assigned="me") == []


def test_an_assignment_opens_no_other_grid(own: Walk) -> None:
    """She was sent there before her area was made smaller."""
    assign(own, "n", "next_worker")
    row = {"key": "sent-before-1", "content": "x", "stop_id": key("n"), "grid_code": NEXT, "state": "assigned"}
    row |= {"username": "worker", "due_on": None, "reason": "x", "decided_by": "lead", "decided_at": datetime.now(UTC)}
    own.casebook.ledger.extend(assignments, [row])
    assert own.stops(assigned="me") == []
    assert own.stops() == BY_SEVERITY
