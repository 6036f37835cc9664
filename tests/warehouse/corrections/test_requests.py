"""A correction request in the casebook: written once, one step at a time, with its clock."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from contracts.errors import AccessError, HubError
from tests.api.city import HERE, ID_NO, key
from warehouse.casebook.append_only import Conflict, KeyReused
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.corrections.queries import RequestFilter, each, find, history
from warehouse.corrections.requests import Packet, answer, send, was_sent
from warehouse.corrections.states import State

pytestmark = pytest.mark.slow

TODAY = date(2026, 9, 18)
SENT = {"seen": "东院", "by": "zhao.lead"}
PACKET = Packet(
    source="resident",
    entity="person",
    entity_id=key("王小明"),
    attribute="living_address",
    seen="东院13-2-501",
    seen_on=date(2026, 9, 17),
    grid_code=HERE,
    record_key="R1",
    stated="西院3-2-501",
)


class Clock:
    """The day the casebook believes it is."""

    now = datetime(2026, 9, 18, 1, 0, tzinfo=UTC)


@pytest.fixture
def casebook(casebook_url: str) -> Iterator[Casebook]:
    with Casebook(casebook_url, now=lambda: Clock.now) as book:
        yield book


def send_request(casebook: Casebook, name: str = "request-1", packet: Packet = PACKET) -> int:
    send(casebook, name, packet, "核实所见不一致", "zhao.lead", TODAY, SENT)
    return find(casebook, RequestFilter(key=name))[0].id


def say(
    casebook: Casebook, id_: int, actor: str, state: State, name: str, by: str = "somebody", on: date = TODAY
) -> bool:
    [request] = find(casebook, RequestFilter(ids=[id_]))
    return answer(casebook, request, actor, state, "看过了", by, name, on)  # type: ignore[arg-type]


def test_a_request_is_sent_once_with_five_working_days(casebook: Casebook, casebook_url: str) -> None:
    for new in (True, False):
        assert send(casebook, "request-1", PACKET, "核实所见不一致", "zhao.lead", TODAY, SENT) is new
    with Casebook(casebook_url) as again:
        [request] = find(again)
    assert (request.state, request.due_on, request.provisional) == ("sent", date(2026, 9, 24), False)
    assert (request.stated, request.seen, request.record_key) == ("西院3-2-501", "东院13-2-501", "R1")
    assert (request.opened_by, request.state_by, request.opened_at) == ("zhao.lead", "zhao.lead", Clock.now)
    assert not request.overdue(date(2026, 9, 24))
    assert request.overdue(date(2026, 9, 25))


def test_a_key_is_used_for_one_request(casebook: Casebook) -> None:
    send_request(casebook)
    with pytest.raises(KeyReused):
        send(casebook, "request-1", PACKET, "核实所见不一致", "other.lead", TODAY, SENT | {"by": "other.lead"})
    with pytest.raises(CasebookError, match="8 to 64"):
        was_sent(casebook, "short", SENT)
    assert len(find(casebook)) == 1


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, f"his number is {ID_NO}"])
def test_an_invalid_reason_sends_nothing(casebook: Casebook, reason: str) -> None:
    with pytest.raises(CasebookError) as told:
        send(casebook, "request-1", PACKET, reason, "zhao.lead", TODAY, SENT)
    assert ID_NO not in str(told.value)
    assert find(casebook) == []


def test_every_step_stays_and_the_newest_counts(casebook: Casebook) -> None:
    id_ = send_request(casebook)
    assert say(casebook, id_, "office", "accepted", "event-0001", by="户政科")
    assert say(casebook, id_, "office", "refused", "event-0002", by="户政科")
    assert say(casebook, id_, "lead", "reopened", "event-0003", on=date(2026, 9, 29))
    [request] = find(casebook)
    assert (request.state, request.due_on, request.state_by) == ("reopened", date(2026, 10, 12), "somebody")
    assert [(e.state, e.due_on) for e in history(casebook, request)] == [
        ("accepted", date(2026, 9, 24)),
        ("refused", date(2026, 9, 24)),
        ("reopened", date(2026, 10, 12)),
    ]


def test_a_retry_is_no_second_answer_even_after_others(casebook: Casebook) -> None:
    id_ = send_request(casebook)
    assert [say(casebook, id_, "office", "accepted", "event-0001") for _ in range(2)] == [True, False]
    assert say(casebook, id_, "lead", "closed", "event-0002")
    assert not say(casebook, id_, "office", "accepted", "event-0001")  # a late retry
    with pytest.raises(KeyReused):
        say(casebook, id_, "office", "refused", "event-0001")
    assert [r.state for r in find(casebook)] == ["closed"]


def test_an_impossible_step_writes_nothing(casebook: Casebook) -> None:
    id_ = send_request(casebook)
    say(casebook, id_, "lead", "closed", "event-0001")
    with pytest.raises(Conflict, match="closed cannot become accepted"):
        say(casebook, id_, "office", "accepted", "event-0002")
    with pytest.raises(AccessError, match="not for the office"):
        say(casebook, id_, "office", "reopened", "event-0003")
    assert len(history(casebook, find(casebook)[0])) == 1


def test_of_two_answers_at_once_one_is_a_conflict(casebook: Casebook) -> None:
    id_ = send_request(casebook)
    [request] = find(casebook)

    def close(nth: int) -> str:
        try:
            answer(casebook, request, "lead", "closed", "看过了", f"lead{nth}", f"event-{nth:04}", TODAY)
            return "closed"
        except Conflict:
            return "told"

    with ThreadPoolExecutor(8) as pool:
        said = sorted(pool.map(close, range(8)))
    assert said == ["closed", *["told"] * 7]
    assert len(history(casebook, find(casebook, RequestFilter(ids=[id_]))[0])) == 1


def test_requests_are_found_by_source_state_and_clock(casebook: Casebook) -> None:
    first = send_request(casebook)
    other = Packet(source="property", entity="dwelling", entity_id=key("d1"), attribute="occupancy", seen="rented")
    second = send_request(casebook, "request-2", other)
    say(casebook, second, "office", "refused", "event-0001")
    late = date(2026, 12, 1)

    def ids(wanted: RequestFilter, **more: int) -> list[int]:
        return [request.id for request in find(casebook, wanted, **more)]

    assert ids(RequestFilter()) == [first, second]
    assert ids(RequestFilter(sources=["property"])) == ids(RequestFilter(state="refused")) == [second]
    assert ids(RequestFilter(sources=[])) == []
    assert ids(RequestFilter(overdue_on=late)) == [first]  # who refused has answered
    assert ids(RequestFilter(overdue_on=TODAY)) == []
    assert ids(RequestFilter(), after=first) == [second]
    assert ids(RequestFilter(), limit=1) == [first]
    assert [r.id for r in each(casebook, RequestFilter(), lambda grid: grid is not None)] == [first]


def test_no_error_names_a_value(casebook: Casebook) -> None:
    id_ = send_request(casebook)
    for state in ("closed", "sent"):
        with pytest.raises(HubError) as told:
            say(casebook, id_, "office", state, "event-0009")  # type: ignore[arg-type]
        assert "东院" not in str(told.value)
