"""One difference between two versions of a contract, the verdict on all of them, and the version it calls for.

Numbers as in semver.org: breaking is major, what is new and breaks nothing is minor, words for people are patch.
Not here: finding the differences (`diff.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from packaging.version import InvalidVersion, Version


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
        before, after = _version(self.before), _version(self.after)
        return before is not None and after is not None and after >= before and _growth(before, after) >= self.bump


def _version(text: str) -> Version | None:
    """None where it is no major.minor.patch; a part that is left out is 0."""
    try:
        version = Version(text)
    except InvalidVersion:
        return None
    return version if ".".join(map(str, version.release)) == text and len(version.release) <= 3 else None


def _growth(before: Version, after: Version) -> Bump:
    """The highest part that differs."""
    steps = {
        Bump.major: after.major != before.major,
        Bump.minor: after.minor != before.minor,
        Bump.patch: after.micro != before.micro,
    }
    return next((bump for bump, differs in steps.items() if differs), Bump.none)
