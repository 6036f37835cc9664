"""The operator's decisions about deliveries: their effect on a release's inputs, and that they survive."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.errors import DeliveryError
from tests.warehouse.lake.test_lake import RESIDENT, delivery
from warehouse.casebook.casebook import Casebook, CasebookError
from warehouse.lake.delivery_decisions import LOG, DeliveryAction, DeliveryDecisions, apply_decisions, decide
from warehouse.lake.lake import Delivery, Lake
from warehouse.settings import Settings


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Two accepted deliveries of a snapshot, a held one with rows and one without, and one nobody has read."""
    lake = Lake(Settings(home=tmp_path))
    for one in (
        delivery("a1", day=1),
        delivery("b2", day=2),
        replace(delivery("c3", day=3, status="held"), reason="shrunk"),
        replace(delivery("d4", day=4, status="held"), read=0, accepted=0, rejected=0),
        delivery("e5", day=5, status="waiting"),
    ):
        lake.record(one)
    return lake


@pytest.fixture
def casebook(tmp_path: Path) -> Iterator[Casebook]:
    with Casebook(f"sqlite:///{tmp_path}/casebook.sqlite") as book:
        yield book


def decide_on(lake: Lake, casebook: Casebook, prefix: str, act: DeliveryAction) -> Delivery:
    return decide(lake, casebook, lake.by_prefix(prefix), act, "two villages are missing", "ops")


def in_force(lake: Lake) -> list[str]:
    return [d.id for d in lake.in_force(RESIDENT)]


def test_without_the_withdrawn_snapshot_the_one_before_is_in_force_again(lake: Lake, casebook: Casebook) -> None:
    withdrawn = decide_on(lake, casebook, "b", "withdrawn")
    assert (withdrawn.status, withdrawn.judged, withdrawn.decision) == (
        "withdrawn",
        "accepted",
        "two villages are missing",
    )
    assert in_force(lake) == ["a1"]
    assert decide_on(lake, casebook, "b2", "restored") == delivery("b2", day=2)
    assert in_force(lake) == ["b2"]


def test_a_held_delivery_with_rows_can_be_accepted_and_that_taken_back(lake: Lake, casebook: Casebook) -> None:
    assert decide_on(lake, casebook, "c3", "accepted").status == "accepted"
    assert in_force(lake) == ["c3"]
    restored = decide_on(lake, casebook, "c3", "restored")
    assert (restored.status, restored.reason) == ("held", "shrunk")
    assert in_force(lake) == ["b2"]


@pytest.mark.parametrize(
    ("prefix", "act", "said"),
    [
        ("a1", "restored", "nobody has decided"),
        ("a1", "accepted", "is accepted, and only a held"),
        ("d4", "accepted", "has no rows .* ask the office"),
        ("e5", "accepted", "is waiting"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(
    lake: Lake, casebook: Casebook, prefix: str, act: DeliveryAction, said: str
) -> None:
    with pytest.raises(DeliveryError, match=said):
        decide_on(lake, casebook, prefix, act)
    assert LOG.history(casebook) == []


def test_the_second_withdrawal_is_refused(lake: Lake, casebook: Casebook) -> None:
    decide_on(lake, casebook, "a1", "withdrawn")
    with pytest.raises(DeliveryError, match="already"):
        decide_on(lake, casebook, "a1", "withdrawn")


def test_a_reason_is_required_and_must_not_hold_a_number(lake: Lake, casebook: Casebook) -> None:
    for reason in ("  ", "x" * 501, "打15400001234核实"):
        with pytest.raises(CasebookError) as caught:
            decide(lake, casebook, lake.by_prefix("a1"), "withdrawn", reason, "ops")
        assert "154" not in str(caught.value)


def test_every_decision_is_stored_with_author_and_reason(lake: Lake, casebook: Casebook) -> None:
    for act in ("withdrawn", "restored"):
        decide_on(lake, casebook, "a1", act)
    kept = [(d.table_name, d.delivery_id, d.decision, d.decided_by) for d in LOG.history(casebook)]
    assert kept == [("resident", "a1", "withdrawn", "ops"), ("resident", "a1", "restored", "ops")]


def test_applying_again_changes_nothing(lake: Lake, casebook: Casebook) -> None:
    decide_on(lake, casebook, "b2", "withdrawn")
    assert apply_decisions(lake, casebook) == []


def test_a_record_written_anew_has_the_decision_at_once(lake: Lake, casebook: Casebook, tmp_path: Path) -> None:
    decide_on(lake, casebook, "b2", "withdrawn")
    decide_on(lake, casebook, "c3", "accepted")
    rebuilt = Lake(Settings(home=tmp_path / "rebuilt"), DeliveryDecisions.of(casebook).settle)
    for one in (delivery("a1", day=1), delivery("b2", day=2), delivery("c3", day=3, status="held")):
        rebuilt.record(one)
    assert [d.status for d in rebuilt.deliveries("resident")] == ["accepted", "withdrawn", "accepted"]
    assert in_force(rebuilt) == ["c3"]


def test_an_old_acceptance_does_not_accept_an_unreadable_file(lake: Lake, casebook: Casebook) -> None:
    decide_on(lake, casebook, "c3", "accepted")
    settled = DeliveryDecisions.of(casebook).settle
    assert settled(delivery("c3", day=3, status="failed")).status == "failed"
    assert settled(replace(delivery("c3", day=3, status="held"), accepted=0)).status == "held"


@pytest.mark.parametrize("prefix", ["", "x", "9"])
def test_a_prefix_names_one_delivery(lake: Lake, prefix: str) -> None:
    for name in ("91", "92"):
        lake.record(delivery(name, day=1))
    with pytest.raises(DeliveryError, match="hub receipt list"):
        lake.by_prefix(prefix)


def test_bytes_that_came_under_a_good_and_a_bad_name_are_found_under_the_good_one(lake: Lake) -> None:
    lake.record(replace(delivery("a1", day=1, status="failed"), table="_unknown"))
    assert lake.by_prefix("A1").table == "resident"
