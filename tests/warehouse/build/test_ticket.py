"""Tickets of one matter, their limits, and which of them are late: by the real model, from the hotline's rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

from contracts.load import load_catalog
from warehouse.build import engine
from warehouse.lake.tokens import Tokens

CATALOG = load_catalog()
DAY = datetime(2026, 10, 31)
CALLED = DAY - timedelta(days=100)
USUAL = {"dwelling_id": "d1", "request_class": "heating", "urgency": "ordinary", "status": "resolved"}


def tickets(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """The tickets of these rows; `person` is the linked person, `days` the time after the first day."""
    connection = duckdb.connect()
    connection.execute("create schema source")
    engine.define_key_of(connection, Tokens(b"k" * 32))
    for name in ("source.hotline", "delivery", "person_link", "person"):
        table = CATALOG.find(name)
        assert table
        connection.execute(f"create table {table.definition}")
    connection.execute("create table common_phone as select 'crowd' as phone_token")
    connection.execute("insert into delivery (source, delivered_on) values ('hotline', ?)", [DAY.date()])
    for number, row in enumerate(rows):
        given = {
            **USUAL,
            "requester_phone_status": "ok",
            "ticket_no": f"t{number}",
            "reported_at": CALLED + timedelta(days=row.get("days", 0)),
            **row,
        }
        if person := given.pop("person", None):
            connection.execute(
                "insert into person (person_id) select ? where ? not in (select person_id from person)", [person] * 2
            )
            connection.execute(
                "insert into person_link (source, record_key, person_id) values ('hotline', ?, ?)",
                [given["ticket_no"], person],
            )
        given.pop("days", None)
        marks = ", ".join("?" * len(given))
        connection.execute(f"insert into source.hotline ({', '.join(given)}) values ({marks})", list(given.values()))
    found = connection.execute(f"select * from ({engine.models()['ticket'].sql}) as t order by ticket_no")
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


NOWHERE = {"dwelling_id": None}
UNSOUND = {"requester_phone_token": "mine", "requester_phone_status": "length"}


@pytest.mark.parametrize(
    ("second", "is_repeat"),
    [
        ({"days": 29}, True),
        ({"days": 30}, True),
        ({"days": 31}, False),
        ({"days": 3, "request_class": "leak"}, False),
        ({"days": 3, "dwelling_id": "d2"}, False),
        ({"days": 3, **NOWHERE}, False),
    ],
)
def test_a_matter_is_one_home_and_one_class_within_thirty_days(second: dict[str, Any], is_repeat: bool) -> None:
    first, then = tickets({}, second)
    assert first["repeat_of"] is None
    assert then["repeat_of"] == ("t0" if is_repeat else None)
    assert (then["matter_id"] == first["matter_id"]) == is_repeat


@pytest.mark.parametrize(
    ("one", "two", "is_repeat"),
    [
        ({"person": "p1"}, {"person": "p1"}, True),
        ({"person": "p1"}, {"person": "p2"}, False),
        ({"requester_phone_token": "mine"}, {"requester_phone_token": "mine"}, True),
        ({"requester_phone_token": "crowd"}, {"requester_phone_token": "crowd"}, False),
        (UNSOUND, UNSOUND, False),
        ({}, {}, False),
    ],
)
def test_where_no_home_is_named_the_caller_tells(one: dict[str, Any], two: dict[str, Any], is_repeat: bool) -> None:
    _, then = tickets({**one, **NOWHERE}, {**two, **NOWHERE, "days": 3})
    assert (then["repeat_of"] == "t0") == is_repeat


def test_a_matter_goes_on_as_long_as_somebody_calls() -> None:
    rows = tickets({}, {"days": 25}, {"days": 50}, {"days": 75}, {"days": 99.5})
    assert [row["repeat_of"] for row in rows] == [None, "t0", "t0", "t0", "t0"]
    assert len({row["matter_id"] for row in rows}) == 1
    again = tickets({}, {"days": 25}, {"days": 60}, {"days": 70})
    assert [row["repeat_of"] for row in again] == [None, "t0", None, "t2"]


@pytest.mark.parametrize(("urgency", "hours"), [("danger", 2), ("utility", 24), ("ordinary", 168), ("complex", 360)])
def test_limits_are_those_of_the_urgency(urgency: str, hours: int) -> None:
    [row] = tickets({"urgency": urgency})
    assert row["limit_hours"] == hours
    assert row["due_at"] == CALLED + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("row", "overdue"),
    [
        ({"resolved_at": CALLED + timedelta(days=7)}, False),
        ({"resolved_at": CALLED + timedelta(days=7, seconds=1)}, True),
        ({"status": "handling"}, True),
        ({"status": "handling", "days": 93}, False),  # due on the newest file's day, which may not be over
        ({"status": "handling", "days": 92.9}, True),
        ({"status": "returned"}, False),
    ],
)
def test_only_tickets_surely_past_their_limit_are_overdue(row: dict[str, Any], overdue: bool) -> None:
    assert tickets(row)[0]["overdue"] == overdue
