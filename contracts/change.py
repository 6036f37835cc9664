"""One difference between two versions of a contract, the verdict on all of them, and the version bump they require.

As in semver.org: a breaking change is major, an addition that breaks nothing minor, a change of wording patch.
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
    """One difference. `column` is "" for the table; `breaks` names those it breaks something for: readers, the office."""

    kind: str
    column: str = ""
    before: str = ""
    after: str = ""
    breaks: tuple[str, ...] = ()
    compatible: Bump = Bump.minor

    @property
    def bump(self) -> Bump:
        """The version bump this change requires."""
        return Bump.major if self.breaks else self.compatible


@dataclass(frozen=True)
class Compatibility:
    """All changes between the versions `before` and `after` of a contract, and whether `after` is high enough for them."""

    changes: tuple[Change, ...]
    before: str
    after: str

    @property
    def is_breaking(self) -> bool:
        """True if any change breaks something for readers or for the office."""
        return any(change.breaks for change in self.changes)

    @property
    def bump(self) -> Bump:
        """The largest bump that any change requires."""
        return max((change.bump for change in self.changes), default=Bump.none)

    @property
    def version_fits(self) -> bool:
        """True if the version grew by at least `bump`; false if one of them is no major.minor.patch."""
        before, after = _version(self.before), _version(self.after)
        return before is not None and after is not None and after >= before and _growth(before, after) >= self.bump


def _version(text: str) -> Version | None:
    """None if the text is no major.minor.patch; a part that is left out is 0."""
    try:
        version = Version(text)
    except InvalidVersion:
        return None
    return version if ".".join(map(str, version.release)) == text and len(version.release) <= 3 else None


def _growth(before: Version, after: Version) -> Bump:
    """The bump of the highest part that differs."""
    steps = {
        Bump.major: after.major != before.major,
        Bump.minor: after.minor != before.minor,
        Bump.patch: after.micro != before.micro,
    }
    return next((bump for bump, differs in steps.items() if differs), Bump.none)
