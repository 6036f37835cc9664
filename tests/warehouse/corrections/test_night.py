"""Corrections by themselves: opened from verdicts, closed by a delivery, reopened when the old value comes back."""

from __future__ import annotations

from dataclasses import astuple
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.api.city import HERE, key
from tests.warehouse.corrections.corrected import ADDRESSES, SPELT, UPDATED, VISITED, WHO, Town, observation, says
from warehouse.corrections.queries import history
from warehouse.corrections.requests import answer
from warehouse.corrections.states import State

pytestmark = pytest.mark.slow

WEST, EAST, NORTH = "西院", "东院", "北院"
LATER = date(2026, 10, 20)


def test_a_verdict_becomes_a_packet_for_the_office_that_owns_the_row(either: Town) -> None:
    town = either
    town.verdict(observation(EAST))
    done = town.night(says(WEST), says(EAST, source="doorstep", row_no=9, claimed_on=VISITED))
    assert astuple(done) == (1, 0, 0, 0, 0)
    [request] = town.requests
    assert (request.source, request.record_key, request.delivery_id, request.row_no) == ("resident", "R2", "one", 2)
    assert (request.file_name, request.stated, request.stated_on) == ("人口信息_one.csv", ADDRESSES[WEST], UPDATED)
    assert (request.seen, request.seen_on, request.proof) == (ADDRESSES[EAST], VISITED, "met_in_person")
    assert (request.reason_code, request.rule, request.grid_code) == ("office_outdated", "hukou_residence_split", HERE)
    assert (request.state, request.due_on, request.opened_by) == ("sent", date(2026, 9, 24), "hub")
    assert "人户分离" in request.reason


def test_a_night_that_is_run_again_changes_nothing(either: Town) -> None:
    town = either
    town.verdict(observation(EAST))
    for _ in range(2):
        town.night(says(WEST))
        town.again(town.newest_release)
    assert town.states == ["sent"]
    town.night(says(EAST, delivery_id="two"))
    town.again(town.newest_release)
    [request] = town.requests
    assert len(history(town.casebook, request)) == 1


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ([says(EAST)], [observation(EAST)]),  # the office has it right
        ([says(EAST)], [observation(SPELT)]),  # and spells it otherwise
        ([says(WEST, claimed_on=date(2026, 1, 1)), says(EAST, row_no=3)], [observation(EAST)]),  # in its newest row
        (
            [says("汪", "name", source="property"), says("王", "name")],
            [observation("王", "name")],
        ),  # another office is wrong
        ([says(" 王 伟", "name")], [observation("王伟", "name")]),
        (
            [says("154****0001", "phone", value_token=key("n"))],
            [observation("154****0001", "phone", value_token=key("n"))],
        ),
        ([says(WEST)], []),  # nothing was seen that could be corrected
        ([says(WEST)], [observation("02", "relation")]),  # nobody's attribute
        (
            [says("90.0", "floor_area_m2", entity="dwelling", entity_id=key(WEST), source="property")],
            [observation("90", "floor_area_m2", entity="dwelling", entity_id=key(WEST))],
        ),
        (
            [  # one of two owners was seen
                says(n, "title_holder", entity="dwelling", entity_id=key(WEST), source="property", row_no=r)
                for n, r in (("王", 2), ("李", 3))
            ],
            [observation("王", "title_holder", entity="dwelling", entity_id=key(WEST))],
        ),
    ],
)
def test_no_request_for_a_right_value(town: Town, said: list[dict[str, Any]], what: list[dict[str, Any]]) -> None:
    town.verdict(*what)
    town.night(*said)
    assert town.requests == []


def test_two_numbers_may_look_the_same_and_differ(town: Town) -> None:
    town.verdict(observation("154****0001", "phone", value_token=key("new")))
    town.night(says("154****0001", "phone", value_token=key("old")))
    assert [(r.stated, r.seen, r.seen_token) for r in town.requests] == [("154****0001", "154****0001", key("new"))]


def test_a_value_the_office_does_not_state_is_requested_at_its_row(town: Town) -> None:
    town.verdict(observation(EAST), observation("unit", "real_estate_unit_no", entity="dwelling", entity_id=key(WEST)))
    town.night(says("王", "name"))
    by_attribute = {r.attribute: (r.source, r.stated, r.record_key) for r in town.requests}
    assert by_attribute == {
        "living_address": ("resident", None, "R2"),
        "real_estate_unit_no": ("property", None, None),
    }


@pytest.mark.parametrize(
    ("given", "office", "asked"),
    [
        ({"verdict": "nobody_home"}, {}, False),
        ({}, {"claimed_on": LATER}, True),  # something else of the row changed: the evidence did not
        ({"evidence": "before"}, {}, True),  # what was seen changed the evidence itself
        ({"evidence": "before"}, {"claimed_on": LATER}, False),  # the office learnt something after the visit
    ],
)
def test_a_confirmed_value_is_requested_unless_the_office_has_a_newer_one(
    town: Town, given: dict[str, Any], office: dict[str, Any], asked: bool
) -> None:
    town.verdict(observation(EAST), **given)
    town.night(says(WEST, **office))
    assert bool(town.requests) is asked


def test_contested_values_are_requested_only_after_the_leads_decision(town: Town) -> None:
    town.verdict(observation(EAST))
    town.verdict(observation(NORTH), given_by="sun.worker")
    town.night(says(WEST))
    assert town.requests == []
    town.verdict(observation(NORTH), given_by="zhao.lead", role="grid_lead")
    town.night(says(WEST))
    assert [r.seen for r in town.requests] == [ADDRESSES[NORTH]]


def test_a_finding_that_is_gone_still_asks_and_two_findings_ask_once(town: Town) -> None:
    town.verdict(observation(EAST))
    town.verdict(observation(EAST), finding="f2")
    town.night(says(WEST), findings={})
    assert town.states == ["sent"]


def test_a_delivery_closes_it_and_the_old_value_reopens_it_with_a_new_clock(either: Town) -> None:
    town = either
    town.verdict(observation(EAST))
    town.night(says(WEST))
    town.now = datetime(2026, 9, 29, 17, 30, tzinfo=UTC)  # half past one on the 30th
    assert town.night(says(WEST)).overdue == 1
    assert astuple(town.night(says(EAST, delivery_id="two"), findings={})) == (0, 1, 0, 0, 0)
    [request] = town.requests
    assert (request.state, request.state_by) == ("closed", "hub")
    assert "two" in request.state_reason
    town.night(says(WEST, delivery_id="three", claimed_on=LATER))
    [request] = town.requests
    assert (request.state, request.due_on) == ("reopened", date(2026, 10, 13))
    assert "three" in request.state_reason
    town.night(says(EAST, delivery_id="two"))
    assert town.states == ["closed"]


def test_an_address_written_by_hand_is_corrected_when_the_office_names_that_home(town: Town) -> None:
    town.verdict(observation(SPELT))
    assert town.night(says(WEST)).opened == 1
    assert town.night(says(EAST, delivery_id="two")).closed == 1
    assert town.night(says(WEST, delivery_id="three")).reopened == 1


@pytest.mark.parametrize("state", ["accepted", "refused"])
def test_answered_requests_close_with_the_correction(town: Town, state: State) -> None:
    town.verdict(observation(EAST))
    town.night(says(WEST))
    answer(town.casebook, town.requests[0], "office", state, "看过了", "户政科", "event-0001", VISITED)
    town.night(says(WEST))
    assert town.states == [state]
    town.night(says(EAST))
    assert town.states == ["closed"]


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (says(NORTH, claimed_on=LATER), "closed"),  # the person moved on after the visit: news
        (says(NORTH, claimed_on=VISITED), "reopened"),  # not what was seen, and not newer
        (says(NORTH, claimed_on=None), "reopened"),
        (says(WEST, claimed_on=LATER), "reopened"),  # what was refuted is no news, whatever its date
        (says("王", "name"), "closed"),  # nothing is stated any more
    ],
)
def test_later_deliveries_after_a_correction(town: Town, said: dict[str, Any], state: str) -> None:
    town.verdict(observation(EAST))
    town.night(says(WEST))
    town.night(says(EAST))
    town.night(said)
    assert town.states == [state]


def test_a_request_closed_by_a_lead_stays_closed(town: Town) -> None:
    town.verdict(observation(EAST))
    town.night(says(WEST))
    answer(town.casebook, town.requests[0], "lead", "closed", "门牌改过", "zhao.lead", "event-0001", VISITED)
    town.night(says(WEST))
    assert town.states == ["closed"]


def test_a_later_verdict_takes_the_place_of_an_older_request(town: Town) -> None:
    town.verdict(observation(EAST))
    town.night(says(WEST))
    town.verdict(observation(NORTH), evidence="other", seen_on=LATER)
    for _ in range(2):
        town.night(says(WEST), findings={"f1": "other"})
        assert [(r.seen, r.state) for r in town.requests] == [
            (ADDRESSES[EAST], "closed"),
            (ADDRESSES[NORTH], "sent"),
        ]


def test_a_later_verdict_that_finds_the_office_right_ends_the_request(town: Town) -> None:
    town.verdict(observation(EAST))
    town.night(says(WEST))
    town.verdict(observation(WEST), evidence="other", seen_on=LATER)
    for _ in range(2):
        town.night(says(WEST), findings={"f1": "other"})
        assert town.states == ["closed"]


def test_a_value_observed_again_after_closing_is_requested_again(town: Town) -> None:
    town.verdict(observation(EAST))
    town.night(says(WEST))
    town.night(says(EAST))
    town.night(says(NORTH, claimed_on=LATER), findings={"f1": "other"})
    town.now = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
    town.verdict(observation(EAST), evidence="other", seen_on=date(2026, 11, 2))
    town.night(says(NORTH, claimed_on=LATER), findings={"f1": "other"})
    assert [(r.state, r.stated) for r in town.requests] == [
        ("closed", ADDRESSES[WEST]),
        ("sent", ADDRESSES[NORTH]),
    ]


def test_a_person_keeps_her_requests_when_her_id_changes(either: Town) -> None:
    town = either
    town.verdict(observation(EAST))
    town.night(says(WEST))
    trail = [
        {"alias_id": WHO, "person_id": key("one step"), "change": "merged"},
        {"alias_id": key("one step"), "person_id": key("now"), "change": "kept"},
        {"alias_id": key("now"), "person_id": key("split off"), "change": "split"},
    ]
    town.night(says(WEST, entity_id=key("now")), person_alias=trail)
    assert town.states == ["sent"]
    town.night(says(EAST, entity_id=key("now"), delivery_id="two"), person_alias=trail)
    assert town.states == ["closed"]
