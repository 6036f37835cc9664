"""Reads SQL files: their name, header comment, and the relations they read.

One file is one select statement in plain DuckDB SQL, described in a leading block comment. The order of building is derived
from the SQL itself (sqlglot).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from contracts.errors import HubError
from warehouse.sql_reading.statement import UnsafeSql, relations


@dataclass(frozen=True)
class SqlFile:
    """One select statement; `name` is the file's stem, `reads` are the relations in it.

    `comment` is the text of the leading comment, which starts in line `comment_line`.
    """

    name: str
    path: Path
    sql: str
    comment: str = ""
    comment_line: int = 1

    @property
    def is_view(self) -> bool:
        """True if the comment begins with `View:`: the relation is not stored, each reader computes the columns it needs."""
        return self.comment.startswith("View:")

    @property
    def reads(self) -> frozenset[str]:
        try:
            return relations(self.sql)
        except UnsafeSql as error:
            raise HubError(
                error.what.removeprefix("is "), where=f"{self.path}:{error.line}", remedy=error.remedy
            ) from None


def read_folder(folder: Path) -> dict[str, SqlFile]:
    """The SQL files of a folder, by name."""
    return {path.stem: read_file(path) for path in sorted(folder.glob("*.sql"))}


def read_file(path: Path) -> SqlFile:
    """One SQL file, with its leading block comment split off."""
    text, comment = path.read_text(encoding="utf-8"), ""
    if text.startswith("/*"):
        comment, _, text = text[2:].partition("*/")
    line = 1 + comment[: len(comment) - len(comment.lstrip())].count("\n")
    return SqlFile(path.stem, path, text.strip().rstrip(";"), comment.strip(), line)


def in_order(reads: dict[str, frozenset[str]]) -> list[str]:
    """The names in an order in which each follows those it reads; unknown names in `reads` are ignored. HubError on a
    cycle."""
    try:
        return list(TopologicalSorter({n: sorted(r & reads.keys()) for n, r in sorted(reads.items())}).static_order())
    except CycleError as error:
        raise HubError(f"models read each other in a circle: {' -> '.join(error.args[1])}") from None


def upstream(reads: Mapping[str, frozenset[str]], wanted: Iterable[str]) -> dict[str, frozenset[str]]:
    """The part of `reads` that the wanted names depend on, themselves included."""
    found: dict[str, frozenset[str]] = {}
    waiting = [name for name in wanted if name in reads]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = reads[name]
            waiting += [r for r in reads[name] if r in reads]
    return found


def last_readers(
    order: Sequence[str], reads: Mapping[str, frozenset[str]], views: Collection[str]
) -> dict[str, list[str]]:
    """By relation, those that it is the last to read. A reader of a view reads the view's relations."""

    def stored(name: str) -> frozenset[str]:
        return frozenset().union(*(stored(r) if r in views else {r} for r in reads.get(name, ())))

    last = {read: name for name in order if name not in views for read in stored(name)}
    return {name: sorted(read for read, reader in last.items() if reader == name) for name in order}
