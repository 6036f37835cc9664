"""The manuals name every command, option and setting, and none that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.main import app
from warehouse.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
ROOT = typer.main.get_command(app)


def commands(command: Any, name: str = "hub") -> Iterator[tuple[str, Any]]:
    """Every command that is no group, by its full name; typer brings its own click, hence no isinstance."""
    for word, below in getattr(command, "commands", {}).items():
        yield from commands(below, f"{name} {word}")
    if not hasattr(command, "commands"):
        yield name, command


COMMANDS = dict(commands(ROOT))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_in_the_manual_with_its_options(name: str) -> None:
    lines = [line for line in (DOCS / "commands.md").read_text(encoding="utf-8").splitlines() if f"`{name}" in line]
    assert lines, f"docs/commands.md does not name `{name}`"
    for parameter in COMMANDS[name].params:
        if parameter.param_type_name == "option" and parameter.name not in ("form", "help"):
            assert any(word in lines[0] for word in (*parameter.opts, *parameter.secondary_opts)), parameter.opts


def test_the_manual_names_no_command_that_is_not_there() -> None:
    named = re.findall(
        r"^\| `(hub [a-z ]+?)(?=`| [\[A-Z\"-])", (DOCS / "commands.md").read_text(encoding="utf-8"), re.M
    )
    assert set(named) == COMMANDS.keys()


def test_every_setting_is_in_the_manual_with_its_default() -> None:
    rows = re.findall(r"^\| `HUB_(\w+)` \| (.*?) ?\| ", (DOCS / "settings.md").read_text(encoding="utf-8"), re.M)
    found = {name.lower(): default.strip("` ") for name, default in rows}
    assert found == {name: str(field.default) for name, field in Settings.model_fields.items()}
