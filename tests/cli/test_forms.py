"""`hub form`: a new form is checked and taken in, one that asks again is not, and a filled one is its user's."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.api.city import HERE, NEXT, PASSWORD, point_to, settings_in, small_city, write_release
from tests.pipelines.workbooks import cells
from warehouse.casebook.casebook import NewUser, open_casebook
from warehouse.form_filling.library import FORMS

pytestmark = pytest.mark.slow

FORM = """title: 户号表
office: 社区
legal_basis: 某条例
purpose: door_service
since: 2026-11-20
rows: household
cells:
  - {name: number, label: 户号, sql: upper(household.household_no), from: [household.household_no]}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    settings = settings_in(tmp_path / "var")
    write_release(settings, "r1", small_city(settings))
    point_to(settings, "r1")
    with open_casebook(settings) as casebook:
        casebook.add_users(
            [NewUser("worker", PASSWORD, "grid_worker", (HERE,)), NewUser("gone", PASSWORD, "analyst", ("14",))]
        )
        casebook.disable("gone")
    return settings.home


def hub(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["form", *words], env={"HUB_HOME": str(home)})


def test_a_new_form_is_taken_in_and_filled(home: Path, tmp_path: Path) -> None:
    path, out = tmp_path / "numbers.yaml", tmp_path / "out.xlsx"
    path.write_text(FORM, encoding="utf-8")
    assert hub(home, "check", str(path)).stdout == "no problem\n"
    assert hub(home, "add", str(path)).exit_code == 0
    assert "numbers" in hub(home, "list").stdout
    assert "there is a form of this name already" in hub(home, "add", str(path)).output
    filled = hub(home, "fill", "numbers", "--user", "worker", "--out", str(out))
    assert filled.stdout == f"{out}: 1 rows, 1 cells filled, 0 left open\n"
    assert cells(out, "报表")["A4"] == "H1"


def test_a_form_that_asks_again_is_refused(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "again.yaml"
    there = (FORMS / "dwelling_use.yaml").read_text(encoding="utf-8")
    path.write_text(there.replace("since: 2026-11-01", "since: 2026-11-20"), encoding="utf-8")
    for command in ("check", "add"):
        refused = hub(home, command, str(path))
        assert refused.exit_code == 1
        assert "it repeats 100% of the form dwelling_use" in refused.output
    assert not (home / "forms").exists()


def test_a_wrong_form_is_told_by_line(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(FORM.replace("upper(", "getenv("), encoding="utf-8")
    assert hub(home, "check", str(path)).stdout.startswith("wrong.yaml:8: cell number: the SQL calls getenv")
    assert hub(home, "check").stdout.endswith("forms, no problem\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["household_registration", "--user", "worker", "--grid", NEXT], "there is no such grid in your areas"),
        (["household_registration", "--user", "gone"], "there is no such user"),
        (["household_registration", "--user", "nobody"], "there is no such user"),
        (["nothing", "--user", "worker"], "there is no such form"),
    ],
)  # fmt: skip
def test_what_is_not_hers_is_not_filled(home: Path, tmp_path: Path, words: list[str], says: str) -> None:
    out = tmp_path / "out.xlsx"
    refused = hub(home, "fill", *words, "--out", str(out))
    assert refused.exit_code == 1
    assert says in refused.output
    assert not out.exists()
