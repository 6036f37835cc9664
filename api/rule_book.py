"""The rules' headers for whoever is shown a finding: what it means at the door, what its evidence is called.

Not here: rules as they did last night, which are stopped (routes/rules.py), running them (warehouse/cross_check.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache

from contracts.errors import HubError
from warehouse.rules import RULES, Rule, read_rule
from warehouse.sql import read_folder

State = tuple[tuple[str, int], ...]


def rule_book() -> Mapping[str, Rule]:
    """Every rule by name, as the files stand now; one that is broken is left out, as the night leaves it out."""
    return _read(tuple((str(path), path.stat().st_mtime_ns) for path in sorted(RULES.glob("*.sql"))))


@lru_cache(maxsize=1)
def _read(_: State) -> Mapping[str, Rule]:
    book = {}
    for name, file in read_folder(RULES).items():
        with suppress(HubError):
            book[name] = read_rule(file)
    return book
