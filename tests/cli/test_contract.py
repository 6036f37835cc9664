"""`hub contract check`, `draft` and `diff` as an operator types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from contracts.load import HERE

CSV = "工单编号,联系电话\n" + "".join(f"GD{n},1540000{n:04d}\n" for n in range(30))


def hub(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["contract", *map(str, arguments)])


def test_the_sql_that_follows_from_contracts_is_printed() -> None:
    names = hub("sql").stdout.splitlines()
    assert {"person_record", "linked_record", "person_survivorship"} <= set(names)
    assert "FROM source.hotline AS r" in hub("sql", "person_record").stdout
    refused = hub("sql", "person")
    assert refused.exit_code != 0


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "工单_20240301.csv"
    path.parent.mkdir()
    path.write_text(CSV, encoding="utf-8")
    return path


def test_one_file_is_printed_and_the_lint_asks_for_what_is_open(sample: Path, tmp_path: Path) -> None:
    printed = hub("draft", sample, "--table", "call")
    assert printed.exit_code == 0
    assert "still to be decided: load\n" in printed.stderr
    assert "still to be decided: 联系电话: description, classification, purpose\n" in printed.stderr
    assert "1540000" not in printed.output
    contract = tmp_path / "call.odcs.yaml"
    contract.write_text(printed.stdout, encoding="utf-8")
    asked = hub("check", contract, "--format", "json")
    assert asked.exit_code == 1
    problems = {row["problem"]: row["line"] for row in json.loads(asked.stdout)}
    load, *others = sorted(problems, key=lambda problem: "load" not in problem)
    assert load.startswith("still to be decided: load (snapshot: ")
    assert set(others) == {
        "still to be decided: purpose",
        "column ticket_no: still to be decided: description",
        "column phone: still to be decided: description",
        "column phone: still to be decided: purpose",
    }
    lines = printed.stdout.splitlines()
    assert all("'?'" in lines[line - 1] for line in problems.values())
    chosen = printed.stdout.replace("load, value: '?'", "load, value: snapshot")
    contract.write_text(chosen.replace("'?'", "call people back"), encoding="utf-8")
    assert hub("check", contract).output == "1 contracts, no problem\n"


def test_a_folder_is_listed_and_nothing_is_overwritten(sample: Path, tmp_path: Path) -> None:
    (sample.parent / "坏.csv").write_bytes(b"")
    out = tmp_path / "drafts"
    first = hub("draft", sample.parent, "--out", out, "--format", "json")
    assert first.exit_code == 1
    rows = json.loads(first.stdout)
    [bad] = [row for row in rows if row["file"] == "坏.csv"]
    assert bad["problem"] == "坏.csv: the file is empty -> give a file with rows"
    good = [row for row in rows if row["file"] == sample.name]
    assert {row["contract"] for row in good} == {str(out / "ticket.odcs.yaml")}
    assert [(row["column"], row["decide"]) for row in good] == [
        ("", "purpose"),
        ("", "load"),
        ("工单编号", "description, primaryKey"),
        ("联系电话", "description, classification, purpose"),
    ]
    assert sample.name in first.stderr
    (out / "ticket.odcs.yaml").write_text("mine", encoding="utf-8")
    again = hub("draft", sample, "--out", out)
    assert again.exit_code == 1
    assert "is there already -> move it away, or give another --out" in again.stdout
    assert (out / "ticket.odcs.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere.csv",), "nowhere.csv: cannot be opened: No such file or directory -> look at its path"),
        (("a.csv", "b.csv"), "these are samples of 2 tables -> give --out DIR and no --table, or fewer files"),
        (("a.csv", "--table", "Hund"), "--table: a table's name is lower-case English with _"),
        (("a.csv", "--out", "a.csv"), "--out a.csv: no folder"),
    ],
)
def test_what_cannot_be_drafted_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    refused = hub("draft", *arguments)
    assert refused.exit_code == 1
    assert f"hub: {says}" in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize(
    ("old", "new", "version", "exit_code", "last"),
    [
        ("household_no", "book_no", "1.1.0", 1, ("version too small", "breaking", "major")),
        ("household_no", "book_no", "2.0.0", 0, ("version fits", "breaking", "major")),
        ("maxLength: 50", "maxLength: 99", "1.0.0", 0, ("version too small", "compatible", "minor")),
        ("maxLength: 50", "maxLength: 99", "1.1.0", 0, ("version fits", "compatible", "minor")),
    ],
)
def test_diff_says_what_breaks_and_whether_the_version_says_so(
    tmp_path: Path, old: str, new: str, version: str, exit_code: int, last: tuple[str, str, str]
) -> None:
    before, after = HERE / "sources" / "resident.odcs.yaml", tmp_path / "resident.odcs.yaml"
    text = before.read_text(encoding="utf-8").replace(old, new).replace("version: 1.0.0", f"version: {version}")
    after.write_text(text, encoding="utf-8")
    result = hub("diff", before, after, "--format", "json")
    assert result.exit_code == exit_code
    *changes, verdict = json.loads(result.stdout)
    assert len(changes) == 1
    assert (verdict["change"], verdict["breaks"], verdict["bump"]) == last


def test_diff_compares_sound_contracts_only(sample: Path, tmp_path: Path) -> None:
    hub("draft", sample, "--out", tmp_path)
    refused = hub("diff", tmp_path / "ticket.odcs.yaml", HERE / "sources" / "grid.odcs.yaml")
    assert (refused.exit_code, "still to be decided: purpose" in refused.stderr) == (1, True)
    assert "no contract here" in hub("diff", tmp_path, tmp_path).stderr


def test_check_names_file_and_line(tmp_path: Path) -> None:
    assert "no problem" in hub("check").output
    typo = tmp_path / "grid.odcs.yaml"
    original = (HERE / "sources" / "grid.odcs.yaml").read_text(encoding="utf-8")
    typo.write_text(original.replace("logicalType: string", "logicalTipe: string", 1), encoding="utf-8")
    for path in (typo, tmp_path):
        result = hub("check", path, "--format", "json")
        assert result.exit_code == 1
        problem = json.loads(result.stdout)[0]
        assert (problem["file"], problem["line"] > 1) == (str(typo), True)
    assert hub("check", tmp_path / "nowhere").stderr.startswith("hub: ")
