"""Slows guessing and spraying down without locking anybody out: the wait before a next try grows with wrong ones.

Three counts, each over the wrong tries of a day that no success of the same name and source has cleared:

- of one source (a device or address) at one name: guessing. A device is known by the cookie it got when the name logged in
  from it (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"); only its own tries count against it.
- of one address at how many names: spraying. It does not touch known devices.
- of one name from how many addresses: guessing from many. It touches neither known devices nor known addresses.

The state is in the casebook, so that all processes of the API count together. Not here: checking the password (logins.py).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select, update

from contracts.errors import HubError
from warehouse.casebook.account_tables import known_sources, login_attempts
from warehouse.casebook.database import exclusive_lock
from warehouse.login.rules import LoginRules

TRY_MEMORY = timedelta(days=1)
DEVICE_MEMORY = timedelta(days=90)  # since the last login from a device or address
IPV6_NETWORK = 64  # bits: one subscriber has all addresses below


class LoginError(HubError):
    """The login failed; the error does not reveal why."""


class LoginPaused(LoginError):
    """Too many wrong tries: the next one counts after `seconds`."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__("too many wrong tries", remedy=f"wait {seconds} seconds")


@dataclass(frozen=True)
class Client:
    """The origin of a try: its network address, and the token by which a device of an earlier login is known."""

    address: str = "-"
    device: str = ""

    @property
    def address_source(self) -> str:
        """The address as it is counted: of IPv6 the network that one subscriber has."""
        try:
            address = ip_address(self.address)
        except ValueError:
            return f"address:{self.address[:64]}"
        if isinstance(address, IPv6Address):
            mapped = address.ipv4_mapped
            return f"address:{mapped or ip_network((address, IPV6_NETWORK), strict=False)}"
        return f"address:{address}"

    @property
    def device_source(self) -> str:
        return f"device:{sha256(self.device)}"


UNKNOWN = Client()


class Throttle:
    """The wrong tries of one casebook."""

    def __init__(self, store: Engine, rules: LoginRules, now: Callable[[], datetime]) -> None:
        self._store, self._rules, self._now = store, rules, now

    def begin(self, username: str, client: Client) -> None:
        """Count a try before it is checked, so that parallel ones at one name are all counted. LoginPaused if it has to wait."""
        now = self._now()
        with self._store.begin() as tx:
            exclusive_lock(tx, login_attempts)
            tx.execute(delete(login_attempts).where(login_attempts.c.at <= now - TRY_MEMORY))
            source = self._source(tx, username, client)
            wait = max(self._waits(tx, username, source, client))
            if wait > timedelta():
                raise LoginPaused(ceil(wait.total_seconds()))
            tx.execute(insert(login_attempts).values(who=sha256(username), source=source, is_wrong=False, at=now))

    def fail(self, username: str, client: Client) -> None:
        """The try was wrong. Only now it counts for the address and the name as a whole: a busy morning is no spraying."""
        with self._store.begin() as tx:
            mine = self._mine(username, self._source(tx, username, client))
            tx.execute(update(login_attempts).where(mine).values(is_wrong=True))

    def withdraw(self, username: str, client: Client) -> None:
        """Take back the newest try: it was neither right nor wrong."""
        with self._store.begin() as tx:
            mine = self._mine(username, self._source(tx, username, client)) & ~login_attempts.c.is_wrong
            newest = select(func.max(login_attempts.c.at)).where(mine).scalar_subquery()
            tx.execute(delete(login_attempts).where(mine, login_attempts.c.at == newest))

    def clear(self, username: str, client: Client) -> None:
        """Forget the wrong tries of a name from where it was right."""
        with self._store.begin() as tx:
            exclusive_lock(tx, login_attempts)
            tx.execute(delete(login_attempts).where(self._mine(username, self._source(tx, username, client))))

    def succeed(self, username: str, client: Client) -> str:
        """As `clear`, and know address and device from now on; returns the device's token, a new one of a new device."""
        self.clear(username, client)
        with self._store.begin() as tx:
            exclusive_lock(tx, known_sources)
            tx.execute(delete(known_sources).where(known_sources.c.used_at <= self._now() - DEVICE_MEMORY))
            is_known = client.device and self._knows(tx, known_sources.c.source == client.device_source)
            here = client if is_known else Client(client.address, secrets.token_urlsafe(32))
            for source in (here.address_source, here.device_source):
                row = {"username": username, "source": source}
                tx.execute(delete(known_sources).filter_by(**row))
                tx.execute(insert(known_sources).values(**row, used_at=self._now()))
        return here.device

    def forget(self, username: str) -> None:
        """Forget every wrong try at a name: an operator has given it a new password."""
        with self._store.begin() as tx:
            tx.execute(delete(login_attempts).where(login_attempts.c.who == sha256(username)))

    def _waits(self, tx: Connection, username: str, source: str, client: Client) -> Iterator[timedelta]:
        wrong = login_attempts.c.is_wrong
        yield self._wait(tx, func.count(), self._mine(username, source), self._rules.login_tries)
        if source == client.address_source:
            names = func.count(login_attempts.c.who.distinct())
            yield self._wait(tx, names, wrong & (login_attempts.c.source == source), self._rules.login_spread)
            if not self._is_known(tx, username, source):
                sources = func.count(login_attempts.c.source.distinct())
                who = login_attempts.c.who == sha256(username)
                yield self._wait(tx, sources, wrong & who, self._rules.login_spread)

    def _wait(self, tx: Connection, count: ColumnElement[int], where: ColumnElement[bool], free: int) -> timedelta:
        """The time until the next try that meets `where`: 1 s after the `free` ones, and twice as long after each."""
        wrong, last = tx.execute(select(count, func.max(login_attempts.c.at)).where(where)).one()
        if wrong < free:
            return timedelta()
        doubled = timedelta(seconds=2 ** min(wrong - free, 30))
        ends: datetime = last + min(doubled, timedelta(minutes=self._rules.login_wait_minutes))
        return ends - self._now()

    def _source(self, tx: Connection, username: str, client: Client) -> str:
        if client.device and self._is_known(tx, username, client.device_source):
            return client.device_source
        return client.address_source

    def _is_known(self, tx: Connection, username: str, source: str) -> bool:
        return self._knows(tx, (known_sources.c.username == username) & (known_sources.c.source == source))

    def _knows(self, tx: Connection, which: ColumnElement[bool]) -> bool:
        query = select(known_sources.c.source).where(which, known_sources.c.used_at > self._now() - DEVICE_MEMORY)
        return tx.execute(query.limit(1)).first() is not None

    def _mine(self, username: str, source: str) -> ColumnElement[bool]:
        return (login_attempts.c.who == sha256(username)) & (login_attempts.c.source == source)


def sha256(text: str) -> str:
    """64 hexadecimal characters: bearer tokens and the names that somebody typed are stored only so."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
