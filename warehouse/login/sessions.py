"""Sessions: a bearer token opens one until it expires, idles out, or its user changes. A script's token is one with a name.

Tokens are stored as SHA-256. Whoever changes a user's role or credentials deletes her sessions in the same transaction
(casebook.py); her areas are those of the moment at each look-up. So a token never outlives the rights it was given for. Not
here: who may have one (logins.py).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, delete, insert, or_, select, update

from contracts.errors import AccessError
from warehouse.access.areas import area_prefix
from warehouse.access.policy import User
from warehouse.casebook.account_tables import second_factors, sessions, users
from warehouse.casebook.casebook import Casebook, end_sessions
from warehouse.casebook.database import CasebookError
from warehouse.login.throttle import LoginError, sha256

NOTED_EVERY = timedelta(minutes=1)  # a session's last use is written down no more often
TOKEN_PREFIX = "hub_"  # scanners for leaked secrets find it
LONGEST_NAME = 64
PASSWORD, SECOND_FACTOR = "password", "second_factor"
DUTIES: Final = (PASSWORD, SECOND_FACTOR)  # what a user may have to do before anything else


class NewSession(NamedTuple):
    """A bearer token, which is returned only once, and the time it expires (UTC)."""

    token: str
    expires_at: datetime


@dataclass(frozen=True)
class OpenSession:
    """The session that a bearer token opens. `duties` are what its user has to do first, of DUTIES."""

    id: str
    user: User
    is_script: bool
    read_only: bool
    is_sign_on: bool
    duties: tuple[str, ...]


class SessionRecord(NamedTuple):
    """A session in a list: times are UTC; only a script's token has a `name`; no `areas`: all of the user's."""

    id: str
    name: str | None
    read_only: bool
    areas: Sequence[str] | None
    address: str
    opened_at: datetime
    used_at: datetime
    expires_at: datetime


class Sessions:
    """The sessions in one casebook."""

    def __init__(self, casebook: Casebook) -> None:
        self._casebook, self._rules = casebook, casebook.rules

    def open(self, username: str, address: str, password_hash: str | None) -> NewSession:
        """Open a session of a user whose password, of this hash, was right; None: the provider of single sign-on knows her.

        LoginError if the account has changed meanwhile.
        """
        still = select(users.c.username).where(users.c.username == username, ~users.c.disabled)
        if password_hash is not None:
            still = still.where(users.c.password_hash == password_hash)
        token, hours = secrets.token_urlsafe(32), self._rules.session_hours
        return self._insert(username, token, hours, still, {"address": address, "is_sign_on": password_hash is None})

    def issue_token(
        self, maker: OpenSession, name: str, hours: int, *, read_only: bool, areas: Sequence[str] | None, address: str
    ) -> NewSession:
        """Make a token for a script, as wide as its user's rights or narrower; it ends with them.

        CasebookError for an empty or long name or too many hours; AccessError for an area that is not hers; LoginError if
        her own session has ended meanwhile.
        """
        if not name.strip() or len(name) > LONGEST_NAME:
            raise CasebookError(
                f"a token's name has 1 to {LONGEST_NAME} characters", where="name", remedy="name the script"
            )
        if not 1 <= hours <= self._rules.token_hours:
            raise CasebookError(
                f"a token lives 1 to {self._rules.token_hours} hours", where="hours", remedy="ask for fewer"
            )
        if areas is not None and (not areas or len(_within(areas, maker.user.areas)) < len(areas)):
            raise AccessError("a token's areas lie within your own", where="areas", remedy="see /v1/me")
        narrower = {"name": name, "read_only": read_only, "areas": areas and list(areas)}
        origin = {"address": address, "is_sign_on": maker.is_sign_on}
        still = select(sessions.c.id).where(sessions.c.id == maker.id)
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        return self._insert(maker.user.username, token, hours, still, narrower | origin)

    def find(self, token: str) -> OpenSession | None:
        """The session of a bearer token, its user with her scope of today; None if it is unknown, expired or idled out, or the
        user, or an agent's owner, is disabled."""
        now, mine = self._casebook.now(), sessions.c.token_hash == sha256(token)
        query = (
            select(
                sessions.c.id, sessions.c.name, sessions.c.read_only, sessions.c.areas.label("narrowed"),
                sessions.c.is_sign_on, sessions.c.used_at, users.c.username, users.c.role, users.c.areas, users.c.sources,
                users.c.owner, users.c.disabled, users.c.password_set_at, users.c.password_temporary,
                second_factors.c.confirmed_at,
            )
            .join(users, users.c.username == sessions.c.username)
            .outerjoin(second_factors, second_factors.c.username == sessions.c.username)
            .where(mine, self._alive(now))
        )  # fmt: skip
        with self._casebook.reads.connect() as tx:
            row = tx.execute(query).first()
            user = self._casebook.user_of(tx, row._mapping) if row else None
        if row is None or user is None:
            return None
        if now - row.used_at > NOTED_EVERY:
            with self._casebook.store.begin() as tx:
                tx.execute(update(sessions).where(mine).values(used_at=now))
        if row.narrowed is not None:
            user = replace(user, areas=tuple(_within(row.narrowed, user.areas)))
        duties = () if row.is_sign_on else self._duties(row, row.confirmed_at is not None)
        return OpenSession(row.id, user, row.name is not None, row.read_only, row.is_sign_on, duties)

    def of(self, username: str) -> list[SessionRecord]:
        """The user's sessions and tokens that are alive, the newest first."""
        columns = [sessions.c[name] for name in SessionRecord._fields]
        query = select(*columns).where(sessions.c.username == username, self._alive(self._casebook.now()))
        with self._casebook.reads.connect() as tx:
            return [SessionRecord._make(row) for row in tx.execute(query.order_by(sessions.c.opened_at.desc()))]

    def end(self, username: str, session_id: str) -> bool:
        """End one session or token of a user. False if she has no such one."""
        with self._casebook.store.begin() as tx:
            one = (sessions.c.username == username) & (sessions.c.id == session_id)
            return tx.execute(delete(sessions).where(one)).rowcount == 1

    def end_all(self, username: str, keep: str = "") -> int:
        """End every session and token of a user but the one whose id is `keep`; returns how many."""
        with self._casebook.store.begin() as tx:
            return end_sessions(tx, username, keep)

    def _insert(
        self, username: str, token: str, hours: int, still: Select[Any], more: Mapping[str, object]
    ) -> NewSession:
        """Add a row if `still` finds one, which nobody changes before this is written: a change ends every session there is."""
        now = self._casebook.now()
        expires_at = now + timedelta(hours=hours)
        row = {
            "token_hash": sha256(token), "id": secrets.token_hex(8), "username": username, "name": None,
            "read_only": False, "areas": None, "is_sign_on": False, "opened_at": now, "used_at": now,
            "expires_at": expires_at,
        }  # fmt: skip
        with self._casebook.store.begin() as tx:
            if tx.execute(still.with_for_update(read=True)).first() is None:
                raise LoginError("your account has changed meanwhile", remedy="log in again")
            tx.execute(delete(sessions).where(sessions.c.expires_at <= now))
            tx.execute(insert(sessions).values(row | dict(more)))
        return NewSession(token, expires_at)

    def _alive(self, now: datetime) -> ColumnElement[bool]:
        """Not expired, and used within the idle time; a script may sleep longer."""
        idle = timedelta(minutes=self._rules.session_idle_minutes)
        return and_(sessions.c.expires_at > now, or_(sessions.c.used_at > now - idle, sessions.c.name.is_not(None)))

    def _duties(self, user: Any, is_enrolled: bool) -> tuple[str, ...]:
        days = self._rules.password_days
        is_old = days > 0 and self._casebook.now() - user.password_set_at > timedelta(days=days)
        due = {
            PASSWORD: user.password_temporary or is_old,
            SECOND_FACTOR: user.role in self._rules.roles_with_second_factor and not is_enrolled,
        }
        return tuple(duty for duty in DUTIES if due[duty])


def _within(narrower: Iterable[str], areas: Iterable[str]) -> list[str]:
    """Those of `narrower` that lie in one of `areas`. AccessError for one that is no area code."""
    wide = [area_prefix(area) for area in areas]
    return [code for code in narrower if any(area_prefix(code).startswith(area) for area in wide)]
