"""12345 tickets: beside what waits at their homes, with their limits, and as matters on the file of a home."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.city import settings_in
from tests.api.doubts import key
from tests.api.walks import Walk, walking


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with walking(settings_in(tmp_path_factory.mktemp("tickets"))) as walk:
        yield walk


@pytest.mark.parametrize(
    ("user", "params", "found"),
    [
        ("worker", {}, ["t1", "t2", "t3", "t5", "t6"]),
        ("worker", {"with_finding": True}, ["t1", "t2", "t3", "t6"]),
        ("worker", {"with_finding": True, "status": "handling"}, ["t1", "t2", "t6"]),
        ("worker", {"overdue": True}, ["t1", "t2", "t5"]),
        ("worker", {"overdue": False, "with_finding": True}, ["t3", "t6"]),
        ("worker", {"request_class": "leak"}, ["t6"]),
        ("worker", {"dwelling_id": key("b")}, ["t1", "t2", "t3"]),
        ("worker", {"dwelling_id": key("n")}, []),
        ("next_worker", {"with_finding": True}, ["t4"]),
        ("supervisor", {"with_finding": True}, ["t1", "t2", "t3", "t4", "t6"]),
    ],
)
def test_filters(walk: Walk, user: str, params: dict[str, object], found: list[str]) -> None:
    answer = walk.get("/v1/tickets", user, **params)
    assert sorted(t["ticket_no"] for t in answer["items"]) == found


def test_a_ticket_is_shown_with_what_waits_at_its_home(walk: Walk) -> None:
    [ticket] = walk.get("/v1/tickets", with_finding=True, request_class="leak")["items"]
    assert [(f["finding_id"], f["person_name"], f["status"]) for f in ticket["findings"]] == [
        (key("d1"), "王小明", "open")
    ]
    assert (ticket["request_class_label"], ticket["limit_hours"], ticket["overdue"]) == ("房屋漏水", 24, False)
    [quiet] = [t for t in walk.get("/v1/tickets")["items"] if t["ticket_no"] == "t5"]
    assert quiet["findings"] == []


def test_pages_have_no_gap_and_no_overlap(walk: Walk) -> None:
    whole = walk.get("/v1/tickets")["items"]
    first = walk.get("/v1/tickets", limit=3)
    second = walk.get("/v1/tickets", limit=3, cursor=first["next_cursor"])
    assert first["items"] + second["items"] == whole
    assert whole[0]["ticket_no"] == "t2"  # the newest


def test_the_file_of_a_home_tells_repeats_as_one_matter(walk: Walk) -> None:
    file = walk.get(f"/v1/dwellings/{key('b')}")
    assert file["tickets"][0]["ticket_no"] == "t2"
    assert {t["due_at"] for t in file["tickets"]} == {"2026-11-21T08:00:00"}
    [matter] = file["matters"]
    assert (matter["request_class_label"], matter["tickets"], matter["open"], matter["overdue"]) == ("供暖", 3, 2, 2)
    assert (matter["first_reported_at"], matter["last_reported_at"]) == ("2026-11-20T08:00:00", "2026-11-22T08:00:00")
