"""Walks the journeys of docs/architecture.md: every file and name exists, every → is an import from a step above."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
STEP = re.compile(r"^\d+\. (→ |⇢ )?`([^`]+)`(?: `([^`]+)`)?(?::|$)")


class Step(NamedTuple):
    arrow: str
    path: str
    name: str


def _journeys() -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    for line in (ROOT / "docs/architecture.md").read_text(encoding="utf-8").split("## Journeys")[1].splitlines():
        if line.startswith("### "):
            steps = found[line.removeprefix("### ")] = []
        elif line[:1].isdigit():
            match = STEP.match(line)
            assert match, f"a step is `N. → `file` `name`: what it does`, not: {line}"
            steps.append(Step((match[1] or "").strip(), match[2], match[3] or ""))
    return found


JOURNEYS = _journeys()


@cache
def _tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def _names(path: str) -> set[str]:
    """Functions and classes of a module, methods as `Class.method`."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    top = [node for node in _tree(path).body if isinstance(node, kinds)]
    inside = {f"{c.name}.{m.name}" for c in top if isinstance(c, ast.ClassDef) for m in c.body if isinstance(m, kinds)}
    return {node.name for node in top} | inside


def _imports(path: str) -> set[str]:
    """Files that a module imports, a package's for what it imports from one."""
    found = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            parts = [alias.name for alias in node.names]
        else:
            continue
        for part in parts:
            base = part.replace(".", "/")
            found |= {f for f in (f"{base}.py", f"{base}/__init__.py") if (ROOT / f).is_file()}
    return found | {g for f in found if f.endswith("__init__.py") and f != path for g in _imports(f)}


def test_there_are_six_journeys() -> None:
    assert len(JOURNEYS) == 6
    assert all(len(steps) > 5 for steps in JOURNEYS.values())


@pytest.mark.parametrize("title", JOURNEYS)
def test_every_step_exists(title: str) -> None:
    for step in JOURNEYS[title]:
        assert (ROOT / step.path).is_file(), f"{step.path} is not there"
        assert not step.name or step.name in _names(step.path), f"{step.path} has no {step.name}"
        assert step.name or not step.path.endswith(".py"), f"{step.path}: name the function"


@pytest.mark.parametrize("title", JOURNEYS)
def test_the_order_of_imports_holds(title: str) -> None:
    above: list[str] = []
    for step in JOURNEYS[title]:
        if step.arrow == "→":
            by = [path for path in above if path.endswith(".py") and step.path in _imports(path)]
            assert by, f"no step above imports {step.path}"
        else:
            assert bool(above) == (step.arrow == "⇢"), "the first step has no arrow, every other has one"
        above.append(step.path)


def test_a_step_that_is_not_there_is_seen() -> None:
    assert "Night.ingest" in _names("pipelines/orchestration/night.py")
    assert "Night.sleep" not in _names("pipelines/orchestration/night.py")
    assert "warehouse/access/policy.py" not in _imports("contracts/errors.py")
