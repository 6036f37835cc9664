"""Rules earn their visits: what counts as right, when a rule stops by itself, and what stopping and restarting do where."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from warehouse.casebook.append_only import Conflict, KeyReused
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.cross_check.decisions import RuleDecision, area_of, decide, history
from warehouse.cross_check.precision import JudgedVisit, RulePrecision, judged_visits, rule_precision
from warehouse.fieldwork.verdicts import Verdict

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
CITY, COUNTY, HERE, THERE, FAR = "", "140213", "140213052", "140213053", "140214001"
GRIDS = {HERE: "140213052001001", THERE: "140213053001001", FAR: "140214001001001"}


def verdict(word: str, finding: str = "f1", evidence: str = "e1", by: str = "worker", **more: object) -> Verdict:
    given = {
        "id": 1, "key": f"{finding}-{by}-{word}-{evidence}", "visit_key": None, "finding_id": finding, "rule": "split",
        "evidence_hash": evidence, "stop_id": "d1", "grid_code": GRIDS[HERE], "verdict": word, "reason_code": "other",
        "seen_on": date(2026, 11, 20), "proof": "seen", "note": "", "given_by": by, "role": "grid_worker", "given_at": NOW,
        "release_id": "r1", "values": (),
    }  # fmt: skip
    return Verdict(**given | more)


@pytest.mark.parametrize(
    ("given", "outcomes"),
    [
        ([verdict("confirmed")], ["confirmed"]),
        ([verdict("moved")], ["confirmed"]),
        ([verdict("wrong")], ["wrong"]),
        ([verdict("nobody_home")], ["other"]),
        ([verdict("confirmed"), verdict("confirmed", by="next")], ["confirmed"]),  # one finding, right once
        ([verdict("confirmed"), verdict("wrong", by="next")], ["other"]),  # they disagree
        ([verdict("confirmed"), verdict("wrong", by="lead", role="grid_lead")], ["wrong"]),
        ([verdict("nobody_home"), verdict("confirmed", by="next")], ["confirmed"]),
        (
            [verdict("wrong"), verdict("confirmed", evidence="e2")],
            ["confirmed", "wrong"],
        ),  # other evidence, judged anew
        ([verdict("wrong"), verdict("wrong", finding="f2")], ["wrong", "wrong"]),
    ],
)
def test_each_finding_and_evidence_was_right_or_wrong_once(given: list[Verdict], outcomes: list[str]) -> None:
    assert sorted(one.outcome for one in judged_visits(given)) == outcomes


def visits_with(right: int, wrong: int, where: str = HERE, days_ago: int = 10) -> list[JudgedVisit]:
    at = NOW - timedelta(days=days_ago)
    return [JudgedVisit("split", GRIDS[where], "confirmed", 1, at)] * right + [
        JudgedVisit("split", GRIDS[where], "wrong", 1, at)
    ] * wrong


def decision_of(decision: str, area: str, days_ago: int = 0) -> RuleDecision:
    return RuleDecision(f"k{area}", "split", area, decision, "why", "zhao", NOW - timedelta(days=days_ago))  # type: ignore[arg-type]


def states(all_seen: list[JudgedVisit], *decisions: RuleDecision) -> dict[str, str]:
    figures = rule_precision(all_seen, sorted(decisions, key=lambda d: d.decided_at), ["split"], [HERE, THERE, FAR])
    return {figure.area_code: figure.state for figure in figures}


@pytest.mark.parametrize(
    ("right", "wrong", "state"),
    [(49, 51, "stopped_by_figures"), (50, 50, "running"), (0, 99, "running"), (49, 50, "running"), (0, 0, "running")],
)
def test_a_rule_stops_by_itself_below_half_of_a_hundred(right: int, wrong: int, state: str) -> None:
    assert states(visits_with(right, wrong))[HERE] == state


def test_the_citys_figure_stops_it_everywhere_a_subdistricts_there_only() -> None:
    stopped, running = "stopped_by_figures", "running"
    assert states(visits_with(60, 20) + visits_with(20, 90, FAR)) == {
        CITY: stopped, COUNTY: stopped, HERE: stopped, THERE: stopped, "140214": stopped, FAR: stopped,
    }  # fmt: skip
    assert states(visits_with(900, 20) + visits_with(20, 90, FAR)) == {
        CITY: running, COUNTY: running, HERE: running, THERE: running, "140214": stopped, FAR: stopped,
    }  # fmt: skip


def test_a_restart_resets_the_figures_in_its_area() -> None:
    figures = {
        f.area_code: f
        for f in rule_precision(
            visits_with(10, 95) + visits_with(1, 0, days_ago=1),
            [decision_of("restarted", HERE, days_ago=5)],
            ["split"],
            [HERE, THERE],
        )
    }
    assert figures[HERE][2:6] == (1, 0, 0, 1)
    assert (figures[HERE].share, figures[HERE].state, figures[HERE].since) == (1.0, "running", NOW - timedelta(days=5))
    assert figures[CITY][2:6] == (11, 95, 0, 106)
    assert (figures[CITY].state, figures[THERE].state) == ("stopped_by_figures", "stopped_by_figures")


def test_a_restarted_area_is_judged_by_its_own_figures_and_can_stop_again() -> None:
    restart = decision_of("restarted", HERE, days_ago=5)
    assert states(visits_with(10, 95, THERE), restart)[HERE] == "running"
    assert states(visits_with(10, 95) + visits_with(10, 95, days_ago=1), restart)[HERE] == "stopped_by_figures"
    everywhere = decision_of("restarted", CITY, days_ago=3)
    assert (
        states(visits_with(10, 95) + visits_with(10, 95, THERE, days_ago=1), restart, everywhere)[HERE]
        == "stopped_by_figures"
    )


def test_a_stop_by_a_person_is_lifted_only_in_its_area() -> None:
    stop = decision_of("stopped", COUNTY, days_ago=9)
    assert states([], stop) == {
        CITY: "running", COUNTY: "stopped_by_person", HERE: "stopped_by_person", THERE: "stopped_by_person",
        "140214": "running", FAR: "running",
    }  # fmt: skip
    assert states([], stop, decision_of("restarted", HERE, days_ago=5))[HERE] == "stopped_by_person"
    assert states([], stop, decision_of("restarted", CITY, days_ago=5))[HERE] == "stopped_by_person"
    assert set(states([], stop, decision_of("restarted", COUNTY)).values()) == {"running"}


def test_a_finding_without_a_place_counts_for_the_city_only() -> None:
    nowhere = [one._replace(grid_code="") for one in visits_with(3, 1)]
    counted = {
        f.area_code: f.confirmed for f in rule_precision(nowhere, [], ["split", "other"], [HERE]) if f.rule == "split"
    }
    assert counted == {CITY: 3, COUNTY: 0, HERE: 0}
    [other] = rule_precision(nowhere, [], ["other"], [])
    assert other == RulePrecision("other", CITY, 0, 0, 0, 0, None, 0.0, 1.0, "running", None)


@pytest.fixture
def casebook(casebook_url: str) -> Iterator[Casebook]:
    with Casebook(casebook_url, now=lambda: NOW) as book:
        yield book


def test_a_decision_is_stored_once_with_author_and_reason(casebook: Casebook, casebook_url: str) -> None:
    stop = (casebook, "key-0001", "split", HERE, "stopped", "seven doors, seven mistakes", "zhao.lead")
    assert [decide(*stop, state="running"), decide(*stop, state="running")] == [True, False]
    assert decide(*stop, state="stopped_by_person") is False  # a retry, whatever has become of it
    with pytest.raises(KeyReused):
        decide(casebook, "key-0001", "split", THERE, "stopped", "seven doors", "zhao.lead", state="running")
    with Casebook(casebook_url) as again:
        assert history(again) == [
            RuleDecision("key-0001", "split", HERE, "stopped", "seven doors, seven mistakes", "zhao.lead", NOW)
        ]
        assert history(again, "other") == []


@pytest.mark.parametrize(
    ("decision", "state", "reason", "error"),
    [
        ("restarted", "running", "why not", Conflict),
        ("stopped", "stopped_by_person", "why not", Conflict),
        ("stopped", "running", "", CasebookError),
        ("stopped", "running", "call 15400001234", CasebookError),
    ],
)
def test_decisions_without_effect_or_with_numbers_are_refused(
    casebook: Casebook, decision: str, state: str, reason: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        decide(casebook, "key-0002", "split", HERE, decision, reason, "zhao", state=state)  # type: ignore[arg-type]
    assert history(casebook) == []


@pytest.mark.parametrize(
    ("code", "area"),
    [("", ""), ("140213000000", COUNTY), ("140213052", HERE), ("140213052000", HERE), ("140213", COUNTY)],
)
def test_an_area_is_its_digits(code: str, area: str) -> None:
    assert area_of(code) == area


@pytest.mark.parametrize("code", ["1402", "140213052001", "140213052001001"])
def test_figures_are_counted_by_county_and_subdistrict(code: str) -> None:
    with pytest.raises(CasebookError, match="6 or 9 digits"):
        area_of(code)
