"""User accounts, and the validation of new ones: name, role, areas, an office's source tables, password.

Not here: storing accounts (casebook.py), the access of a role (access/masking.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from warehouse.access.areas import area_prefix
from warehouse.access.masking import ROLES, Role
from warehouse.access.policy import User
from warehouse.casebook.database import CasebookError
from warehouse.casebook.passwords import SHORTEST, is_weak

# an office's uploads are in a folder of its user's name
FOLDER_NAME = re.compile(r"[^\W_][\w.-]*")


class NewUser(NamedTuple):
    username: str
    password: str
    role: str
    areas: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


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


def check_user(user: NewUser) -> None:
    """Raise CasebookError for an invalid new user, AccessError for a wrong area code."""
    if not user.username or user.username != user.username.strip() or len(user.username) > 64:
        raise CasebookError("a username has 1 to 64 characters and no blanks around it", remedy="choose another")
    if user.role not in ROLES:
        raise CasebookError("there is no such role", remedy=f"give one of {', '.join(ROLES)}")
    for code in user.areas:
        area_prefix(code)
    if user.role == "office":
        _check_office(user)
    elif user.sources:
        raise CasebookError("only the role office delivers source tables", remedy="leave the sources out")
    check_password(user.username, user.password)


def _check_office(user: NewUser) -> None:
    from contracts.load import load_catalog  # late: reading the contracts is for an office's users only

    if not FOLDER_NAME.fullmatch(user.username):
        raise CasebookError(
            "an office's username names a folder: letters, digits, `.`, `-` and `_`, a letter or digit first",
            remedy="choose another",
        )
    there = sorted(table.name for table in load_catalog().sources())
    if not user.sources or not set(user.sources) <= set(there):
        raise CasebookError(
            "an office delivers at least one source table that has a contract", remedy=f"there are {', '.join(there)}"
        )


def check_password(username: str, password: str) -> None:
    """Raise CasebookError for a weak password."""
    if is_weak(username, password):
        raise CasebookError(
            "the password is too weak",
            remedy=f"take at least {SHORTEST} characters, 5 of them different, without the username",
        )
