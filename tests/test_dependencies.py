"""What pyproject.toml asks for: imported, named in the record of dependencies, each extra in a lock of its own."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from contracts.errors import HubError
from tests.pipelines.pull.fetching import PullHub
from warehouse.casebook.database import open_database
from warehouse.extras import LIBRARIES, required_extras

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
RECORD = (ROOT / "docs" / "decisions" / "0008-dependencies.md").read_text(encoding="utf-8")


OURS = ("contracts", "warehouse", "pipelines", "api", "cli", "demo")
FOUND_BY_UVICORN = {"httptools", "uvloop"}


def names(requirements: list[str]) -> set[str]:
    return {Requirement(text).name for text in requirements}


ALL = names([*PROJECT["dependencies"], *(text for extra in EXTRAS.values() for text in extra)])


def imported(*folders: str) -> set[str]:
    """The distributions that modules below the folders import, anywhere in them; of a namespace's several all."""
    modules = set[str]()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.split(".")[0])
    known = packages_distributions()
    return {re.sub(r"[-_.]+", "-", name).lower() for module in modules for name in known.get(module, ())}


@pytest.mark.slow
def test_every_import_is_declared_and_every_declaration_imported() -> None:
    ours, base = imported(*OURS) - {"city-data-hub"}, names(PROJECT["dependencies"])
    assert ours - base == {"connectorx"}  # in a process of its own, started where the extra is there
    assert base - ours == FOUND_BY_UVICORN
    assert imported("tests", "benchmarks") - {"city-data-hub"} <= ALL


def locked(lock: str) -> dict[str, str]:
    """Every package of a lock and its version; one that two Pythons get in two versions has the first."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(reversed(re.findall(r"^([a-z0-9-]+)(?:\[.*\])?==(\S+)", text, re.M)))


def test_every_direct_dependency_has_a_row_with_reason_version_and_substitute() -> None:
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in RECORD.splitlines()]
    told = {row[0].strip(" `") for row in rows if len(row) == 4 and all(row)} - {"dependency", "---"}
    assert told == ALL


def test_locks_agree_and_name_no_index() -> None:
    everything = locked("requirements-dev.lock")
    for lock in ("requirements.lock", *(f"requirements-{extra}.lock" for extra in LIBRARIES)):
        assert locked(lock).items() <= everything.items(), lock
        assert "://" not in (ROOT / lock).read_text(encoding="utf-8"), lock
    assert "://" not in (ROOT / "requirements-client.lock").read_text(encoding="utf-8")


@pytest.mark.parametrize("extra", LIBRARIES)
def test_an_extra_has_a_lock_with_what_the_base_lacks(extra: str) -> None:
    assert names(EXTRAS[extra]) <= locked(f"requirements-{extra}.lock").keys()
    assert not locked(f"requirements-{extra}.lock").keys() & locked("requirements.lock").keys()


def test_the_extras_of_the_code_are_those_of_the_project() -> None:
    assert LIBRARIES.keys() == EXTRAS.keys() - {"build", "dev"}


@pytest.fixture
def hub(tmp_path: Path) -> PullHub:
    return PullHub(tmp_path)


def test_a_casebook_on_postgresql_says_which_extra_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(HubError, match=r"needs the extra `postgres`.* -> run `make setup EXTRAS=postgres`"):
        open_database("postgresql://hub:x@127.0.0.1:1/hub")


def test_a_store_and_a_query_say_which_extra_they_need(hub: PullHub, monkeypatch: pytest.MonkeyPatch) -> None:
    for library in ("s3fs", "connectorx"):
        monkeypatch.setitem(sys.modules, library, None)
    hub.contract("permit", kind="query", secret="permits_db", query="select permit_no, holder, updated_at from permits")
    hub.settings = hub.settings.model_copy(update={"landing_url": "s3://bucket/prefix"})
    assert required_extras(hub.settings, hub.catalog) == {"s3": "HUB_LANDING_URL", "sql": "permit"}
    store, query = hub.pull()
    assert re.match(r"HUB_LANDING_URL: .* needs the extra `s3`.* -> run `make setup EXTRAS=s3`;", store)
    assert re.match(r"permit: .* needs the extra `sql`.* -> run `make setup EXTRAS=sql`;", query)
