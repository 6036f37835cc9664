"""The shape of the house: who may import whom, where the environment is read, how long a file may be."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("contracts", "warehouse", "pipelines", "api", "cli", "demo", "benchmarks")
MAY_IMPORT = {
    "contracts": set(),
    "warehouse": {"contracts"},
    "pipelines": {"contracts", "warehouse"},
    "api": {"contracts", "warehouse"},
    "demo": {"contracts", "warehouse"},
    "cli": {"contracts", "warehouse", "pipelines", "api", "demo"},
    "benchmarks": {"contracts", "warehouse", "pipelines", "api", "cli", "demo"},
}
ONLY_IN = {"dagster": "pipelines/orchestration/", "fastapi": "api/", "great_expectations": "contracts/suite.py"}
MODULES = sorted(p for name in PACKAGES for p in (ROOT / name).rglob("*.py"))


def imports(tree: ast.AST) -> set[str]:
    """Top-level package names a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_module_keeps_the_rules_of_the_house(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    name, tree = str(path.relative_to(ROOT)), ast.parse(text)
    package, used = name.split("/")[0], imports(tree)
    ours = used & set(PACKAGES) - {package}
    assert ours <= MAY_IMPORT[package], f"{name} imports {sorted(ours - MAY_IMPORT[package])}"
    for library, place in ONLY_IN.items():
        assert library not in used or name.startswith(place), f"{name} imports {library}, which belongs to {place}"
    assert len(text.splitlines()) <= 300, f"{name} is longer than 300 lines; split it"
    if name != "warehouse/settings.py":
        assert "os.environ" not in text, f"{name} reads the environment; that is settings.py's"
        assert "getenv" not in text, f"{name} reads the environment; that is settings.py's"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_text_files_have_an_encoding_that_no_locale_changes(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    silent = [
        node.lineno
        for node in calls
        if isinstance(node.func, ast.Attribute)
        and node.func.attr in ("read_text", "write_text")
        and "encoding" not in {keyword.arg for keyword in node.keywords}
    ]
    assert not silent, f"lines {silent} leave it to the locale"


def test_definitions_stay_short() -> None:
    assert len((ROOT / "pipelines/orchestration/definitions.py").read_text(encoding="utf-8").splitlines()) < 60


def test_nothing_is_called_utils() -> None:
    assert not [p for p in MODULES if p.stem in ("utils", "helpers", "common", "misc")]


def test_every_module_says_what_belongs_in_it() -> None:
    silent = [
        p
        for p in MODULES
        if p.read_text(encoding="utf-8").strip() and not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))
    ]
    assert not silent, f"without a docstring: {[str(p.relative_to(ROOT)) for p in silent]}"
