"""The library of rules, read again only when a file has changed: for readers that need it with every request."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from contracts.errors import HubError
from warehouse.cross_check.model import RULES, Rule, load_rule, rule_files

State = tuple[tuple[Path, int, int], ...]


class Library(NamedTuple):
    """Rules by name, and the errors of those that cannot be read."""

    rules: dict[str, Rule]
    broken: dict[str, str]


def library(folder: Path = RULES) -> Library:
    return _read(tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in rule_files(folder)))


@lru_cache(maxsize=2)
def _read(state: State) -> Library:
    rules, broken = {}, {}
    for path, _, _ in state:
        try:
            rules[path.stem] = load_rule(path)
        except HubError as error:
            broken[path.stem] = error.what
    return Library(rules, broken)
