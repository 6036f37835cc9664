"""A request's clock: by which calendar it was counted, and how the night moves it when a better one is known."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest

from tests.warehouse.corrections.corrected import ADDRESSES, WHO, Town, observation, says
from warehouse.casebook.tables import correction_requests
from warehouse.casebook.working_days import Due, WorkingCalendar
from warehouse.corrections.queries import history
from warehouse.corrections.requests import Packet, move_clock

pytestmark = pytest.mark.slow

WEST, EAST = "西院", "东院"


def test_a_clock_beyond_the_published_calendar_is_provisional(town: Town) -> None:
    town.now = datetime(2027, 2, 3, 2, 0, tzinfo=UTC)
    town.verdict(observation(EAST), seen_on=date(2027, 2, 2))
    town.night(says(WEST))
    [request] = town.requests
    assert (request.due_on, request.provisional, request.calendar) == (date(2027, 2, 10), True, "weekdays")
    assert town.night(says(WEST)).moved == 0


def test_a_provisional_clock_goes_by_the_operator_s_calendar_and_follows_its_correction(town: Town) -> None:
    town.now = datetime(2027, 2, 3, 2, 0, tzinfo=UTC)
    town.verdict(observation(EAST), seen_on=date(2027, 2, 2))
    town.night(says(WEST))
    fixed = frozenset(date(2027, *day) for day in ((1, 1), (5, 1), (10, 1)))
    clocks = []
    for off in ({date(2027, 2, 5)}, {date(2027, 2, 5)}, {date(2027, 2, 5), date(2027, 2, 8)}, set()):
        calendar = WorkingCalendar(fixed | off)
        town.casebook.calendar = lambda known=calendar: known
        moved = town.night(says(WEST)).moved
        [request] = town.requests
        clocks.append((moved, request.due_on.day, request.calendar, request.provisional))
    assert clocks == [
        (1, 11, "operator", False),
        (0, 11, "operator", False),
        (1, 12, "operator", False),
        (1, 10, "operator", False),
    ]
    assert "本市已录入节假日安排，办理期限由 2027-02-10 改为 2027-02-11" in [
        event.reason for event in history(town.casebook, request)
    ]


def test_a_clock_of_the_operator_s_calendar_goes_by_the_published_one_even_if_the_day_is_the_same(town: Town) -> None:
    town.verdict(observation(EAST))
    town.night(says(WEST))
    [request] = town.requests
    for calendar in ("operator", "weekdays"):
        move_clock(town.casebook, request, Due(request.due_on, calendar), f"event-{calendar}")
        assert town.requests[0].calendar == calendar
        assert town.night(says(WEST)).moved == 1
        assert (town.requests[0].due_on, town.requests[0].calendar) == (request.due_on, "published")


def test_a_clock_that_counted_weekdays_goes_by_the_calendar_once_there_is_one(town: Town) -> None:
    """As if the request had been sent before the calendar of 2026 was published."""
    town.now = datetime(2026, 9, 30, 2, 0, tzinfo=UTC)
    packet = Packet("resident", "person", WHO, "living_address", ADDRESSES[EAST], stated=ADDRESSES[WEST])
    row = asdict(packet) | {"due_on": date(2026, 10, 7), "reason": "不一致", "decided_by": "zhao.lead"}
    town.casebook.ledger.once(correction_requests, "request-1", {}, row)
    assert [town.night(says(WEST)).moved for _ in range(2)] == [1, 0]
    [request] = town.requests
    assert (request.state, request.due_on) == ("sent", date(2026, 10, 13))
    assert [e.state for e in history(town.casebook, request)] == ["sent"]
