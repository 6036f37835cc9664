"""User accounts, and the validation of new ones: name, role, areas, an office's source tables, password.

Not here: storing accounts (casebook.py), the access of a role (access/masking.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from warehouse.access.areas import area_prefix
from warehouse.access.masking import ROLES, Role
from warehouse.access.policy import User
from warehouse.casebook.database import CasebookError
from warehouse.casebook.passwords import weakness
from warehouse.login.rules import LoginRules

# an office's uploads are in a folder of its user's name
FOLDER_NAME = re.compile(r"[^\W_][\w.-]*")


class NewUser(NamedTuple):
    username: str
    password: str
    role: str
    areas: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    temporary: bool = False  # the password is an operator's, to be changed at the first login


@dataclass(frozen=True)
class Account:
    """A user as stored in the casebook, without the password."""

    username: str
    role: Role
    areas: tuple[str, ...]
    sources: tuple[str, ...]
    disabled: bool
    created_at: datetime

    @property
    def user(self) -> User:
        return User(self.username, self.role, self.areas, self.sources)


def check_user(user: NewUser, rules: LoginRules) -> None:
    """Raise CasebookError for an invalid new user, AccessError for a wrong area code."""
    if not user.username or user.username != user.username.strip() or len(user.username) > 64:
        raise CasebookError("a username has 1 to 64 characters and no blanks around it", remedy="choose another")
    check_rights(user.username, user.role, user.areas, user.sources)
    check_password(user.username, user.password, rules)


def check_rights(username: str, role: str, areas: Sequence[str], sources: Sequence[str]) -> None:
    """Raise CasebookError for a role, areas or sources that do not belong together, AccessError for a wrong area code."""
    if role not in ROLES:
        raise CasebookError("there is no such role", remedy=f"give one of {', '.join(ROLES)}")
    for code in areas:
        area_prefix(code)
    if role == "office":
        _check_office(username, sources)
    elif sources:
        raise CasebookError("only the role office delivers source tables", remedy="leave the sources out")


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
