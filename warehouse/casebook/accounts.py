"""Who is let in: what she is, and what a new one must be like (name, role, areas, an office's source tables, password).

Not here: keeping her (casebook.py), what her role sees (access/masking.py).
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

# an office's uploads lie in a folder of her name
FOLDER_NAME = re.compile(r"[^\W_][\w.-]*")


class NewUser(NamedTuple):
    username: str
    password: str
    role: str
    areas: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    """A user as the casebook keeps her, without her password."""

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
    """CasebookError for what may not be written down; AccessError for a wrong area code."""
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
    """CasebookError for a weak one."""
    if is_weak(username, password):
        raise CasebookError(
            "the password is too weak",
            remedy=f"take at least {SHORTEST} characters, 5 of them different, without the username",
        )
