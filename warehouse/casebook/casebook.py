"""The casebook: users, their sessions, and access to the append-only tables. SQLite (WAL), or PostgreSQL by URL.

It has the rows that no night can rebuild. Not here: a user's rights (access/policy.py), validating new users (accounts.py),
append-only rows (append_only.py, decision_log.py).
Passwords are stored as argon2id hashes, bearer tokens and the usernames of login attempts as SHA-256.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from contracts.errors import HubError
from warehouse.access.policy import User
from warehouse.casebook.accounts import Account, NewUser, check_password, check_user
from warehouse.casebook.append_only import AppendOnlyLog
from warehouse.casebook.database import CasebookError, exclusive_lock, open_database
from warehouse.casebook.passwords import Passwords
from warehouse.casebook.tables import login_attempts, sessions, users
from warehouse.casebook.user_areas import AGENT, UserArea, user_on
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

    `calendar()` gives the working days by which its terms are counted; `zone` says when a day begins on which an area ends.
    """

    def __init__(
        self,
        url: str,
        *,
        session_hours: int = 12,
        login_tries: int = 10,
        now: Callable[[], datetime] | None = None,
        calendar: Callable[[], WorkingCalendar] = WorkingCalendar,
        zone: tzinfo = UTC,
    ) -> None:
        self._store = open_database(url)
        self._reads = self._store.execution_options(reads=True)
        self._lasts, self._tries = timedelta(hours=session_hours), login_tries
        self._now, self._zone = now or (lambda: datetime.now(UTC)), zone
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
        self,
        username: str,
        password: str,
        role: str,
        areas: Iterable[str] = (),
        sources: Iterable[str] = (),
        owner: str | None = None,
    ) -> None:
        """Add a user. CasebookError for a weak password, unknown role, taken name or an owner who is none; AccessError for a
        wrong area code."""
        self.add_users([NewUser(username, password, role, tuple(areas), tuple(sources), owner)])

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
                "owner": u.owner,
                "disabled": False,
                "created_at": self._now(),
            }
            for u, h in zip(new, hashes, strict=True)
        ]
        try:
            with self._store.begin() as tx:
                tx.execute(insert(users), rows)
                _require_owners(tx, {u.owner for u in new if u.owner})
        except IntegrityError:
            raise CasebookError("this username is taken", remedy="choose another; `hub user list` shows all") from None

    def list_users(self) -> list[Account]:
        with self._reads.connect() as tx:
            rows = tx.execute(select(users).order_by(users.c.username)).mappings()
            return [Account.of(row, self._today()) for row in rows]

    def account(self, username: str) -> Account | None:
        """The account of that name, or None."""
        with self._reads.connect() as tx:
            row = tx.execute(select(users).where(users.c.username == username)).mappings().first()
        return Account.of(row, self._today()) if row else None

    def user(self, username: str) -> User | None:
        """The user of that name with her scope of today; None if she is unknown or disabled, or an agent without owner."""
        with self._reads.connect() as tx:
            return self._user(tx, select(users).where(users.c.username == username))

    def add_area(self, username: str, area: UserArea) -> None:
        """Put an area into a user's scope, in force at once on its days; CasebookError, AccessError for a wrong one."""
        area.check()
        self._change_areas(username, lambda areas: [*(a for a in areas if a != area), area])

    def remove_area(self, username: str, code: str) -> None:
        """Take an area out of a user's scope at once, whatever its days. CasebookError if she does not have it."""

        def without(areas: list[UserArea]) -> list[UserArea]:
            if code not in {area.code for area in areas}:
                raise CasebookError("the user has no such area", remedy="`hub user list` shows all")
            return [area for area in areas if area.code != code]

        self._change_areas(username, without)

    def _change_areas(self, username: str, change: Callable[[list[UserArea]], list[UserArea]]) -> None:
        with self._store.begin() as tx:
            row = tx.execute(select(users.c.areas).where(users.c.username == username).with_for_update()).first()
            if row is None:
                raise CasebookError("there is no such user", remedy="`hub user list` shows all")
            areas = change([UserArea.of(area) for area in row.areas])
            tx.execute(update(users).where(users.c.username == username).values(areas=[area.stored for area in areas]))

    def _today(self) -> date:
        return self._now().astimezone(self._zone).date()

    def _user(self, tx: Connection, query: Select[Any]) -> User | None:
        """The user of the one row of `users` that the query selects, if she is not disabled."""
        row = tx.execute(query).mappings().first()
        if row is None or row["disabled"]:
            return None
        owner = row["owner"] and tx.execute(select(users).where(users.c.username == row["owner"])).mappings().first()
        return user_on(self._today(), row, owner or None)

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
        """The user of a bearer token with her scope of today; None if it is unknown or expired, or the user is disabled."""
        query = (
            select(users)
            .join(sessions, sessions.c.username == users.c.username)
            .where(sessions.c.token_hash == _sha256(token), sessions.c.expires_at > self._now())
        )
        with self._reads.connect() as tx:
            return self._user(tx, query)

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
        zone=ZoneInfo(settings.timezone),
    )


def _require_owners(tx: Connection, owners: Collection[str]) -> None:
    """Raise CasebookError unless each owner of an agent is a user and no agent."""
    people = select(users.c.username).where(users.c.username.in_(owners), users.c.role != AGENT)
    if {row.username for row in tx.execute(people)} != {*owners}:
        raise CasebookError("an agent's owner is a user who is no agent", remedy="`hub user list` shows all")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
