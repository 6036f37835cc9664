"""The casebook: users, and access to the append-only tables. SQLite (WAL), or PostgreSQL by URL.

It has the rows that no night can rebuild. Not here: logging in (login/), a user's rights (access/policy.py), validating new
users (accounts.py), an area's days (user_areas.py), append-only rows (append_only.py, decision_log.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, tzinfo
from typing import Self
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from warehouse.access.policy import User
from warehouse.casebook.account_tables import sessions, users
from warehouse.casebook.accounts import Account, NewUser, check_password, check_rights, check_user
from warehouse.casebook.append_only import AppendOnlyLog
from warehouse.casebook.database import CasebookError, open_database
from warehouse.casebook.passwords import Passwords
from warehouse.casebook.user_areas import AGENT, UserArea, user_on
from warehouse.casebook.working_days import WorkingCalendar
from warehouse.login.rules import LoginRules
from warehouse.settings import Settings

NO_SUCH_USER = CasebookError("there is no such user", remedy="`hub user list` shows all")


class Casebook:
    """An open casebook, safe to share between threads; `with` closes it. Tests pass another clock as `now`.

    `calendar()` gives the working days by which its terms are counted; `zone` says when a day begins on which an area ends.
    `store` is its database, `reads` the same for one query at a time.
    """

    def __init__(
        self,
        url: str,
        *,
        rules: LoginRules | None = None,
        now: Callable[[], datetime] | None = None,
        calendar: Callable[[], WorkingCalendar] = WorkingCalendar,
        zone: tzinfo = UTC,
    ) -> None:
        self.store = open_database(url)
        self.reads = self.store.execution_options(reads=True)
        self.rules, self.passwords = rules or LoginRules(), Passwords()
        self.now, self._zone = now or (lambda: datetime.now(UTC)), zone
        self.calendar = calendar
        self.ledger = AppendOnlyLog(self.store, self.now)

    def close(self) -> None:
        self.store.dispose()

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
            check_user(user, self.rules)
        hashes = self.passwords.hash_all(u.password for u in new)
        rows = [
            {
                "username": u.username,
                "password_hash": h,
                "role": u.role,
                "areas": list(u.areas),
                "sources": list(u.sources),
                "owner": u.owner,
                "disabled": False,
                "created_at": self.now(),
                "password_set_at": self.now(),
                "password_temporary": u.temporary,
            }
            for u, h in zip(new, hashes, strict=True)
        ]
        try:
            with self.store.begin() as tx:
                tx.execute(insert(users), rows)
                _require_owners(tx, {u.owner for u in new if u.owner})
        except IntegrityError:
            raise CasebookError("this username is taken", remedy="choose another; `hub user list` shows all") from None

    def list_users(self) -> list[Account]:
        with self.reads.connect() as tx:
            rows = tx.execute(select(users).order_by(users.c.username)).mappings()
            return [Account.of(row, self._today()) for row in rows]

    def account(self, username: str) -> Account:
        """One user's account. CasebookError if there is none."""
        with self.reads.connect() as tx:
            row = tx.execute(select(users).where(users.c.username == username)).mappings().first()
        if row is None:
            raise NO_SUCH_USER
        return Account.of(row, self._today())

    def user(self, username: str) -> User | None:
        """The user of that name with her scope of today; None if she is unknown or disabled, or an agent without owner."""
        with self.reads.connect() as tx:
            row = tx.execute(select(users).where(users.c.username == username)).mappings().first()
            return self.user_of(tx, row) if row else None

    def user_of(self, tx: Connection, row: RowMapping) -> User | None:
        """As `user`, of a row that has the columns of `users`."""
        if row["disabled"]:
            return None
        owners = select(users).where(users.c.username == row["owner"])
        owner = tx.execute(owners).mappings().first() if row["owner"] else None
        return user_on(self._today(), row, owner)

    def change_user(
        self,
        username: str,
        *,
        role: str | None = None,
        areas: Iterable[str] | None = None,
        sources: Iterable[str] | None = None,
    ) -> None:
        """Change the rights of a user. CasebookError and AccessError as `add_user`.

        `areas` are lasting and replace all she had, in force at her next request; another role or sources end every session.
        """
        with self.store.begin() as tx:
            row = self._locked(tx, username)
            new_role, new_sources = role or row["role"], list(row["sources"] if sources is None else sources)
            new_areas = row["areas"] if areas is None else list(areas)
            check_rights(username, new_role, () if areas is None else new_areas, new_sources, row["owner"])
            values = {"role": new_role, "areas": new_areas, "sources": new_sources}
            tx.execute(update(users).where(users.c.username == username).values(**values))
            if role is not None or sources is not None:
                end_sessions(tx, username)

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
        with self.store.begin() as tx:
            areas = change([UserArea.of(area) for area in self._locked(tx, username)["areas"]])
            tx.execute(update(users).where(users.c.username == username).values(areas=[area.stored for area in areas]))

    def _locked(self, tx: Connection, username: str) -> RowMapping:
        """The row of a user, which nobody else changes until the transaction ends. CasebookError if there is none."""
        row = tx.execute(select(users).where(users.c.username == username).with_for_update()).mappings().first()
        if row is None:
            raise NO_SUCH_USER
        return row

    def _today(self) -> date:
        return self.now().astimezone(self._zone).date()

    def set_password(self, username: str, password: str, *, temporary: bool = False, keep: str = "") -> None:
        """Set a new password, valid at once, and end every session of the user but the one whose id is `keep`."""
        check_password(username, password, self.rules)
        values = {"password_hash": self.passwords.hash_all([password])[0], "password_temporary": temporary}
        self._change(username, keep=keep, password_set_at=self.now(), **values)

    def disable(self, username: str) -> None:
        """Refuse further logins of a user and end every session of hers."""
        self._change(username, disabled=True)

    def _change(self, username: str, keep: str = "", **values: object) -> None:
        with self.store.begin() as tx:
            if tx.execute(update(users).where(users.c.username == username).values(**values)).rowcount == 0:
                raise NO_SUCH_USER
            end_sessions(tx, username, keep)


def open_casebook(settings: Settings) -> Casebook:
    """The deployment's casebook, made or migrated at first use."""
    return Casebook(
        settings.casebook,
        rules=settings,
        calendar=lambda: WorkingCalendar.load(settings.calendar),
        zone=ZoneInfo(settings.timezone),
    )


def end_sessions(tx: Connection, username: str, keep: str = "") -> int:
    """End every session and token of a user but the one whose id is `keep`; returns how many."""
    return tx.execute(delete(sessions).where(sessions.c.username == username, sessions.c.id != keep)).rowcount


def _require_owners(tx: Connection, owners: Collection[str]) -> None:
    """Raise CasebookError unless each owner of an agent is a user and no agent."""
    people = select(users.c.username).where(users.c.username.in_(owners), users.c.role != AGENT)
    if {row.username for row in tx.execute(people)} != {*owners}:
        raise CasebookError("an agent's owner is a user who is no agent", remedy="`hub user list` shows all")
