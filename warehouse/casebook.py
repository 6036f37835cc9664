"""What people write: users and their sessions now; verdicts and visits later. SQLite (WAL), or PostgreSQL by URL.

Belongs here: rows that no night can rebuild. Does not: what a user may read (policy.py).
Passwords are argon2id hashes, bearer tokens are kept as SHA-256, tried usernames as SHA-256.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from contracts.errors import HubError
from warehouse.areas import area_prefix
from warehouse.casebook_store import login_attempts, open_store, sessions, users
from warehouse.passwords import SHORTEST, Passwords, is_weak
from warehouse.policy import User
from warehouse.settings import Settings
from warehouse.treatments import ROLES, Role

PAUSE = timedelta(minutes=15)


class CasebookError(HubError):
    """Something that may not be written into the casebook, or is not in it."""


class LoginError(HubError):
    """Wrong username or password; which of them is not told."""


class LoginPaused(LoginError):
    """Too many failed logins of one name within 15 minutes."""


class NewUser(NamedTuple):
    username: str
    password: str
    role: str
    areas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    """A user as the casebook keeps her, without her password."""

    username: str
    role: Role
    areas: tuple[str, ...]
    disabled: bool
    created_at: datetime

    @property
    def user(self) -> User:
        return User(self.username, self.role, self.areas)


class Session(NamedTuple):
    """A bearer token, told once, and when it ends (UTC)."""

    token: str
    expires_at: datetime


class Casebook:
    """One open casebook; safe to share between threads. `now` is a seam for tests of time."""

    def __init__(
        self, url: str, *, session_hours: int = 12, login_tries: int = 10, now: Callable[[], datetime] | None = None
    ) -> None:
        self._store = open_store(url)
        self._reads = self._store.execution_options(reads=True)
        self._lasts, self._tries = timedelta(hours=session_hours), login_tries
        self._now = now or (lambda: datetime.now(UTC))
        self._passwords = Passwords()

    def close(self) -> None:
        self._store.dispose()

    def add_user(self, username: str, password: str, role: str, areas: Iterable[str] = ()) -> None:
        """CasebookError for a weak password, an unknown role, a taken name; AccessError for a wrong area code."""
        self.add_users([NewUser(username, password, role, tuple(areas))])

    def add_users(self, new: Iterable[NewUser]) -> None:
        """All of them or none."""
        new = list(new)
        for user in new:
            _check_user(user)
        hashes = self._passwords.hash_all(u.password for u in new)
        rows = [
            {
                "username": u.username,
                "password_hash": h,
                "role": u.role,
                "areas": list(u.areas),
                "disabled": False,
                "created_at": self._now(),
            }
            for u, h in zip(new, hashes, strict=True)
        ]
        try:
            with self._store.begin() as tx:
                tx.execute(insert(users), rows)
        except IntegrityError:
            raise CasebookError("this username is taken", remedy="choose another; `hub user list` shows all") from None

    def list_users(self) -> list[Account]:
        with self._reads.connect() as tx:
            rows = tx.execute(select(users).order_by(users.c.username)).mappings()
            return [Account(r["username"], r["role"], tuple(r["areas"]), r["disabled"], r["created_at"]) for r in rows]

    def set_password(self, username: str, password: str) -> None:
        """The new password holds at once and every session of the user ends."""
        _check_password(username, password)
        self._change(username, password_hash=self._passwords.hash_all([password])[0])

    def disable(self, username: str) -> None:
        """No login any more, and every session of the user ends."""
        self._change(username, disabled=True)

    def login(self, username: str, password: str) -> Session:
        """A new session. LoginError, or LoginPaused after too many failures; both cost the same time."""
        who = _sha256(username)
        self._count_attempt(who)
        with self._reads.connect() as tx:
            row = tx.execute(select(users).where(users.c.username == username)).mappings().first()
        right = self._passwords.right(row["password_hash"] if row else None, password)
        if row is None or row["disabled"] or not right:
            raise LoginError("username or password is wrong", remedy="try again, or ask for a new password")
        token, now = secrets.token_urlsafe(32), self._now()
        with self._store.begin() as tx:
            tx.execute(delete(login_attempts).where(login_attempts.c.who == who))
            tx.execute(delete(sessions).where(sessions.c.expires_at <= now))
            tx.execute(
                insert(sessions).values(token_hash=_sha256(token), username=username, expires_at=now + self._lasts)
            )
        return Session(token, now + self._lasts)

    def session_user(self, token: str) -> User | None:
        """Who a bearer token speaks for; None when it is unknown, expired, or the user is disabled."""
        query = (
            select(users.c.username, users.c.role, users.c.areas)
            .join(sessions, sessions.c.username == users.c.username)
            .where(sessions.c.token_hash == _sha256(token), sessions.c.expires_at > self._now(), ~users.c.disabled)
        )
        with self._reads.connect() as tx:
            row = tx.execute(query).first()
        return User(row.username, row.role, tuple(row.areas)) if row else None

    def logout(self, token: str) -> None:
        with self._store.begin() as tx:
            tx.execute(delete(sessions).where(sessions.c.token_hash == _sha256(token)))

    def _change(self, username: str, **values: object) -> None:
        with self._store.begin() as tx:
            if tx.execute(update(users).where(users.c.username == username).values(**values)).rowcount == 0:
                raise CasebookError("there is no such user", remedy="`hub user list` shows all")
            tx.execute(delete(sessions).where(sessions.c.username == username))

    def _count_attempt(self, who: str) -> None:
        """Counted before the password is looked at, so that parallel guesses cannot slip past; a success clears it."""
        since = self._now() - PAUSE
        with self._store.begin() as tx:
            tx.execute(delete(login_attempts).where(login_attempts.c.at <= since))
            mine = login_attempts.c.who == who
            if tx.execute(select(func.count()).select_from(login_attempts).where(mine)).scalar_one() >= self._tries:
                raise LoginPaused("too many failed logins", remedy=f"wait {PAUSE.seconds // 60} minutes")
            tx.execute(insert(login_attempts).values(who=who, at=self._now()))


def open_casebook(settings: Settings) -> Casebook:
    """The deployment's casebook, made or migrated at first use."""
    return Casebook(settings.casebook, session_hours=settings.session_hours, login_tries=settings.login_tries)


def _check_user(user: NewUser) -> None:
    if not user.username or user.username != user.username.strip() or len(user.username) > 64:
        raise CasebookError("a username has 1 to 64 characters and no blanks around it", remedy="choose another")
    if user.role not in ROLES:
        raise CasebookError("there is no such role", remedy=f"give one of {', '.join(ROLES)}")
    for code in user.areas:
        area_prefix(code)
    _check_password(user.username, user.password)


def _check_password(username: str, password: str) -> None:
    if is_weak(username, password):
        raise CasebookError(
            "the password is too weak",
            remedy=f"take at least {SHORTEST} characters, 5 of them different, without the username",
        )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
