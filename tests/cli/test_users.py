"""`hub user`: agents with their owner, and areas with days."""

import json
from pathlib import Path

import pytest

from tests.cli.terminal import hub

PASSWORD, GRID = "Alt7-mal-zwei5\n", "140213052001001"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    add = ("user", "add", "her", "--role", "grid_lead", "--area", "140213052001")
    assert hub(tmp_path, *add, stdin=PASSWORD).exit_code == 0
    return tmp_path


def test_a_substitute_has_an_area_from_a_day_until_a_day(home: Path) -> None:
    days = ("--from", "2026-12-01", "--until", "2026-12-14")
    assert hub(home, "user", "area", "add", "her", GRID, *days).output == f"her has {GRID}(2026-12-01..2026-12-14)\n"
    [user] = json.loads(hub(home, "user", "list", "--format", "json").stdout)
    assert user["areas"] == ["140213052001", f"{GRID}(2026-12-01..2026-12-14)"]
    assert hub(home, "user", "area", "remove", "her", GRID).exit_code == 0
    [user] = json.loads(hub(home, "user", "list", "--format", "json").stdout)
    assert user["areas"] == ["140213052001"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("area", "add", "her", "1402130"), "2, 4, 6, 9, 12 or 15 digits"),
        (("area", "add", "her", GRID, "--from", "2026-12-14", "--until", "2026-12-01"), "ends before it begins"),
        (("area", "add", "nobody", GRID), "no such user"),
        (("area", "remove", "her", GRID), "no such area"),
        (("add", "it", "--role", "agent", "--area", GRID), "an agent has an owner"),
        (("add", "it", "--role", "agent", "--owner", "nobody"), "owner is a user who is no agent"),
    ],
)
def test_what_is_wrong_is_said(home: Path, command: tuple[str, ...], said: str) -> None:
    answer = hub(home, "user", *command, stdin=PASSWORD)
    assert answer.exit_code == 1
    assert said in " ".join(answer.output.split())


def test_an_agent_is_listed_with_its_owner(home: Path) -> None:
    add = ("user", "add", "it", "--role", "agent", "--owner", "her", "--area", GRID)
    assert hub(home, *add, stdin=PASSWORD).exit_code == 0
    users = json.loads(hub(home, "user", "list", "--format", "json").stdout)
    assert [(user["username"], user["role"], user["owner"]) for user in users] == [
        ("her", "grid_lead", None),
        ("it", "agent", "her"),
    ]
