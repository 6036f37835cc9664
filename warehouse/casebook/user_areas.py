"""The areas in a user's scope, lasting or for some days, and an agent's scope within its owner's.

Belongs here: which of a user's areas are in force on a day. Does not: storing accounts (casebook.py), what an area opens
(access/policy.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple, Self

from sqlalchemy import RowMapping

from warehouse.access.areas import area_prefix, common_areas
from warehouse.access.masking import Role
from warehouse.access.policy import Owner, User
from warehouse.casebook.database import CasebookError

AGENT: Final[Role] = "agent"


class UserArea(NamedTuple):
    """An area in a user's scope from `valid_from` to `valid_until`, both days included; None is without limit."""

    code: str
    valid_from: date | None = None
    valid_until: date | None = None

    @classmethod
    def of(cls, stored: str | Mapping[str, str | None]) -> Self:
        """The area as the casebook stores it: a code, or a code with its days."""
        if isinstance(stored, str):
            return cls(stored)
        since, until = stored.get("valid_from"), stored.get("valid_until")
        return cls(str(stored["code"]), since and date.fromisoformat(since), until and date.fromisoformat(until))  # type: ignore[arg-type]  # "" is no day

    @property
    def stored(self) -> str | dict[str, str | None]:
        """The form that `of` reads."""
        if self.valid_from is None and self.valid_until is None:
            return self.code
        days = {"valid_from": self.valid_from, "valid_until": self.valid_until}
        return {"code": self.code} | {name: day.isoformat() if day else None for name, day in days.items()}

    def is_in_force(self, day: date) -> bool:
        return (self.valid_from or day) <= day <= (self.valid_until or day)

    def check(self) -> None:
        """Raise AccessError for a wrong code, CasebookError for an end before the start."""
        area_prefix(self.code)
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise CasebookError(
                "the area ends before it begins", where="valid_until", remedy="give --from DAY --until DAY"
            )

    def __str__(self) -> str:
        if self.valid_from is None and self.valid_until is None:
            return self.code
        return f"{self.code}({self.valid_from or ''}..{self.valid_until or ''})"


def areas_in_force(stored: Iterable[Any], day: date) -> tuple[str, ...]:
    """The codes of the areas that are in force on a day, from the casebook's column `areas`."""
    return tuple(area.code for area in map(UserArea.of, stored) if area.is_in_force(day))


def user_on(day: date, row: RowMapping, owner: RowMapping | None) -> User | None:
    """The user of a row of `users`, with her areas of the day. An agent has what lies in its own areas and its owner's; None
    if the owner is disabled or unknown."""
    areas = areas_in_force(row["areas"], day)
    if row["role"] != AGENT:
        return User(row["username"], row["role"], areas, tuple(row["sources"]))
    if owner is None or owner["disabled"] or owner["role"] == AGENT:
        return None
    owners = [area_prefix(code) for code in areas_in_force(owner["areas"], day)]
    shared = common_areas([area_prefix(code) for code in areas], owners)
    return User(row["username"], AGENT, shared, owner=Owner(owner["username"], owner["role"]))
