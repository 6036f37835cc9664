"""`hub correction …`: what offices are asked, listed and written as a workbook."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.api.city import HERE, key, settings_in
from tests.cli.test_commands import hub
from warehouse.casebook.casebook import Casebook
from warehouse.corrections.requests import Packet, send

DAY = date(2026, 9, 18)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with Casebook(settings_in(tmp_path).casebook, now=lambda: datetime(2026, 9, 18, 2, 0, tzinfo=UTC)) as book:
        for source, attribute, seen in (("resident", "living_address", "东院"), ("property", "occupancy", "rented")):
            entity = "person" if source == "resident" else "dwelling"
            packet = Packet(source, entity, key("x"), attribute, seen, seen_on=DAY, grid_code=HERE, stated="西院")
            send(book, f"{source}-1", packet, "核实所见不一致", "lead", DAY, {})
    return tmp_path


def test_requests_are_listed_by_source_and_clock(home: Path) -> None:
    told = json.loads(hub(home, "correction", "list", "--format", "json").stdout)
    assert [(r["id"], r["source"], r["seen"], r["overdue"], r["due_on"]) for r in told] == [
        (1, "resident", "东院", True, "2026-09-24"),
        (2, "property", "出租", True, "2026-09-24"),
    ]
    one = json.loads(hub(home, "correction", "list", "--source", "property", "--overdue", "--format", "json").stdout)
    assert [r["id"] for r in one] == [2]
    assert json.loads(hub(home, "correction", "list", "--state", "closed", "--format", "json").stdout) == []


def test_an_offices_requests_become_a_workbook(home: Path) -> None:
    result = hub(home, "correction", "export", "--source", "resident", "--out", str(home))
    assert result.exit_code == 0, result.output
    path = Path(result.stdout.strip())
    assert path.name.startswith("更正请求_resident_")
    head, row = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert (dict(zip(head, row, strict=True))["核实值"], len(head)) == ("东院", 22)


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (("list", "--source", "tax"), "hotline"),
        (("list", "--state", "lost"), "reopened"),
        (("export", "--source", "resident", "--out", "/proc/x/y.xlsx"), "another --out"),
    ],
)
def test_what_is_not_there_is_said(home: Path, arguments: tuple[str, ...], remedy: str) -> None:
    result = hub(home, "correction", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert remedy in result.stderr
