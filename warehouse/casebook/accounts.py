"""User accounts, and the validation of new ones: name, role, areas, an office's source tables, password.

Not here: storing accounts (casebook.py), the access of a role (access/masking.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Self

from sqlalchemy import RowMapping

from warehouse.access.areas import area_prefix
from warehouse.access.masking import ROLES, Role
from warehouse.casebook.database import CasebookError
from warehouse.casebook.passwords import weakness
from warehouse.casebook.user_areas import AGENT, UserArea, areas_in_force
from warehouse.login.rules import LoginRules

# an office's uploads are in a folder of its user's name
FOLDER_NAME = re.compile(r"[^\W_][\w.-]*")


class NewUser(NamedTuple):
    username: str
    password: str
    role: str
    areas: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    owner: str | None = None  # of an agent: the user for whom it acts
    temporary: bool = False  # the password is an operator's, to be changed at the first login


@dataclass(frozen=True)
class Account:
    """A user as stored in the casebook, without the password. `areas` are those in force today, `dated_areas` all of them."""

    username: str
    role: Role
    areas: tuple[str, ...]
    sources: tuple[str, ...]
    disabled: bool
    created_at: datetime
    dated_areas: tuple[UserArea, ...] = ()
    owner: str | None = None

    @classmethod
    def of(cls, row: RowMapping, day: date) -> Self:
        """The account of a row of `users`."""
        return cls(
            username=row["username"],
            role=row["role"],
            areas=areas_in_force(row["areas"], day),
            sources=tuple(row["sources"]),
            disabled=row["disabled"],
            created_at=row["created_at"],
            dated_areas=tuple(map(UserArea.of, row["areas"])),
            owner=row["owner"],
        )


def check_user(user: NewUser, rules: LoginRules) -> None:
    """Raise CasebookError for an invalid new user, AccessError for a wrong area code."""
    if not user.username or user.username != user.username.strip() or len(user.username) > 64:
        raise CasebookError("a username has 1 to 64 characters and no blanks around it", remedy="choose another")
    check_rights(user.username, user.role, user.areas, user.sources, user.owner)
    check_password(user.username, user.password, rules)


def check_rights(
    username: str, role: str, areas: Sequence[str], sources: Sequence[str], owner: str | None = None
) -> None:
    """Raise CasebookError for role, sources and owner that do not belong together, AccessError for a wrong area code."""
    if role not in ROLES:
        raise CasebookError("there is no such role", remedy=f"give one of {', '.join(ROLES)}")
    for code in areas:
        area_prefix(code)
    if role == "office":
        _check_office(username, sources)
    elif sources:
        raise CasebookError("only the role office delivers source tables", remedy="leave the sources out")
    if (role == AGENT) != bool(owner):
        raise CasebookError("an agent has an owner, and nobody else has", remedy="give --role agent with --owner NAME")


def _check_office(username: str, sources: Sequence[str]) -> None:
    from contracts.load import load_catalog  # late: reading the contracts is for an office's users only

    if not FOLDER_NAME.fullmatch(username):
        raise CasebookError(
            "an office's username names a folder: letters, digits, `.`, `-` and `_`, a letter or digit first",
            remedy="choose another",
        )
    there = sorted(table.name for table in load_catalog().sources())
    if not sources or not set(sources) <= set(there):
        raise CasebookError(
            "an office delivers at least one source table that has a contract", remedy=f"there are {', '.join(there)}"
        )


def check_password(username: str, password: str, rules: LoginRules) -> None:
    """Raise CasebookError for a weak password."""
    if advice := weakness(username, password, rules):
        raise CasebookError("the password is too weak", remedy=advice)
