"""The casebook: users, their sessions, and access to the append-only tables. SQLite (WAL), or PostgreSQL by URL.

It has the rows that no night can rebuild. Not here: a user's rights (access/policy.py), validating new users (accounts.py),
append-only rows (append_only.py, decision_log.py).
Passwords are stored as argon2id hashes, bearer tokens and the usernames of login attempts as SHA-256.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from contracts.errors import HubError
from warehouse.access.policy import User
from warehouse.casebook.accounts import Account, NewUser, check_password, check_user
from warehouse.casebook.append_only import AppendOnlyLog
from warehouse.casebook.database import CasebookError, exclusive_lock, open_database
from warehouse.casebook.passwords import Passwords
from warehouse.casebook.tables import login_attempts, sessions, users
from warehouse.casebook.working_days import WorkingCalendar
from warehouse.settings import Settings

PAUSE = timedelta(minutes=15)


class LoginError(HubError):
    """Wrong username or password; the error does not reveal which."""


class LoginPaused(LoginError):
    """Too many failed logins with one username within 15 minutes."""


class Session(NamedTuple):
    """A bearer token, which is returned only once, and the time it expires (UTC)."""

    token: str
    expires_at: datetime


class Casebook:
    """An open casebook, safe to share between threads; `with` closes it. Tests pass another clock as `now`.

    `calendar()` gives the working days by which its terms are counted.
    """

    def __init__(
        self,
        url: str,
        *,
        session_hours: int = 12,
        login_tries: int = 10,
        now: Callable[[], datetime] | None = None,
        calendar: Callable[[], WorkingCalendar] = WorkingCalendar,
    ) -> None:
        self._store = open_database(url)
        self._reads = self._store.execution_options(reads=True)
        self._lasts, self._tries = timedelta(hours=session_hours), login_tries
        self._now = now or (lambda: datetime.now(UTC))
        self._passwords = Passwords()
        self.calendar = calendar
        self.ledger = AppendOnlyLog(self._store, self._now)

    def close(self) -> None:
        self._store.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add_user(
        self, username: str, password: str, role: str, areas: Iterable[str] = (), sources: Iterable[str] = ()
    ) -> None:
        """Add a user. CasebookError for a weak password, unknown role or taken name; AccessError for a wrong area code."""
        self.add_users([NewUser(username, password, role, tuple(areas), tuple(sources))])

    def add_users(self, new: Iterable[NewUser]) -> None:
        """Add users, all or none; errors as `add_user`."""
        new = list(new)
        for user in new:
            check_user(user)
        hashes = self._passwords.hash_all(u.password for u in new)
        rows = [
            {
                "username": u.username,
                "password_hash": h,
                "role": u.role,
                "areas": list(u.areas),
                "sources": list(u.sources),
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
            return [
                Account(
                    r["username"], r["role"], tuple(r["areas"]), tuple(r["sources"]), r["disabled"], r["created_at"]
                )
                for r in rows
            ]

    def set_password(self, username: str, password: str) -> None:
        """Set a new password, valid at once, and end every session of the user."""
        check_password(username, password)
        self._change(username, password_hash=self._passwords.hash_all([password])[0])

    def disable(self, username: str) -> None:
        """Refuse further logins of a user and end every session of hers."""
        self._change(username, disabled=True)

    def login(self, username: str, password: str) -> Session:
        """Open a session. LoginError for a wrong name or password, which take the same time; LoginPaused."""
        who = _sha256(username)
        self._count_attempt(who)
        with self._reads.connect() as tx:
            row = tx.execute(select(users).where(users.c.username == username)).mappings().first()
        is_right = self._passwords.is_right(row["password_hash"] if row else None, password)
        if row is None or row["disabled"] or not is_right:
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
        """The user of a bearer token; None if it is unknown or expired, or the user is disabled."""
        query = (
            select(users.c.username, users.c.role, users.c.areas, users.c.sources)
            .join(sessions, sessions.c.username == users.c.username)
            .where(sessions.c.token_hash == _sha256(token), sessions.c.expires_at > self._now(), ~users.c.disabled)
        )
        with self._reads.connect() as tx:
            row = tx.execute(query).first()
        return User(row.username, row.role, tuple(row.areas), tuple(row.sources)) if row else None

    def logout(self, token: str) -> None:
        with self._store.begin() as tx:
            tx.execute(delete(sessions).where(sessions.c.token_hash == _sha256(token)))

    def _change(self, username: str, **values: object) -> None:
        with self._store.begin() as tx:
            if tx.execute(update(users).where(users.c.username == username).values(**values)).rowcount == 0:
                raise CasebookError("there is no such user", remedy="`hub user list` shows all")
            tx.execute(delete(sessions).where(sessions.c.username == username))

    def _count_attempt(self, who: str) -> None:
        """Count a login attempt, before the password is checked, so that parallel guesses are all counted; LoginPaused."""
        since = self._now() - PAUSE
        with self._store.begin() as tx:
            exclusive_lock(tx, login_attempts)
            tx.execute(delete(login_attempts).where(login_attempts.c.at <= since))
            mine = login_attempts.c.who == who
            if tx.execute(select(func.count()).select_from(login_attempts).where(mine)).scalar_one() >= self._tries:
                raise LoginPaused("too many failed logins", remedy=f"wait {PAUSE.seconds // 60} minutes")
            tx.execute(insert(login_attempts).values(who=who, at=self._now()))


def open_casebook(settings: Settings) -> Casebook:
    """The deployment's casebook, made or migrated at first use."""
    return Casebook(
        settings.casebook,
        session_hours=settings.session_hours,
        login_tries=settings.login_tries,
        calendar=lambda: WorkingCalendar.load(settings.calendar),
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
