"""A walk and its verdicts are one act; who is to go where: on each database a casebook can lie in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.errors import AccessError
from tests.api.city import FAR, HERE, NEXT, PASSWORD, key
from tests.warehouse.doorstep import DESK, F1, F2, F3, HOME, NOW, SEEN, TODAY, Doorstep
from warehouse.access.policy import NotFound
from warehouse.casebook.append_only import KeyReused, NothingToRevoke
from warehouse.casebook.casebook import NewUser
from warehouse.casebook.database import CasebookError
from warehouse.fieldwork.assignments import AssignmentOrder, assign, current_assignments
from warehouse.fieldwork.assignments import history as orders
from warehouse.fieldwork.submit import FindingClosed, submit_verdict
from warehouse.fieldwork.verdicts import history as verdicts
from warehouse.fieldwork.visits import VisitSubmission, history, submit_visit

pytestmark = pytest.mark.slow

MET = VisitSubmission("key-of-visit-1", HOME, "r1", "finding", "met", NOW, "见到户主", None, (SEEN,))
NOBODY = MET._replace(outcome="nobody_home", verdicts=(), note="")
TOMORROW = TODAY + timedelta(days=1)


def test_a_visit_is_kept_with_its_verdicts(step: Doorstep) -> None:
    other = SEEN._replace(key="key-of-worker-2", finding_id=F3, verdict="wrong", reason_code="matches")
    walk = MET._replace(verdicts=(SEEN, other))
    assert [submit_visit(step.door(), walk) for _ in range(2)] == [True, False]
    [made] = history(step.casebook)
    assert (made.stop_id, made.grid_code, made.kind, made.outcome) == (HOME, HERE, "finding", "met")
    assert (made.note, made.visited_at, made.visited_by, made.release_id) == ("见到户主", NOW, "worker", "r1")
    given = verdicts(step.casebook, visit_key=made.key)
    assert [(v.finding_id, v.verdict) for v in given] == [(F1, "confirmed"), (F3, "wrong")]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"finding_id": F2}, NotFound),
        ({"finding_id": key("never")}, NotFound),
        ({"finding_id": key("judged")}, FindingClosed),
        ({"proof": "dream"}, CasebookError),
    ],
)
def test_one_invalid_verdict_stores_nothing(step: Doorstep, wrong, error) -> None:
    other = SEEN._replace(**{"key": "key-of-worker-2", "finding_id": F3, **wrong})
    with pytest.raises(error):
        submit_visit(step.door(), MET._replace(verdicts=(SEEN, other)))
    assert (history(step.casebook), verdicts(step.casebook)) == ([], [])
    assert submit_visit(step.door(), MET)  # under the same key: nothing was kept of it


def test_a_verdict_of_another_stop_belongs_to_another_visit(step: Doorstep) -> None:
    other = SEEN._replace(key="key-of-worker-2", finding_id=F2)
    with pytest.raises(CasebookError, match="another stop"):
        submit_visit(step.lead(), MET._replace(verdicts=(SEEN, other)))
    assert (history(step.casebook), verdicts(step.casebook)) == ([], [])


@pytest.mark.parametrize(
    "change",
    [
        {"note": "another"},
        {"verdicts": (SEEN._replace(verdict="wrong"),)},
        {"verdicts": (SEEN, SEEN._replace(key="key-of-worker-2", finding_id=F3))},
    ],
)
def test_a_visits_key_has_one_content(step: Doorstep, change) -> None:
    submit_visit(step.door(), MET)
    with pytest.raises(KeyReused):
        submit_visit(step.door(), MET._replace(**change))
    assert len(verdicts(step.casebook)) == 1


@pytest.mark.parametrize(
    ("outcome", "reason"), [("nobody_home", "absent"), ("refused", "unwilling"), ("impossible", "no_access")]
)
def test_nobody_home_is_one_verdict_for_every_open_door_finding(step: Doorstep, outcome: str, reason: str) -> None:
    walk = NOBODY._replace(outcome=outcome)
    assert [submit_visit(step.door(), walk) for _ in range(2)] == [True, False]
    given = verdicts(step.casebook)
    assert {v.finding_id for v in given} == {F1, F3}  # not the one for a desk, nor the one that is judged
    assert {(v.verdict, v.reason_code, v.visit_key, v.seen_on) for v in given} == {(outcome, reason, MET.key, TODAY)}


def test_findings_closed_since_the_night_get_no_verdict_of_a_visit(step: Doorstep) -> None:
    submit_verdict(step.door(), SEEN)
    submit_visit(step.door(), NOBODY)
    assert [v.finding_id for v in verdicts(step.casebook, visit_key=MET.key)] == [F3]


def test_a_sample_visit_counts_missed_contradictions(step: Doorstep) -> None:
    sample = NOBODY._replace(kind="sample", stop_id=key("d4"), outcome="met", missed="living")
    assert submit_visit(step.door(), sample)
    assert [(v.kind, v.missed) for v in history(step.casebook, key("d4"))] == [("sample", "living")]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"stop_id": key("d2")}, NotFound),
        ({"stop_id": key("nowhere")}, NotFound),
        ({"kind": "walk"}, CasebookError),
        ({"outcome": "fine"}, CasebookError),
        ({"outcome": "met"}, CasebookError),
        ({"missed": "living"}, CasebookError),
        ({"kind": "sample", "outcome": "met", "missed": "mood"}, CasebookError),
        ({"kind": "sample", "outcome": "met", "missed": "other"}, CasebookError),
        ({"visited_at": NOW + timedelta(minutes=11)}, CasebookError),
        ({"visited_at": NOW - timedelta(days=61)}, CasebookError),
        ({"note": "x" * 2001}, CasebookError),
        ({"key": "short"}, CasebookError),
    ],
)
def test_a_visit_that_may_not_be_written(still: Doorstep, change, error) -> None:
    with pytest.raises(error):
        submit_visit(still.door(), NOBODY._replace(**change))
    assert history(still.casebook) == []


def test_a_clock_may_be_a_little_fast(step: Doorstep) -> None:
    assert submit_visit(step.door(), NOBODY._replace(visited_at=NOW + timedelta(minutes=9)))


def test_only_field_roles_visit(still: Doorstep) -> None:
    with pytest.raises(AccessError):
        submit_visit(still.door("analyst", "analyst"), NOBODY)


ORDER = AssignmentOrder("key-of-order-1", HOME, "assigned", "worker", TOMORROW)
USERS = [
    NewUser("worker", PASSWORD, "grid_worker", (HERE,)),
    NewUser("community", PASSWORD, "grid_worker", (HERE[:12],)),
    NewUser("far", PASSWORD, "grid_worker", (FAR,)),
    NewUser("next", PASSWORD, "grid_worker", (NEXT,)),
    NewUser("left", PASSWORD, "grid_worker", (HERE,)),
    NewUser("analyst", PASSWORD, "analyst", (HERE,)),
]


@pytest.fixture
def with_users(step: Doorstep) -> Doorstep:
    step.casebook.add_users(USERS)
    step.casebook.disable("left")
    return step


def test_the_newest_order_on_a_stop_counts(with_users: Doorstep) -> None:
    lead, book = with_users.lead(), with_users.casebook
    assert [assign(lead, ORDER) for _ in range(2)] == [True, False]
    assert (current_assignments(book)[HOME].username, current_assignments(book)[HOME].due_on) == ("worker", TOMORROW)
    assert assign(lead, ORDER._replace(key="key-of-order-2", username="community", due_on=None))
    assert current_assignments(book)[HOME].username == "community"
    release = AssignmentOrder("key-of-order-3", HOME, "released", reason="搬走了")
    assert assign(lead, release)
    assert current_assignments(book) == {}
    with pytest.raises(NothingToRevoke):
        assign(lead, release._replace(key="key-of-order-4"))
    assert [(o.state, o.decided_by, o.reason) for o in orders(book, HOME)][-1] == ("released", "lead", "搬走了")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"username": "nobody"}, CasebookError),
        ({"username": None}, CasebookError),
        ({"username": "left"}, CasebookError),
        ({"username": "far"}, CasebookError),
        ({"username": "next"}, CasebookError),
        ({"username": "analyst"}, CasebookError),
        ({"due_on": TODAY - timedelta(days=1)}, CasebookError),
        ({"reason": " "}, CasebookError),
        ({"reason": "call 15400001234"}, CasebookError),
        ({"state": "released"}, CasebookError),
        ({"stop_id": key("d3")}, NotFound),
        ({"key": "no"}, CasebookError),
    ],
)
def test_an_order_that_may_not_be_given(with_users: Doorstep, change, error) -> None:
    with pytest.raises(error):
        assign(with_users.lead(), ORDER._replace(**change))
    assert orders(with_users.casebook) == []


def test_only_leads_give_orders(with_users: Doorstep) -> None:
    with pytest.raises(AccessError, match="grid lead"):
        assign(with_users.door(), ORDER)
    assert assign(with_users.door("super", "district_supervisor", HERE[:6]), ORDER)


def test_a_desk_finding_has_no_visit_but_a_stop(step: Doorstep) -> None:
    assert {f.finding_id for f in step.door().scope.findings_at(HOME)} >= {DESK, F1}
