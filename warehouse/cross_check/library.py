"""The library of rules, read again only when a file has changed: for readers that need it with every request."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from contracts.errors import HubError
from warehouse.cross_check.model import RULE_FILE, RULES, Rule, load_rule

State = tuple[tuple[str, int, int], ...]  # path, modification time (ns) and size of each file


class Library(NamedTuple):
    """Rules by name, and the errors of those that cannot be read."""

    rules: dict[str, Rule]
    broken: dict[str, str]


def library(folder: Path = RULES) -> Library:
    with os.scandir(folder) as entries:  # requests wait for this: a glob and its paths cost several times as much
        stats = [(entry.path, entry.stat()) for entry in entries if entry.name.endswith(RULE_FILE)]
    return _read(tuple(sorted((path, stat.st_mtime_ns, stat.st_size) for path, stat in stats)))


@lru_cache(maxsize=2)
def _read(state: State) -> Library:
    rules, broken = {}, {}
    for path in (Path(name) for name, _, _ in state):
        try:
            rules[path.stem] = load_rule(path)
        except HubError as error:
            broken[path.stem] = error.what
    return Library(rules, broken)
