"""Verdicts are stored or refused, and a retry stores nothing twice, on each database of a casebook."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.errors import AccessError
from tests.api.city import FAR, HERE, ID_NO, key
from tests.warehouse.doorstep import DESK, F1, F2, HOME, JUDGED, NOW, PERSON, SEEN, TODAY, Doorstep
from warehouse.access.policy import NotFound
from warehouse.casebook import finding_log, tables
from warehouse.casebook.append_only import KeyReused
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.fieldwork.observed_values import ValueInput
from warehouse.fieldwork.scope import EvidenceChanged, FindingGone
from warehouse.fieldwork.submit import FindingClosed, submit_verdict
from warehouse.fieldwork.verdicts import history


def test_a_verdict_is_stored_with_its_finding_and_evidence(step: Doorstep, casebook_url: str) -> None:
    assert submit_verdict(step.door(), SEEN._replace(note=" 户主在家 ")).is_new
    with Casebook(casebook_url) as again:
        [kept] = history(again, [F1])
        assert (kept.key, kept.finding_id, kept.rule, kept.stop_id) == (SEEN.key, F1, "hukou_residence_split", HOME)
        assert (kept.verdict, kept.reason_code, kept.seen_on, kept.proof) == SEEN[3:7]
        assert (kept.note, kept.given_by, kept.role, kept.given_at) == ("户主在家", "worker", "grid_worker", NOW)
        assert (kept.release_id, kept.visit_key, kept.values) == ("r1", None, ())
        assert kept.evidence_hash
        assert history(again, [F2]) == []


def test_a_retry_is_the_same_verdict_whatever_has_happened_since(step: Doorstep) -> None:
    assert [submit_verdict(step.door(), SEEN).is_new for _ in range(2)] == [True, False]
    step.time += timedelta(days=90)
    assert not submit_verdict(step.door(), SEEN._replace(release="r2")).is_new  # late, and after another night
    assert len(history(step.casebook)) == 1


@pytest.mark.parametrize(
    "change", [{"verdict": "wrong"}, {"note": "another"}, {"finding_id": F2}, {"seen_on": date(2026, 11, 23)}]
)
def test_a_key_has_one_content_and_one_author(step: Doorstep, change) -> None:
    submit_verdict(step.door(), SEEN)
    with pytest.raises(KeyReused):
        submit_verdict(step.door(), SEEN._replace(**change))
    with pytest.raises(KeyReused):
        submit_verdict(step.lead(), SEEN)
    assert len(history(step.casebook)) == 1


def test_twenty_at_once_with_one_key_are_one_verdict(step: Doorstep) -> None:
    outcomes: list[bool] = []

    def post() -> None:
        outcomes.append(submit_verdict(step.door(), SEEN).is_new)

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 19 + [True]
    assert len(history(step.casebook)) == 1


def test_many_at_once_with_keys_of_their_own_are_all_kept(step: Doorstep) -> None:
    def post(n: int) -> None:
        submit_verdict(step.lead(), SEEN._replace(key=f"key-number-{n}"))

    threads = [threading.Thread(target=post, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {v.key for v in history(step.casebook)} == {f"key-number-{n}" for n in range(20)}


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"verdict": "maybe"}, CasebookError, "confirmed, wrong, moved"),
        ({"reason_code": "bored"}, CasebookError, "office_outdated"),
        ({"reason_code": "other"}, CasebookError, "note"),
        ({"proof": "dream"}, CasebookError, "id_card"),
        ({"seen_on": TODAY + timedelta(days=1)}, CasebookError, "not come yet"),
        ({"seen_on": TODAY - timedelta(days=61)}, CasebookError, "60 days"),
        ({"note": "x" * 2001}, CasebookError, "2000"),
        ({"note": f"他的证件号 {ID_NO}"}, CasebookError, "number"),
        ({"note": "打15400001234"}, CasebookError, "number"),
        ({"note": "打154\u200b0000\u200b1234"}, CasebookError, "number"),
        ({"key": "short"}, CasebookError, "8 to 64"),
        ({"key": "spaces in between"}, CasebookError, "8 to 64"),
        ({"finding_id": F2}, NotFound, "no such finding"),
        ({"finding_id": key("never")}, NotFound, "no such finding"),
        ({"finding_id": JUDGED}, FindingClosed, "judged"),
        ({"verdict": "refused", "values": (ValueInput("person", PERSON, "sex", "1"),)}, CasebookError, "confirmed"),
    ],
)
def test_invalid_verdicts_are_refused(still: Doorstep, change, error, told) -> None:
    with pytest.raises(error) as refused:
        submit_verdict(still.door(), SEEN._replace(**change))
    assert told in str(refused.value)
    assert ID_NO not in str(refused.value)


def test_a_clock_may_be_ten_minutes_fast(step: Doorstep) -> None:
    step.time = datetime(2026, 11, 23, 15, 55, tzinfo=UTC)  # five to midnight in Shanghai
    assert submit_verdict(step.door(), SEEN).is_new


@pytest.mark.parametrize("role", ["analyst", "auditor", "admin", "office"])
def test_only_field_roles_submit_verdicts(still: Doorstep, role) -> None:
    with pytest.raises(AccessError, match="grid workers"):
        submit_verdict(still.door("somebody", role), SEEN)


def test_a_finding_that_has_gone_is_reported_to_its_users_only(step: Doorstep) -> None:
    gone = SEEN._replace(finding_id=key("gone"))
    for change in ("appeared", "gone"):
        append(step, key("gone"), change, key("then"), "r0")
    with pytest.raises(FindingGone):
        submit_verdict(step.door(), gone)
    with pytest.raises(NotFound):
        submit_verdict(step.door("far", area=FAR), gone)


def test_a_verdict_is_about_the_evidence_that_was_looked_at(step: Doorstep) -> None:
    present = step.door().scope.finding(F1, "r1").evidence_hash
    append(step, F1, "appeared", key("old evidence"), "r0")
    append(step, F1, "changed", present, "r1")
    with pytest.raises(EvidenceChanged):
        submit_verdict(step.door(), SEEN._replace(release="r0"))
    with pytest.raises(EvidenceChanged):  # older than the finding itself
        submit_verdict(step.door(), SEEN._replace(release="a"))
    assert submit_verdict(step.door(), SEEN).is_new


def test_a_release_without_changes_accepts_verdicts_on_the_earlier_one(step: Doorstep) -> None:
    append(step, F1, "appeared", step.door().scope.finding(F1, "r1").evidence_hash, "r0")
    assert submit_verdict(step.door(), SEEN._replace(release="r0")).is_new


def test_a_worker_adds_to_a_closed_finding_only_a_contradiction(step: Doorstep) -> None:
    submit_verdict(step.door(), SEEN)
    other = SEEN._replace(key="key-of-worker-2")
    for same in (other, other._replace(verdict="nobody_home"), other._replace(verdict="refused")):
        with pytest.raises(FindingClosed):
            submit_verdict(step.door("colleague"), same)
    assert submit_verdict(step.door("colleague"), other._replace(verdict="wrong")).is_new
    assert submit_verdict(step.lead(), SEEN._replace(key="key-of-lead")).is_new
    with pytest.raises(FindingClosed):
        submit_verdict(step.door("third"), SEEN._replace(key="key-of-worker-3", verdict="wrong"))
    assert submit_verdict(
        step.lead(), SEEN._replace(key="key-of-lead-2", verdict="wrong")
    ).is_new  # and may think again


def test_a_later_verdict_of_its_author_replaces_a_slip(step: Doorstep) -> None:
    submit_verdict(step.door(), SEEN)
    given = submit_verdict(step.door(), SEEN._replace(key="key-after-the-slip", verdict="wrong"))
    assert given.resolution is not None
    assert (given.resolution.status, given.resolution.verdict, given.resolution.keys) == (
        "closed", "wrong", ("key-after-the-slip",),
    )  # fmt: skip


def test_a_desk_finding_is_judged_at_a_desk(step: Doorstep) -> None:
    assert submit_verdict(step.door(), SEEN._replace(finding_id=DESK)).is_new


def append(step: Doorstep, finding_id: str, change: str, evidence_hash: str, release_id: str) -> None:
    row = finding_log.FindingChange(finding_id, "odd", change, evidence_hash, HERE, date(2026, 11, 20), release_id)
    step.casebook.ledger.extend(tables.finding_log, [row._asdict()])
