"""`hub rule …`: the library as it is listed, checked, explained, tried, stopped and restarted."""

from __future__ import annotations

import json
import os
import pwd
from pathlib import Path

import pytest

from tests.api.city import HERE, key, point_to, settings_in, small_city, write_release
from tests.cli.test_commands import hub
from tests.warehouse.cross_check.test_rules import SOUND
from warehouse.casebook.casebook import open_casebook
from warehouse.cross_check import decisions as rule_decisions
from warehouse.cross_check.model import rule_files

pytestmark = pytest.mark.slow

ME = pwd.getpwuid(os.getuid()).pw_name
SPLIT = "hukou_residence_split"
TRIED = SOUND.replace("from person", "from person where household_id is not null")


def figure(area: str, confirmed: int, wrong: int, state: str) -> dict[str, object]:
    share = confirmed / (confirmed + wrong) if confirmed + wrong else None
    counted = {"confirmed": confirmed, "wrong": wrong, "other": 1, "visits": confirmed + wrong + 1}
    return {"rule": SPLIT, "area_code": area, **counted, "share": share, "low": 0.3, "high": 0.5, "state": state}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    settings = settings_in(tmp_path)
    figures = [figure("", 40, 80, "stopped_by_figures"), figure(HERE[:9], 0, 0, "stopped_by_figures")]
    write_release(settings, "r1", small_city(settings) | {"rule_figure": figures})
    point_to(settings, "r1")
    return tmp_path


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "draft.sql"
    path.write_text(TRIED, encoding="utf-8")
    return path


def run_ok(home: Path, *arguments: str) -> str:
    result = hub(home, "rule", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def run_failing(home: Path, *arguments: str) -> str:
    result = hub(home, "rule", *arguments)
    assert result.exit_code == 1, result.output
    return result.stderr


def test_every_rule_is_listed_with_its_figures(home: Path) -> None:
    rows = {row["name"]: row for row in json.loads(run_ok(home, "list", "--format", "json"))}
    assert rows.keys() == {path.stem for path in rule_files()}
    split = rows[SPLIT]
    assert (split["title"], split["findings"], split["state"]) == ("人户分离", 2, "stopped_by_figures")
    assert (split["confirmed"], split["judged"], split["low"], split["high"]) == (40, 120, 0.3, 0.5)


def test_a_rule_that_did_not_run_says_so(home: Path) -> None:
    path = home / "releases/r1/manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | {"rule_errors": {SPLIT: "took longer than 120 s"}}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    rows = {row["name"]: row["problem"] for row in json.loads(run_ok(home, "list", "--format", "json"))}
    assert {name: told for name, told in rows.items() if told} == {
        SPLIT: "did not run last night: took longer than 120 s"
    }
    assert "took longer than 120 s" in run_ok(home, "explain", SPLIT)


def test_the_library_is_listed_before_the_first_release(tmp_path: Path) -> None:
    rows = json.loads(run_ok(tmp_path, "list", "--format", "json"))
    assert {row["findings"] for row in rows} == {0}


def test_our_rules_are_sound_and_a_wrong_one_is_told_with_all_that_is_wrong(tmp_path: Path, draft: Path) -> None:
    assert json.loads(run_ok(tmp_path, "check", "--format", "json")) == []
    result = hub(tmp_path, "rule", "check", str(draft), "--format", "json")
    [row] = json.loads(result.stdout)
    assert row["problem"] == "its example finds [], expected ['a'] -> correct the rule or the example"
    draft.write_text(SOUND.replace("name, [", "id_no_token, ["), encoding="utf-8")
    broken = tmp_path / "broken.sql"
    broken.write_bytes("/* 人 */".encode("gb18030"))
    result = hub(tmp_path, "rule", "check", str(draft), str(broken), "--format", "json")
    told = [(Path(row["file"]).name, row["problem"]) for row in json.loads(result.stdout)]
    assert result.exit_code == 1
    assert [name for name, _ in told] == ["draft.sql"] * 3 + ["broken.sql"]
    assert "reads person.id_no_token, whose contract does not allow door_service" in told[0][1]
    assert told[-1][1] == "line 1: rule is not UTF-8 -> save it as UTF-8"
    assert "2 rules, 4 problems" in result.stderr


def test_a_rule_is_explained(home: Path) -> None:
    facts = run_ok(home, "explain", SPLIT)
    for told in ("人户分离", "door_service", "公安户籍", "reads residence", "evidence hukou_address", "户籍地址"):
        assert told in facts
    assert "stopped_by_figures, right 33% of 120 (30% to 50%), 121 visits" in facts
    assert "no such rule" in run_failing(home, "explain", "nothing")


def test_a_rule_is_tried_over_the_release_without_naming_anybody(home: Path, draft: Path) -> None:
    result = hub(home, "rule", "run", str(draft), "--limit", "2", "--format", "json")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    assert (len(rows), rows[0]["subject_id"]) == (
        2,
        min(key(n) for n in ("王小明", "王小红", "王老", "李雷", "赵远", "孙无")),
    )
    assert "6 findings in " in result.stderr
    assert "release r1" in result.stderr
    assert "王" not in result.output


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select select", "is not valid SQL"),
        ("select id_no_token as subject_id, name, ['x'] as evidence_rows from person", "does not allow door_service"),
        ("select name as subject_id, cast(name as int) as name, ['x'] as evidence_rows from person", "ConversionException"),
        ("select md5(r.range::varchar) as subject_id, 'x' as name, ['x'] as evidence_rows from range(100000000) r",
         "finds 100,000,000 rows and may find 1,000"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_run_says_why_and_quotes_nobody(home: Path, draft: Path, sql: str, says: str) -> None:
    draft.write_text(SOUND.partition("*/")[0] + "*/\n" + sql, encoding="utf-8")
    result = hub(home, "rule", "run", str(draft), HUB_RULE_MOST_FINDINGS="1000")
    assert (result.exit_code, result.stdout) == (1, "")
    error = result.stderr
    assert says in error
    assert "王" not in error


def test_a_rule_that_finds_nothing_says_so(home: Path, draft: Path) -> None:
    draft.write_text(TRIED + " and name = 'nobody'", encoding="utf-8")
    result = hub(home, "rule", "run", str(draft))
    assert (result.exit_code, result.stderr.startswith("0 findings in ")) == (0, True)


def test_a_rule_is_stopped_and_restarted_by_somebody_for_a_reason(home: Path) -> None:
    assert "restarted everywhere from the next night on" in run_ok(home, "restart", SPLIT, "--reason", "new files came")
    assert "running there already" in run_failing(home, "restart", SPLIT, "--reason", "again")
    arguments = ("--area", f"{HERE[:9]}000", "--by", "zhao.lead", "--reason", "seven doors for nothing")
    assert f"stopped in {HERE[:9]} from the next night on" in run_ok(home, "stop", SPLIT, *arguments)
    with open_casebook(settings_in(home)) as casebook:
        first, second = rule_decisions.history(casebook)
    assert (first.rule, first.area, first.decision, first.decided_by) == (SPLIT, "", "restarted", ME)
    assert (second.area, second.decision, second.decided_by) == (HERE[:9], "stopped", f"zhao.lead ({ME})")
    assert f"stopped {HERE[:9]}" in run_ok(home, "explain", SPLIT)
    assert "6 or 9 digits" in run_failing(home, "stop", SPLIT, "--area", HERE, "--reason", "x")
    assert "phone number" in run_failing(home, "stop", "vacant_with_ticket", "--reason", "call 15400001234")
    assert "no such rule" in run_failing(home, "stop", "nothing", "--reason", "x")
