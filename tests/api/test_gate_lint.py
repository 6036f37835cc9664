"""No module of the API reads around the gate: only view.py hands SQL to a release."""

import ast
from pathlib import Path

import pytest

import api

CHOKE_POINT = "view.py"
KEEPERS = {
    "dependencies.py",
    "routes/verdicts.py",
    "routes/visits.py",
}  # may read what is compared and kept, and is in no answer
SEARCHERS = {
    "responses/search.py",
    "routes/audit_log.py",
}  # look through more rows than they show, and tell the audit log which
DATABASES = {"duckdb", "sqlglot", "sqlite3", "sqlalchemy", "polars"}
RUNS_SQL = {"query", "execute", "executemany", "sql", "from_query", "_connection", "_release"}
MODULES = sorted(Path(api.__path__[0]).rglob("*.py"))


def reaches_around(source: str) -> set[str]:
    """Names of databases imported and of SQL-running attributes used."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {a.name.split(".")[0] for a in node.names} & DATABASES
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").split(".")[0]} & DATABASES
        elif isinstance(node, ast.Attribute):
            found |= {node.attr} & RUNS_SQL
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.name)
def test_module_reads_through_the_gate(path: Path) -> None:
    found = reaches_around(path.read_text(encoding="utf-8"))
    allowed = {"query", "_release"} if path.name == CHOKE_POINT else set()
    assert found <= allowed, f"{path} uses {sorted(found)}; read through api.view.View"


@pytest.mark.parametrize(
    "around", ["import duckdb", "from sqlalchemy import text", "release.query('select 1')", "c.execute(q)"]
)
def test_the_lint_sees_who_walks_around(around: str) -> None:
    assert reaches_around(around)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.name)
def test_bare_values_are_for_the_casebook_alone(path: Path) -> None:
    used = any(
        isinstance(n, ast.Attribute) and n.attr == "unmasked" for n in ast.walk(ast.parse(path.read_text("utf-8")))
    )
    name = path.relative_to(api.__path__[0]).as_posix()
    assert not used or name in KEEPERS, f"{path} reads values without their masks; read with View.rows"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.name)
def test_few_modules_read_rows_that_are_not_recorded_as_shown(path: Path) -> None:
    used = any(
        isinstance(n, ast.Attribute) and n.attr == "matching" for n in ast.walk(ast.parse(path.read_text("utf-8")))
    )
    name = path.relative_to(api.__path__[0]).as_posix()
    assert not used or name in SEARCHERS, f"{path} reads rows past the audit log; read with View.rows"
