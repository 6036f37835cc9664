"""Receipts and deliveries at the terminal: what is listed, and what the operator's decisions do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contracts.code_lists import HERE, load_code_lists
from pipelines.ingest.ingest import ingest_landing
from tests.cli.test_commands import hub
from tests.pipelines.office import CATALOG, Office, csv_text, resident
from warehouse.casebook.casebook import open_casebook
from warehouse.lake.delivery_decisions import DeliveryDecisions
from warehouse.lake.lake import Delivery

pytestmark = pytest.mark.slow


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Two registers, each with a bad row; a third that has shrunk and is held; an empty file that has failed."""
    office = Office(tmp_path / "home")
    for day, rows in (("20240301", 8), ("20240302", 9), ("20240303", 2)):
        office.receive([*(resident(n) for n in range(rows)), resident(99, sex="?")], day)
    office.drop("人口信息_20240304.csv", b"")
    office.ingest()
    return office


def run_json(office: Office, *arguments: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(hub(office.settings.home, *arguments, "--format", "json").stdout)
    return found


def deliveries(office: Office) -> list[Delivery]:
    return office.lake.deliveries("resident")


def states(office: Office) -> list[str]:
    return [d.status for d in deliveries(office)]


def test_every_delivery_is_listed_with_its_counts(office: Office) -> None:
    listed = run_json(office, "receipt", "list")
    assert [row["status"] for row in listed] == ["failed", "held", "accepted", "accepted"]
    assert {"delivery", "table", "status", "read", "accepted", "rejected", "by_rule"} <= listed[0].keys()
    assert all(row["read"] == row["accepted"] + row["rejected"] for row in listed)  # type: ignore[operator]
    assert listed[1]["by_rule"] == {"code": 1}
    [held] = run_json(office, "receipt", "list", "--table", "resident", "--status", "held")
    assert held["file"] == "人口信息_20240303.csv"
    assert run_json(office, "receipt", "list", "--table", "hotline") == []
    [reason] = [row["reason"] for row in run_json(office, "delivery", "list", "--status", "held")]
    assert "less than 50%" in str(reason)


def test_one_receipt_is_shown_with_its_issues(office: Office) -> None:
    newest = deliveries(office)[1]
    [shown] = run_json(office, "receipt", "show", newest.id[:10])
    assert (shown["read"], shown["rejected"]) == (10, 1)
    [issue] = [i for i in shown["issues"] if i["severity"] == "error"]  # type: ignore[attr-defined]
    assert (issue["row"], issue["column"], issue["rule"]) == (11, "性别", "code")
    table = hub(office.settings.home, "receipt", "show", newest.id).stdout
    assert "不在规定的取值范围内" in table
    assert run_json(office, "receipt", "show", newest.id, "--limit", "0")[0]["issues"] == []


def test_receipts_are_exported_one_or_all(office: Office, tmp_path: Path) -> None:
    first = deliveries(office)[0]
    name = f"人口信息_20240301_回执_{first.id[:8]}.csv"
    assert hub(office.settings.home, "receipt", "export", first.id, "--out", str(tmp_path)).exit_code == 0
    assert (tmp_path / name).read_bytes() == (office.settings.receipts / first.receipt).read_bytes()
    hub(office.settings.home, "receipt", "export", first.id, "--out", str(tmp_path / "mine.csv"))
    assert (tmp_path / "mine.csv").read_bytes() == (tmp_path / name).read_bytes()
    hub(office.settings.home, "receipt", "export", "--table", "resident", "--out", str(tmp_path / "all"))
    assert len(list((tmp_path / "all").iterdir())) == 4
    assert "give ID, or --table" in hub(office.settings.home, "receipt", "export").stderr


def test_a_withdrawn_register_gives_way_to_the_one_before_and_comes_back(office: Office) -> None:
    home, second = office.settings.home, deliveries(office)[1]
    said = hub(home, "delivery", "withdraw", second.id, "--reason", "two villages are missing").stdout
    assert said == (
        f"{second.id} (人口信息_20240302.csv) is withdrawn\nthe next release is built from 人口信息_20240301.csv\n"
    )
    [row] = run_json(office, "delivery", "list", "--status", "withdrawn")
    assert (row["delivery"], row["decision"]) == (second.id, "two villages are missing")
    assert office.lake.accepted_path(second).exists()
    assert hub(home, "delivery", "restore", second.id[:12], "--reason", "they were not").exit_code == 0
    assert states(office) == ["accepted", "accepted", "held", "failed"]


def test_a_held_register_is_accepted_and_a_failed_one_is_not(office: Office) -> None:
    home, (_, _, held, failed) = office.settings.home, deliveries(office)
    accepted = hub(home, "delivery", "accept", held.id, "--reason", "the district was split").stdout
    assert "built from 人口信息_20240303.csv" in accepted
    refused = hub(home, "delivery", "accept", failed.id, "--reason", "x")
    assert (refused.exit_code, "ask the office" in refused.stderr) == (1, True)


def test_decisions_outlive_a_lake_that_is_built_again_from_landing(office: Office) -> None:
    """In the order of their data: what is read after a withdrawn register is not measured against it."""
    office.drop("人口信息_20240228.csv", csv_text([resident(n) for n in range(40)]))
    home, settings = office.settings.home, office.settings
    office.ingest()
    big, *_, held, _ = deliveries(office)
    hub(home, "delivery", "withdraw", big.id, "--reason", "twice the same village")
    hub(home, "delivery", "accept", held.id, "--reason", "the district was split")
    for path in sorted(settings.lake.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    lists = load_code_lists([HERE, settings.codes])
    with open_casebook(settings) as casebook:
        ingest_landing(settings, CATALOG, lists, settle=DeliveryDecisions.of(casebook).settle)
    assert states(office) == ["withdrawn", "accepted", "accepted", "accepted", "failed"]


def test_reading_again_never_revives_a_withdrawn_delivery(office: Office) -> None:
    first = deliveries(office)[0]
    hub(office.settings.home, "delivery", "withdraw", first.id, "--reason", "wrong file")
    assert office.ingest() == []
    assert office.lake.find("resident", first.id).status == "withdrawn"  # type: ignore[union-attr]


def test_a_file_is_checked_and_nothing_is_taken(office: Office, tmp_path: Path) -> None:
    good, bad = tmp_path / "人口信息_20240305.csv", tmp_path / "人口.csv"
    for path in (good, bad):
        path.write_text(csv_text([*(resident(n) for n in range(1, 10)), resident(99, sex="?")]), encoding="utf-8")
    before = len(office.lake.deliveries())
    assert hub(office.settings.home, "delivery", "check", str(good)).exit_code == 0
    both = hub(office.settings.home, "delivery", "check", str(good), str(bad), "--format", "json")
    assert both.exit_code == 1
    assert [(r["status"], r["accepted"], len(r["issues"])) for r in json.loads(both.stdout)] == [
        ("accepted", 9, 1),
        ("failed", 0, 0),
    ]
    assert len(office.lake.deliveries()) == before
    assert hub(office.settings.home, "delivery", "check", str(tmp_path / "no.csv")).exit_code == 1


@pytest.mark.parametrize("arguments", [("receipt", "show", "zz"), ("delivery", "withdraw", "", "--reason", "x")])
def test_an_id_that_names_none_says_where_to_look(office: Office, arguments: tuple[str, ...]) -> None:
    refused = hub(office.settings.home, *arguments)
    assert refused.exit_code == 1
    assert "`hub receipt list`" in refused.stderr
