"""One difference between two versions of a contract, the verdict on all of them, and the version it calls for.

Numbers as in semver.org: breaking is major, what is new and breaks nothing is minor, words for people are patch.
Not here: finding the differences (`diff.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

VERSION = re.compile(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?")


class Bump(IntEnum):
    """The part of a version that grows."""

    none = 0
    patch = 1
    minor = 2
    major = 3


@dataclass(frozen=True)
class Change:
    """One difference. `column` is "" for the table; `breaks` names who can no longer do what they did."""

    kind: str
    column: str = ""
    before: str = ""
    after: str = ""
    breaks: tuple[str, ...] = ()
    compatible: Bump = Bump.minor

    @property
    def bump(self) -> Bump:
        """What it calls for."""
        return Bump.major if self.breaks else self.compatible


@dataclass(frozen=True)
class Compatibility:
    """All changes of a contract, and whether its `version` says how far they reach."""

    changes: tuple[Change, ...]
    before: str
    after: str

    @property
    def breaking(self) -> bool:
        """Whether any change breaks something for somebody."""
        return any(change.breaks for change in self.changes)

    @property
    def bump(self) -> Bump:
        """The bump all changes together call for."""
        return max((change.bump for change in self.changes), default=Bump.none)

    @property
    def fits(self) -> bool:
        """Whether the version grew at least that much. One that is no major.minor.patch does not fit."""
        return _grown(self.before, self.after) >= self.bump and _parts(self.after) >= _parts(self.before) != ()


def _parts(version: str) -> tuple[int, ...]:
    match = VERSION.fullmatch(version)
    return tuple(int(part or 0) for part in match.groups()) if match else ()


def _grown(before: str, after: str) -> Bump:
    old, new = _parts(before), _parts(after)
    steps = zip((Bump.major, Bump.minor, Bump.patch), old, new, strict=False)
    return next((bump for bump, was, now in steps if now != was), Bump.none)
