"""SQL files: what they are named, what they say in their header, and which tables they read.

One file is one select statement in plain DuckDB SQL. A header, where there is one, is YAML in the leading block comment.
The order of building is read from the SQL itself (sqlglot), never written down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import sqlglot
import yaml
from sqlglot import exp

from contracts.errors import HubError


@dataclass(frozen=True)
class SqlFile:
    """One select statement; `name` is the file's stem, `reads` the relations it takes rows from."""

    name: str
    path: Path
    sql: str
    header: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def reads(self) -> frozenset[str]:
        try:
            tree = sqlglot.parse_one(self.sql, read="duckdb")
        except sqlglot.errors.ParseError as error:
            line = (error.errors or [{}])[0].get("line", 1)
            raise HubError("not valid SQL", where=f"{self.path}:{line}", remedy="correct the statement") from None
        named = {cte.alias for cte in tree.find_all(exp.CTE)}
        tables = {f"{t.db}.{t.name}" if t.db else t.name for t in tree.find_all(exp.Table)}
        return frozenset(tables - named)


def read_folder(folder: Path) -> dict[str, SqlFile]:
    """Every `*.sql` of a folder by name."""
    return {path.stem: read_file(path) for path in sorted(folder.glob("*.sql"))}


def read_file(path: Path) -> SqlFile:
    """One file. HubError if its header is not YAML."""
    text = path.read_text(encoding="utf-8")
    header: Any = {}
    if text.startswith("/*"):
        comment, _, text = text[2:].partition("*/")
        try:
            header = yaml.safe_load(comment)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise HubError(f"header is not YAML: {error.problem}", where=f"{path}:{line}") from None
    if not isinstance(header, dict):
        header = {"description": str(header).strip()}
    return SqlFile(path.stem, path, text.strip().rstrip(";"), header)


def in_order(reads: dict[str, frozenset[str]]) -> list[str]:
    """Names so that each stands after all it reads; what is read but not a name is somebody else's. HubError on a circle."""
    try:
        return list(TopologicalSorter({n: sorted(r & reads.keys()) for n, r in sorted(reads.items())}).static_order())
    except CycleError as error:
        raise HubError(f"models read each other in a circle: {' -> '.join(error.args[1])}") from None
