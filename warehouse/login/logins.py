"""Logging in with name, password and, if enrolled, a code; changing what one logs in with.

Belongs here: the order of the checks. Does not: slowing guesses down (throttle.py), sessions, codes, passwords' rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import select

from contracts.errors import HubError
from warehouse.access.masking import ROLES
from warehouse.casebook.account_tables import users
from warehouse.casebook.casebook import Casebook, open_casebook
from warehouse.casebook.database import CasebookError
from warehouse.lake.seal import Seal
from warehouse.login.id_token import SignOnFailed
from warehouse.login.oidc import Identity
from warehouse.login.second_factors import Enrolment, SecondFactors
from warehouse.login.sessions import NewSession, OpenSession, Sessions
from warehouse.login.throttle import UNKNOWN, Client, LoginError, Throttle
from warehouse.settings import Settings


class WrongCredentials(LoginError):
    """Wrong username, password or code; the error does not reveal which."""

    def __init__(self) -> None:
        super().__init__("username or password is wrong", remedy="try again, or ask for a new password")


class CodeMissing(LoginError):
    """Name and password are right; a code of the second factor is missing."""

    def __init__(self) -> None:
        super().__init__(
            "a code of your second factor is needed", where="code", remedy="send it with name and password"
        )


class Login(NamedTuple):
    """A new session, and the token by which the device is known from now on."""

    session: NewSession
    device: str


class Logins:
    """Logging in to one casebook, whose database all processes share."""

    def __init__(self, casebook: Casebook, seal: Callable[[], Seal]) -> None:
        """HubError for a role in `second_factor_roles` that does not exist."""
        if unknown := casebook.rules.roles_with_second_factor - ROLES.keys():
            raise HubError(
                f"there is no role {', '.join(sorted(unknown))}",
                where="HUB_SECOND_FACTOR_ROLES",
                remedy=f"name some of {', '.join(ROLES)}",
            )
        self._casebook = casebook
        self.throttle = Throttle(casebook.store, casebook.rules, casebook.now)
        self.sessions = Sessions(casebook)
        self.second_factors = SecondFactors(casebook, seal)

    def login(self, username: str, password: str, client: Client = UNKNOWN, code: str = "") -> Login:
        """Open a session. WrongCredentials, which takes the same time whatever is wrong; CodeMissing; LoginPaused."""
        password_hash = self._check(username, password, client)
        if self.second_factors.is_enrolled(username):
            if not code:
                self.throttle.withdraw(username, client)
                raise CodeMissing
            self._use(username, code, client)
        return self._open(username, client, password_hash)

    def sign_on(self, identity: Identity, client: Client) -> Login:
        """Open a session of a user whom the provider knows. SignOnFailed without an account, or a second factor it needs."""
        username = identity.username
        with self._casebook.reads.connect() as tx:
            user = tx.execute(select(users.c.role, users.c.disabled).where(users.c.username == username)).first()
        if user is None or user.disabled:
            raise SignOnFailed("you have no account here")
        is_needed = user.role in self._casebook.rules.roles_with_second_factor
        if (is_needed or self.second_factors.is_enrolled(username)) and not identity.has_two_factors:
            raise SignOnFailed("your account needs a second factor, and the provider asked for none")
        return self._open(username, client, None)

    def _open(self, username: str, client: Client, password_hash: str | None) -> Login:
        session = self.sessions.open(username, client.address, password_hash)
        return Login(session, self.throttle.succeed(username, client))

    def prove(self, session: OpenSession, password: str, client: Client) -> None:
        """Hold the password of the session's user against `password` once more. WrongCredentials, LoginPaused."""
        self._check(session.user.username, password, client)
        self.throttle.clear(session.user.username, client)

    def change_password(self, session: OpenSession, old: str, new: str, client: Client) -> None:
        """Change the password and end every other session. CasebookError for a weak one or the old one again."""
        self.prove(session, old, client)
        if old == new:
            raise CasebookError("this is the old password", where="new", remedy="take another one")
        self._casebook.set_password(session.user.username, new, keep=session.id)

    def enrol(self, session: OpenSession, password: str, client: Client) -> Enrolment:
        """Begin a second factor. CasebookError if there is one already."""
        self.prove(session, password, client)
        return self.second_factors.enrol(session.user.username)

    def confirm(self, session: OpenSession, code: str) -> list[str]:
        """Complete the second factor with its first code, end every other session; the recovery codes, shown once."""
        codes = self.second_factors.confirm(session.user.username, code)
        self.sessions.end_all(session.user.username, keep=session.id)
        return codes

    def remove_second_factor(self, session: OpenSession, password: str, code: str, client: Client) -> None:
        """Remove the second factor, with a code of it, and end every other session. WrongCredentials."""
        self._check(session.user.username, password, client)
        self._use(session.user.username, code, client)
        self.throttle.clear(session.user.username, client)
        self.second_factors.remove(session.user.username)
        self.sessions.end_all(session.user.username, keep=session.id)

    def _check(self, username: str, password: str, client: Client) -> str:
        """Hold name and password against the casebook, counted as a try until it is cleared; returns the password's hash."""
        query = select(users.c.password_hash, users.c.disabled).where(users.c.username == username)
        with self._casebook.passwords.turn():  # counted only when its turn comes: a queue is no attack
            self.throttle.begin(username, client)
            with self._casebook.reads.connect() as tx:
                row = tx.execute(query).first()
            is_right = self._casebook.passwords.is_right(row.password_hash if row else None, password)
        if row is None or row.disabled or not is_right:
            self.throttle.fail(username, client)
            raise WrongCredentials
        return str(row.password_hash)

    def _use(self, username: str, code: str, client: Client) -> None:
        if not self.second_factors.accept(username, code):
            self.throttle.fail(username, client)
            raise WrongCredentials


def deployment_seal(settings: Settings) -> Seal:
    """The seal of second factors. HubError if the vault's key is missing, wrong or open to others."""
    from warehouse.lake.tokens import ensure_keys, read_key  # late: it imports polars, which logging in needs not

    ensure_keys(settings)
    return Seal(read_key(settings, "vault"))


@contextmanager
def open_logins(settings: Settings) -> Iterator[tuple[Casebook, Logins]]:
    """The deployment's casebook and logging in to it; `with` closes it."""
    with open_casebook(settings) as casebook:
        yield casebook, Logins(casebook, lambda: deployment_seal(settings))
