"""The activity list: rows of every append-only table, newest first, without their texts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from warehouse.casebook.activity import activities
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.tables import rule_decisions, verdicts
from warehouse.lake.delivery_decisions import write_decision

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
FINDING = "f" * 32
NOTE = "三楼邻居说的"


@pytest.fixture
def casebook(casebook_url: str) -> Iterator[Casebook]:
    """A verdict at eight, a stopped rule at nine, a delivery accepted at ten."""
    moments = iter(START + timedelta(hours=hour) for hour in range(3))
    with Casebook(casebook_url, now=lambda: next(moments)) as book:
        seen = {
            "finding_id": FINDING, "rule": "vacant_with_ticket", "evidence_hash": "e" * 32, "stop_id": "d" * 32,
            "verdict": "confirmed", "reason_code": "let", "seen_on": date(2026, 11, 22), "proof": "seen", "note": NOTE,
            "given_by": "li.grid", "role": "grid_worker", "release_id": "r1",
        }  # fmt: skip
        book.ledger.once(verdicts, "verdict-1", {}, seen)
        stopped = {
            "rule": "vacant_with_ticket",
            "area": "",
            "decision": "stopped",
            "reason": NOTE,
            "decided_by": "sun.super",
        }
        book.ledger.once(rule_decisions, "decision-1", {}, stopped)
        write_decision(book, "resident", "abc", "accepted", NOTE, "wang.ops")
        yield book


def test_activity_is_listed_newest_first(casebook: Casebook) -> None:
    found = activities(casebook)
    assert [(w.by, w.kind, w.what, w.about) for w in found] == [
        ("wang.ops", "delivery_decisions", "accepted", "abc"),
        ("sun.super", "rule_decisions", "stopped", "vacant_with_ticket"),
        ("li.grid", "verdicts", "confirmed", FINDING),
    ]
    assert [w.at for w in found] == [START + timedelta(hours=hour) for hour in (2, 1, 0)]
    assert NOTE not in str(found)


def test_of_one_user_and_in_parts(casebook: Casebook) -> None:
    assert [w.kind for w in activities(casebook, by="li.grid")] == ["verdicts"]
    assert [w.kind for w in activities(casebook, limit=1, offset=1)] == ["rule_decisions"]
