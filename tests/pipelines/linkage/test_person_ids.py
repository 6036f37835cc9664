"""Ids of persons over nights: new evidence keeps them, merges and splits are recorded, people's decisions win."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.linkage.person_ids import PersonIdAssignment, decide, merged_clusters
from tests.pipelines.linkage.persons import CATALOG, Persons, find, resident, serve, ticket, title
from warehouse.casebook.casebook import open_casebook
from warehouse.casebook.person_id_log import PersonIdChange, append, person_id_changes
from warehouse.review.persons import PersonDecisionKind
from warehouse.review.persons import decide as say
from warehouse.review.source_records import SourceRecord, SourceRecords
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

HOME = "d-home"
BROKEN = resident("r1", "王建国", None, dwelling_id=HOME)
CORRECTED = resident("r1", "王建国", "wang", dwelling_id=HOME)


def publish(home: Path, found: Persons, release: str) -> Persons:
    """Serve the persons and record the changes of their ids, as a night that publishes does."""
    serve(home, found, release)
    with open_casebook(Settings(home=home)) as book:
        append(
            book,
            [PersonIdChange(a["change"], a["alias_id"], a["person_id"], a["changed_on"]) for a in found.alias],
            release,
        )
    return found


def record_decision(home: Path, left: str, right: str, verdict: PersonDecisionKind) -> None:
    with open_casebook(Settings(home=home)) as book:
        there = SourceRecords(lambda *asked, **columns: [{}], CATALOG)  # the release has every row
        say(book, there, SourceRecord.of(left), SourceRecord.of(right), verdict, "看过户口本", "li")


def test_an_id_survives_a_delivery_that_adds_the_number(tmp_path: Path) -> None:
    first = publish(tmp_path, find(tmp_path, [BROKEN], people=0), "r1")
    second = publish(tmp_path, find(tmp_path, [CORRECTED], people=0), "r2")
    third = find(tmp_path, [CORRECTED], [title("p1", "王建国", "wang")], people=0)
    assert first.person("r1") == second.person("r1") == third.person("r1") == third.person("p1")
    assert [a["change"] for a in third.alias] == ["kept"]


def test_a_rebuild_from_nothing_gives_the_same_ids(tmp_path: Path) -> None:
    publish(tmp_path, find(tmp_path, [BROKEN], people=0), "r1")
    before = publish(tmp_path, find(tmp_path, [CORRECTED], people=0), "r2")
    for lost in ("releases", "cache"):
        shutil.rmtree(tmp_path / lost)
    assert find(tmp_path, [CORRECTED], people=0) == before


def test_two_that_prove_to_be_one_leave_a_trail(tmp_path: Path) -> None:
    first = publish(tmp_path, find(tmp_path, [BROKEN], [title("p1", "王建国", "wang")], people=0), "r1")
    assert not first.same("r1", "p1")
    second = publish(tmp_path, find(tmp_path, [CORRECTED], [title("p1", "王建国", "wang")], people=0), "r2")
    assert second.same("r1", "p1")
    assert [(a["change"], a["alias_id"], a["person_id"]) for a in second.alias] == [
        ("merged", first.person("r1"), first.person("p1"))
    ]
    assert second.person("p1") == first.person("p1")


def test_one_that_proves_to_be_two_leaves_a_trail(tmp_path: Path) -> None:
    """The office had written the wrong person's number."""
    number = [resident("r1", "王建国", "wang"), resident("r2", "王建国", "wang")]
    first = publish(tmp_path, find(tmp_path, number, people=0), "r1")
    assert first.same("r1", "r2")
    apart = [number[0], resident("r2", "王建国", "other")]
    second = publish(tmp_path, find(tmp_path, apart, people=0), "r2")
    assert not second.same("r1", "r2")
    assert second.person("r1") == first.person("r1")
    assert [(a["change"], a["alias_id"], a["person_id"]) for a in second.alias] == [
        ("split", first.person("r2"), second.person("r2"))
    ]


def test_a_human_links_and_unlinks_and_every_later_night_holds_it(tmp_path: Path) -> None:
    rows = [CORRECTED, resident("r2", "王建国", "other", dwelling_id="d-2")]
    before = publish(tmp_path, find(tmp_path, rows, people=0), "r1")
    assert not before.same("r1", "r2")
    record_decision(tmp_path, "resident:r1", "resident:r2", "same")
    linked = publish(tmp_path, find(tmp_path, rows, people=0), "r2")
    assert linked.same("r1", "r2")
    assert [a["change"] for a in linked.alias] == ["merged"]
    assert publish(tmp_path, find(tmp_path, rows, people=0), "r3").same("r1", "r2")
    record_decision(tmp_path, "resident:r1", "resident:r2", "different")
    apart = find(tmp_path, rows, people=0)
    assert (apart.person("r1"), apart.person("r2")) == (before.person("r1"), before.person("r2"))


def test_a_human_takes_a_row_out_of_a_number(tmp_path: Path) -> None:
    rows = [CORRECTED, resident("r2", "王建国", "wang", updated_on=None)]
    assert find(tmp_path, rows, people=0).same("r1", "r2")
    record_decision(tmp_path, "resident:r2", "resident:r1", "different")
    found = find(tmp_path, rows, people=0)
    assert not found.same("r1", "r2")
    assert not found.doubts("r2")  # it was decided: nobody is asked again


def test_a_humans_word_stands_above_the_evidence(tmp_path: Path) -> None:
    calls = [ticket("k", "王建国", None, HOME), ticket("j", None)]
    assert find(tmp_path, [CORRECTED], tickets=calls).same("r1", "k")
    record_decision(tmp_path, "hotline:k", "resident:r1", "different")
    record_decision(tmp_path, "hotline:j", "resident:r1", "same")
    found = find(tmp_path, [CORRECTED], [title("p1", "李四光", "wang")], calls)
    assert found.person("k") is None
    assert found.same("j", "r1")
    assert found.person("p1") is None
    record_decision(tmp_path, "property:p1", "resident:r1", "same")
    assert find(tmp_path, [CORRECTED], [title("p1", "李四光", "wang")]).same("r1", "p1")


def test_whom_a_row_was_told_apart_from_it_is_under_none_of_her_rows(tmp_path: Path) -> None:
    """The row that was named is one person with another: by its number, by evidence, or because a human said so."""
    home = [
        title("p1", "王建国", "wang", dwelling_id=HOME),
        resident("r1", "王建国", None, dwelling_id=HOME, phone_token="p"),
    ]
    calls = [ticket("k", "王建国", "p", HOME)]
    assert find(tmp_path, home[1:], home[:1], calls).same("r1", "p1", "k")
    record_decision(tmp_path, "hotline:k", "resident:r1", "different")
    assert find(tmp_path, home[1:], home[:1], calls).person("k") is None
    record_decision(tmp_path, "hotline:k", "resident:r1", "open")
    record_decision(tmp_path, "hotline:k", "property:p1", "different")
    assert find(tmp_path, home[1:], home[:1], calls).person("k") is None


def test_two_calls_told_apart_are_not_one_person(tmp_path: Path) -> None:
    calls = [ticket("k", "王建国", "p", HOME), ticket("j", "王建国", "p", HOME)]
    rows = [CORRECTED | {"phone_token": "p"}]
    assert find(tmp_path, rows, tickets=calls).same("r1", "k", "j")
    record_decision(tmp_path, "hotline:k", "hotline:j", "different")
    found = find(tmp_path, rows, tickets=calls)
    assert (found.person("k"), found.person("j")) == (None, None)  # which of them it is, nobody said: both wait
    assert (found.doubts("k"), found.doubts("j")) == (1, 1)
    record_decision(tmp_path, "hotline:k", "resident:r1", "same")
    found = find(tmp_path, rows, tickets=calls)
    assert found.same("r1", "k")
    assert (found.person("j"), found.doubts("j")) == (None, 0)


def test_two_register_rows_told_apart_are_not_one_number_by_evidence(tmp_path: Path) -> None:
    rows = [
        CORRECTED | {"phone_token": "p"},
        *(resident(key, "王建国", None, dwelling_id=HOME, phone_token="p") for key in ("r2", "r3")),
    ]
    assert find(tmp_path, rows).same("r1", "r2", "r3")
    record_decision(tmp_path, "resident:r2", "resident:r3", "different")
    found = find(tmp_path, rows)
    assert len({found.person(key) for key in ("r1", "r2", "r3")}) == 3


def test_a_call_that_evidence_found_speaks_for_one_that_it_did_not(tmp_path: Path) -> None:
    calls = [ticket("k", "王建国", None, HOME), ticket("j", "王建国")]
    assert find(tmp_path, [CORRECTED], tickets=calls).person("j") is None
    record_decision(tmp_path, "hotline:k", "hotline:j", "same")
    assert find(tmp_path, [CORRECTED], tickets=calls).same("r1", "k", "j")


def test_who_was_said_to_be_two_persons_is_neither(tmp_path: Path) -> None:
    rows = [CORRECTED, resident("r2", "李秀英", "li")]
    record_decision(tmp_path, "hotline:j", "resident:r1", "same")
    record_decision(tmp_path, "hotline:j", "resident:r2", "same")
    found = find(tmp_path, rows, tickets=[ticket("j", None)])
    assert found.person("j") is None
    assert not found.same("r1", "r2")


def test_only_what_changed_is_matched_again_and_the_result_is_the_same(tmp_path: Path) -> None:
    calls = [
        ticket("k1", "王建国", None, HOME),
        ticket("k2", "王建帼", "p-1", HOME),
        ticket("k3", "王先生", None, HOME),
    ]
    find(tmp_path, [CORRECTED], tickets=calls)
    more = [*calls, ticket("k4", "王建国", "p-1")]
    moved = [CORRECTED | {"phone_token": "p-1"}, resident("r2", "王建国", "other", dwelling_id=HOME)]
    remembered = find(tmp_path, moved, tickets=more)
    shutil.rmtree(tmp_path / "cache")
    assert find(tmp_path, moved, tickets=more) == remembered


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    rows = [
        CORRECTED,
        resident("r2", "王建国", None, dwelling_id=HOME),
        resident("r3", "李秀英", None, household_no="h-r1"),
    ]
    calls = [ticket(f"k{n}", "王建国", None, HOME) for n in range(5)]
    forth = find(tmp_path, rows, tickets=calls)
    shutil.rmtree(tmp_path / "cache")
    assert find(tmp_path, rows[::-1], tickets=calls[::-1]) == forth


def test_the_trail_is_written_once(tmp_path: Path) -> None:
    changes = [PersonIdChange("merged", "a", "b"), PersonIdChange("kept", "c", "d")]
    dated = [c._replace(changed_on=resident("r", "x")["updated_on"]) for c in changes]
    with open_casebook(Settings(home=tmp_path)) as book:
        append(book, dated, "r1")
        append(book, [*dated, dated[1]._replace(new_id="e")], "r2")
        written = [c[:3] for c in person_id_changes(book)]
    assert written == [("merged", "a", "b"), ("kept", "c", "d"), ("kept", "c", "e")]


IDS = st.sampled_from("abcdef")


@given(st.lists(st.tuples(IDS, IDS)), st.randoms(use_true_random=False))
def test_uniting_knows_no_order(pairs: list[tuple[str, str]], random: object) -> None:
    roots = merged_clusters(pairs)
    assert merged_clusters([pair[::-1] for pair in reversed(pairs)]) == roots
    assert all(roots[left] == roots[right] <= min(left, right) for left, right in pairs)


MOVED = st.builds(
    PersonIdAssignment, natural=IDS, default=st.just(""), earlier=st.sampled_from("uvwxyz"), rows=st.integers(1, 3),
    default_is_known=st.booleans(), earlier_lives=st.booleans(),
).map(lambda m: m._replace(default=m.natural, default_is_known=m.natural in "abc", earlier_lives=m.earlier in "uvw"))  # fmt: skip


@given(st.lists(MOVED, max_size=12, unique_by=lambda m: (m.natural, m.earlier)))
def test_no_id_is_given_to_two_and_none_that_lives_is_taken(moved: list[PersonIdAssignment]) -> None:
    changes = decide(moved)
    assert decide(moved[::-1]) == changes
    kept = [c.new_id for c in changes if c.change == "kept"]
    assert len(kept) == len(set(kept))
    gone = [c.old_id for c in changes if c.change == "merged"]
    assert len(gone) == len(set(gone))
    assert not {*kept, *gone} & set("uvw")
    assert not {*kept} & {*gone}


def test_what_waits_is_the_same_every_night(tmp_path: Path) -> None:
    first, second = (find(tmp_path, [CORRECTED], tickets=[ticket("k", "王建军", None, HOME)]).pair for _ in range(2))
    assert first
    assert first == second
