"""Second factors of users: enrolling, confirming, using a code once, recovery codes.

A secret is sealed with the vault's key and bound to its user; recovery codes are stored as SHA-256 of 80 random bits.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from contracts.errors import HubError
from warehouse.casebook.account_tables import recovery_codes, second_factors
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.database import CasebookError
from warehouse.lake.seal import BrokenSealError, Seal
from warehouse.login.throttle import sha256
from warehouse.login.totp import enrolment_uri, matching_step, new_secret

RECOVERY_CODES = 10
RECOVERY_BYTES = 10


@dataclass(frozen=True)
class Enrolment:
    """A new secret, shown once: in base32 to type, and as the address of a QR code."""

    secret: str
    uri: str


class SecondFactors:
    """The second factors in one casebook; `seal()` gives the seal of their secrets when one is needed."""

    def __init__(self, casebook: Casebook, seal: Callable[[], Seal]) -> None:
        self._casebook, self._seal = casebook, seal

    def is_enrolled(self, username: str) -> bool:
        """True if the user logs in with a code."""
        enrolled = select(second_factors.c.username).where(
            second_factors.c.username == username, second_factors.c.confirmed_at.is_not(None)
        )
        with self._casebook.reads.connect() as tx:
            return tx.execute(enrolled).first() is not None

    def enrol(self, username: str) -> Enrolment:
        """Begin: make a secret that counts once it is confirmed. CasebookError if the user has a second factor already."""
        if self.is_enrolled(username):
            raise CasebookError("there is a second factor already", remedy="remove it first")
        secret = new_secret()
        sealed = base64.b64encode(self._seal().close(_place(username), secret.encode())).decode("ascii")
        with self._casebook.store.begin() as tx:
            self._delete(tx, username)
            tx.execute(insert(second_factors).values(username=username, secret=sealed, confirmed_at=None, used_step=-1))
        return Enrolment(secret, enrolment_uri(secret, username))

    def confirm(self, username: str, code: str) -> list[str]:
        """Complete the enrolment with a first code; returns the recovery codes, shown once. CasebookError for a wrong code."""
        if self.is_enrolled(username) or not self._use_step(username, code):
            raise CasebookError(
                "this is no code of an enrolment that has begun", remedy="check the clock of the phone, or begin again"
            )
        return self._finish(username, self._casebook.now())

    def enrol_for(self, username: str) -> tuple[Enrolment, list[str]]:
        """Enrol a user as an operator does, who hands secret and recovery codes over; it counts at once."""
        self._casebook.account(username)
        self.remove(username)
        return self.enrol(username), self._finish(username, self._casebook.now())

    def accept(self, username: str, code: str) -> bool:
        """True if the code is a right one that was not used before, of the app or for recovery; now it is used."""
        recovery = sha256(code.replace("-", "").strip().upper())
        if self._use_step(username, code):
            return True
        mine = (recovery_codes.c.username == username) & (recovery_codes.c.code_hash == recovery)
        with self._casebook.store.begin() as tx:
            return tx.execute(delete(recovery_codes).where(mine)).rowcount == 1

    def remove(self, username: str) -> None:
        """Remove the second factor, if there is one."""
        with self._casebook.store.begin() as tx:
            self._delete(tx, username)

    def _use_step(self, username: str, code: str) -> bool:
        """Use up the code's time step and all before; of two that come with one code at once, one is accepted."""
        stored = self._secret(username)
        step = stored and matching_step(stored[0], code.replace(" ", ""), self._casebook.now(), after=stored[1])
        if not step:
            return False
        unused = (second_factors.c.username == username) & (second_factors.c.used_step < step)
        with self._casebook.store.begin() as tx:
            return tx.execute(update(second_factors).where(unused).values(used_step=step)).rowcount == 1

    def _secret(self, username: str) -> tuple[str, int] | None:
        """The secret and the last step used. HubError if it was sealed with another key."""
        query = select(second_factors.c.secret, second_factors.c.used_step)
        with self._casebook.reads.connect() as tx:
            row = tx.execute(query.where(second_factors.c.username == username)).first()
        if row is None:
            return None
        try:
            return self._seal().open(_place(username), base64.b64decode(row.secret)).decode("ascii"), row.used_step
        except BrokenSealError:
            raise HubError(
                "a second factor was sealed with another key",
                where="keys/vault.key",
                remedy="restore the key of this home, or enrol again: `hub user totp`",
            ) from None

    def _finish(self, username: str, at: datetime) -> list[str]:
        codes = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode("ascii") for _ in range(RECOVERY_CODES)]
        with self._casebook.store.begin() as tx:
            mine = second_factors.c.username == username
            tx.execute(update(second_factors).where(mine).values(confirmed_at=at))
            tx.execute(insert(recovery_codes), [{"username": username, "code_hash": sha256(code)} for code in codes])
        return ["-".join(code[i : i + 4] for i in range(0, len(code), 4)) for code in codes]

    def _delete(self, tx: Connection, username: str) -> None:
        for table in (recovery_codes, second_factors):
            tx.execute(delete(table).where(table.c.username == username))


def _place(username: str) -> bytes:
    return f"totp:{username}".encode()
