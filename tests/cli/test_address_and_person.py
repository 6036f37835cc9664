"""`hub address …` and `hub person …` on a small city: what waits, why, and what deciding leaves behind."""

from __future__ import annotations

import json
import os
import pwd
from pathlib import Path

import pytest

from tests.api.city import ESTATE, FAR, HERE, key, point_to, settings_in, small_city, write_release
from tests.cli.test_commands import hub
from warehouse.casebook.casebook import open_casebook
from warehouse.review import addresses, persons

pytestmark = pytest.mark.slow

ME = pwd.getpwuid(os.getuid()).pw_name
HOME = f"山西省大同市平城区新旺街道{ESTATE}3号楼2单元501室"
TO_ESTATE = ("--community", HERE[:12], "--estate", ESTATE, "--reason", "asked at the office")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    settings = settings_in(tmp_path)
    write_release(settings, "r1", small_city(settings))
    point_to(settings, "r1")
    return tmp_path


def run_ok(home: Path, *arguments: str) -> str:
    result = hub(home, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def run_json(home: Path, *arguments: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run_ok(home, *arguments, "--format", "json"))
    return found


def run_failing(home: Path, *arguments: str) -> str:
    result = hub(home, *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr


def test_what_waits_is_grouped_by_what_stands_before_the_building_number(home: Path) -> None:
    groups = run_json(home, "address", "review")
    assert [(g["written"], g["uses"], g["spellings"], g["rules"]) for g in groups] == [
        ("柳港园西院", 9, 1, "no_room"),
        ("", 7, 1, "no_estate"),
        ("桃花源", 5, 2, "unknown_building unknown_estate"),
        ("柳港园东院", 1, 1, "no_room"),
        ("远方里", 1, 1, "no_room"),
    ]
    assert groups[2]["example"] == "桃花源7号楼"
    [far] = run_json(home, "address", "review", "--area", FAR[:6], "--limit", "1")
    assert (far["written"], far["uses"]) == ("桃花源", 3)
    [unknown] = run_json(home, "address", "review", "--rule", "unknown_estate")
    assert (unknown["uses"], unknown["area_code"]) == (2, HERE[:12])
    assert "area code has" in run_failing(home, "address", "review", "--area", "x")


def test_an_alias_is_accepted_listed_and_revoked(home: Path) -> None:
    assert "from the next night on" in run_ok(home, "address", "accept", "老电厂宿舍", *TO_ESTATE)
    assert "nothing changed" in run_ok(home, "address", "accept", "老电厂 宿舍", *TO_ESTATE)
    [alias] = run_json(home, "address", "accepted")
    assert (alias["written"], alias["estate"], alias["decided_by"]) == ("老电厂宿舍", ESTATE, ME)
    assert "from the next night on" in run_ok(home, "address", "revoke", "老电厂宿舍", "--reason", "it was another")
    assert "nothing changed" in run_ok(home, "address", "revoke", "老电厂宿舍", "--reason", "it was another")
    assert run_json(home, "address", "accepted") == []
    assert [row["decision"] for row in run_json(home, "address", "accepted", "--all")] == ["accepted", "revoked"]


def test_a_whole_spelling_is_accepted(home: Path) -> None:
    arguments = ("电厂后头3-2-501", "--standard-address", HOME, "--reason", "seen at the door")
    assert "from the next night on" in run_ok(home, "address", "accept", *arguments)
    with open_casebook(settings_in(home)) as casebook:
        [decision] = addresses.current_decisions(casebook)
    assert (decision.kind, decision.standard_address, decision.decided_by) == ("spelling", HOME, ME)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("accept", "老电厂", "--reason", "x"), "give --community and --estate, or --standard-address"),
        (("accept", "老电厂", "--estate", ESTATE, "--standard-address", HOME, "--reason", "x"), "give --community"),
        (("accept", "老电厂", "--community", HERE[:12], "--estate", "桃花源", "--reason", "x"), "no such estate"),
        (("accept", "老电厂", "--standard-address", "桃花源", "--reason", "x"), "no such door"),
        (("accept", "平城区", *TO_ESTATE), "name of an area"),
        (("accept", "张三15400001234", *TO_ESTATE), "phone number"),
        (("revoke", "老电厂", "--reason", "x"), "`hub address accepted`"),
    ],
)
def test_what_cannot_be_decided_says_what_to_do(home: Path, arguments: tuple[str, ...], why: str) -> None:
    error = run_failing(home, "address", *arguments)
    assert why in error
    assert "15400001234" not in error


def test_a_pair_waits_until_it_is_decided(home: Path) -> None:
    [pair] = run_json(home, "person", "review")
    assert (pair["left"], pair["right"], pair["match_weight"]) == ("hotline:k1", "resident:1", 4.5)
    assert "one person from the next night on" in run_ok(
        home, "person", "link", "hotline:k1", "resident:1", "--reason", "same voice"
    )
    assert run_json(home, "person", "review") == []
    assert "already" in run_ok(home, "person", "link", "resident:1", "hotline:k1", "--reason", "same voice")
    [decision] = run_json(home, "person", "decisions")
    assert (decision["left"], decision["decision"], decision["decided_by"]) == ("hotline:k1", "same", ME)
    run_ok(home, "person", "unlink", "hotline:k1", "resident:1", "--reason", "father and son")
    run_ok(home, "person", "reopen", "hotline:k1", "resident:1", "--reason", "not sure")
    assert len(run_json(home, "person", "review")) == 1
    assert run_json(home, "person", "decisions") == []
    everything = run_json(home, "person", "decisions", "--all")
    assert [row["decision"] for row in everything] == ["same", "different", "open"]


def test_decisions_that_contradict_each_other_are_refused_with_the_rows(home: Path) -> None:
    run_ok(home, "person", "link", "hotline:k1", "property:t1", "--reason", "same voice")
    run_ok(home, "person", "unlink", "hotline:k1", "resident:1", "--reason", "father and son")
    error = run_failing(home, "person", "link", "property:t1", "resident:1", "--reason", "same number")
    assert "hotline:k1 = property:t1 = resident:1" in error
    assert "reopen" in error
    with open_casebook(settings_in(home)) as casebook:
        assert len(persons.current_decisions(casebook)) == 2


def test_a_row_is_explained(home: Path) -> None:
    is_hers, may_be = run_json(home, "person", "explain", "resident:1")
    assert (is_hers["is"], is_hers["person_id"], is_hers["rule"]) == ("this person", key("王小明"), "id_no")
    assert (may_be["is"], may_be["row"], may_be["match_weight"]) == ("perhaps", "hotline:k1", 4.5)
    assert may_be["comparisons"] == [
        {"compared": "姓名", "outcome": "同音", "weight": "+3.1"},
        {"compared": "出生日期", "outcome": "不同", "weight": "-0.5"},
        {"compared": "起点", "outcome": "任意两条记录", "weight": "+1.9"},
    ]
    assert "\nhotline:k1:\n" in run_ok(home, "person", "explain", "resident:1")  # whom the weights below are about
    run_ok(home, "person", "unlink", "hotline:k1", "resident:1", "--reason", "father and son")
    table = run_ok(home, "person", "explain", "hotline:k1")
    assert "decided different" in table
    assert "同音" in table


def test_a_row_that_is_nobody_or_not_there(home: Path) -> None:
    result = hub(home, "person", "explain", "hotline:k2")
    assert (result.exit_code, "no such office row" in result.stderr) == (1, True)
    assert "SOURCE:KEY" in run_failing(home, "person", "explain", "k1")
    assert "no such office row" in run_failing(home, "person", "link", "resident:1", "resident:9", "--reason", "x")


def test_without_a_release_it_says_what_to_do(tmp_path: Path) -> None:
    for arguments in (("address", "review"), ("person", "review"), ("person", "explain", "resident:1")):
        assert "hub nightly" in run_failing(tmp_path, *arguments)
