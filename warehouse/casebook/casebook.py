"""The casebook: users, and access to the append-only tables. SQLite (WAL), or PostgreSQL by URL.

It has the rows that no night can rebuild. Not here: logging in (login/), a user's rights (access/policy.py), validating new
users (accounts.py), append-only rows (append_only.py, decision_log.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Self

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from warehouse.casebook.account_tables import sessions, users
from warehouse.casebook.accounts import Account, NewUser, check_password, check_rights, check_user
from warehouse.casebook.append_only import AppendOnlyLog
from warehouse.casebook.database import CasebookError, open_database
from warehouse.casebook.passwords import Passwords
from warehouse.casebook.working_days import WorkingCalendar
from warehouse.login.rules import LoginRules
from warehouse.settings import Settings

NO_SUCH_USER = CasebookError("there is no such user", remedy="`hub user list` shows all")


class Casebook:
    """An open casebook, safe to share between threads; `with` closes it. Tests pass another clock as `now`.

    `calendar()` gives the working days by which its terms are counted. `store` is its database, `reads` the same for one
    query at a time.
    """

    def __init__(
        self,
        url: str,
        *,
        rules: LoginRules | None = None,
        now: Callable[[], datetime] | None = None,
        calendar: Callable[[], WorkingCalendar] = WorkingCalendar,
    ) -> None:
        self.store = open_database(url)
        self.reads = self.store.execution_options(reads=True)
        self.rules, self.passwords = rules or LoginRules(), Passwords()
        self.now = now or (lambda: datetime.now(UTC))
        self.calendar = calendar
        self.ledger = AppendOnlyLog(self.store, self.now)

    def close(self) -> None:
        self.store.dispose()

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
            check_user(user, self.rules)
        hashes = self.passwords.hash_all(u.password for u in new)
        rows = [
            {
                "username": u.username,
                "password_hash": h,
                "role": u.role,
                "areas": list(u.areas),
                "sources": list(u.sources),
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
        except IntegrityError:
            raise CasebookError("this username is taken", remedy="choose another; `hub user list` shows all") from None

    def list_users(self) -> list[Account]:
        with self.reads.connect() as tx:
            rows = tx.execute(select(users).order_by(users.c.username))
            return [
                Account(r.username, r.role, tuple(r.areas), tuple(r.sources), r.disabled, r.created_at) for r in rows
            ]

    def account(self, username: str) -> Account:
        """One user's account. CasebookError if there is none."""
        found = [account for account in self.list_users() if account.username == username]
        if not found:
            raise NO_SUCH_USER
        return found[0]

    def change_user(
        self,
        username: str,
        *,
        role: str | None = None,
        areas: Iterable[str] | None = None,
        sources: Iterable[str] | None = None,
    ) -> None:
        """Change the rights of a user, and end every session of hers. CasebookError and AccessError as `add_user`."""
        account = self.account(username)
        new_role, new_areas = role or account.role, list(account.areas if areas is None else areas)
        new_sources = list(account.sources if sources is None else sources)
        check_rights(username, new_role, new_areas, new_sources)
        self._change(username, role=new_role, areas=new_areas, sources=new_sources)

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
            tx.execute(delete(sessions).where(sessions.c.username == username, sessions.c.id != keep))


def open_casebook(settings: Settings) -> Casebook:
    """The deployment's casebook, made or migrated at first use."""
    return Casebook(settings.casebook, rules=settings, calendar=lambda: WorkingCalendar.load(settings.calendar))
