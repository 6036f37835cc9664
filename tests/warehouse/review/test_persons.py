"""Decisions about two office rows: that they survive, can be revoked, and never contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.errors import HubError
from contracts.load import load_catalog
from tests.api.city import settings_in, small_city, write_release
from warehouse.access.policy import NotFound
from warehouse.casebook.append_only import Conflict, NothingToRevoke
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.releases.operator_reader import operator_reader
from warehouse.releases.reader import OpenRelease
from warehouse.review.persons import PersonDecision, current_decisions, decide, history, link, reopen, unlink
from warehouse.review.source_records import SourceRecord, SourceRecords

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
A, B, C, D = (SourceRecord.of(row) for row in ("resident:1", "property:t1", "hotline:k1", "resident:2"))

ALL_THERE = SourceRecords(lambda *_, **__: [{}], load_catalog())


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> SourceRecords:
    home = settings_in(tmp_path_factory.mktemp("home"))
    write_release(home, "r1", small_city(home))
    return SourceRecords(operator_reader(OpenRelease(home.releases / "r1", 1)), load_catalog())


@pytest.fixture
def casebook(casebook_url: str) -> Iterator[Casebook]:
    with Casebook(casebook_url, now=lambda: NOW) as book:
        yield book


@pytest.fixture
def same(casebook: Casebook, rows: SourceRecords) -> Callable[[SourceRecord, SourceRecord], bool]:
    return lambda a, b: link(casebook, rows, a, b, "same voice, same door", "zhao.lead")


@pytest.fixture
def different(casebook: Casebook, rows: SourceRecords) -> Callable[[SourceRecord, SourceRecord], bool]:
    return lambda a, b: unlink(casebook, rows, a, b, "father and son", "sun.super")


def verdicts(casebook: Casebook) -> dict[str, str]:
    return {f"{d.left} {d.right}": d.decision for d in current_decisions(casebook)}


def test_a_decision_stands_after_reopening_the_casebook(casebook: Casebook, casebook_url: str, same) -> None:
    assert same(A, B)
    with Casebook(casebook_url) as again:
        assert current_decisions(again) == [PersonDecision(B, A, "same", "same voice, same door", "zhao.lead", NOW)]
    assert current_decisions(casebook)[0].left == ("property", "t1")


def test_the_newest_decision_on_a_pair_counts_whatever_its_order(
    casebook: Casebook, rows: SourceRecords, same, different
) -> None:
    assert [same(A, B), same(B, A), different(B, A), different(A, B)] == [True, False, True, False]
    assert verdicts(casebook) == {"property:t1 resident:1": "different"}
    assert [reopen(casebook, rows, A, B, "not sure", "ops"), reopen(casebook, rows, B, A, "not sure", "ops")] == [
        True,
        False,
    ]
    assert current_decisions(casebook) == []
    assert [(d.decision, d.decided_by) for d in history(casebook)] == [
        ("same", "zhao.lead"),
        ("different", "sun.super"),
        ("open", "ops"),
    ]


def test_same_is_transitive_and_excludes_different(casebook: Casebook, same, different) -> None:
    same(A, B)
    same(B, C)
    with pytest.raises(Conflict) as error:
        different(A, C)
    assert error.value.where == ("hotline:k1 and resident:1 are different, but hotline:k1 = property:t1 = resident:1")
    assert len(history(casebook)) == 2
    different(A, B)  # the pair's own decision gives way
    different(A, C)
    assert len(current_decisions(casebook)) == 3


def test_different_rows_cannot_be_joined_through_a_third(
    casebook: Casebook, rows: SourceRecords, same, different
) -> None:
    different(A, C)
    same(A, B)
    with pytest.raises(Conflict) as error:
        same(B, C)
    assert "hotline:k1 = property:t1 = resident:1" in error.value.where
    assert "reopen" in error.value.remedy
    assert same(B, D)
    reopen(casebook, rows, C, A, "they are one after all", "ops")
    assert same(B, C)
    assert set(verdicts(casebook).values()) == {"same"}


@pytest.mark.parametrize(
    "row", ["resident:77", "ticket:1", "grid_building:w3", "area:140213", "nothing:1", "resident:'"]
)
def test_a_row_that_is_not_there_is_refused(casebook: Casebook, rows: SourceRecords, row: str) -> None:
    for decision in (link, unlink):
        with pytest.raises(NotFound, match="SOURCE is one of elderly_file, hotline, property, resident"):
            decision(casebook, rows, A, SourceRecord.of(row), "same door", "ops")
    assert history(casebook) == []


@pytest.mark.parametrize("written", ["", "resident", "resident:", ":1"])
def test_a_row_is_written_with_its_source(written: str) -> None:
    with pytest.raises(HubError, match="SOURCE:KEY"):
        SourceRecord.of(written)


def test_decisions_without_effect_are_refused(casebook: Casebook, rows: SourceRecords, same) -> None:
    with pytest.raises(CasebookError, match="same as itself"):
        same(A, A)
    with pytest.raises(NothingToRevoke):
        reopen(casebook, rows, A, B, "not sure", "ops")
    with pytest.raises(CasebookError, match="phone number"):
        reopen(casebook, rows, A, B, "call 15400001234", "ops")
    assert history(casebook) == []


def test_a_decision_about_a_row_that_has_gone_can_be_taken_back(casebook: Casebook, rows: SourceRecords) -> None:
    gone = SourceRecord("hotline", "withdrawn")
    link(casebook, ALL_THERE, A, gone, "same voice", "zhao.lead")
    assert reopen(casebook, rows, gone, A, "that file was wrong", "ops")
    assert current_decisions(casebook) == []


ROWS = st.sampled_from([SourceRecord("resident", str(n)) for n in range(5)])
ACTS = st.tuples(ROWS, ROWS, st.sampled_from(["same", "different", "open"])).filter(lambda act: act[0] != act[1])


@given(st.lists(ACTS, max_size=25))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_decided_in_whatever_order_the_decisions_agree(tmp_path_factory, acts) -> None:
    with Casebook(f"sqlite:///{tmp_path_factory.mktemp('book')}/casebook.sqlite", now=lambda: NOW) as book:
        for left, right, verdict in acts:
            try:
                decide(book, ALL_THERE, left, right, verdict, "looked at both", "ops")
            except (Conflict, NothingToRevoke):
                continue
        person = {row: row for d in current_decisions(book) for row in d.pair}
        for _ in person:
            for d in current_decisions(book):
                if d.decision == "same":
                    person[d.left] = person[d.right] = min(person[d.left], person[d.right])
        assert all(person[d.left] != person[d.right] for d in current_decisions(book) if d.decision == "different")
