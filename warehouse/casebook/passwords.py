"""Hashes passwords with argon2id, and refuses weak ones.

Not here: storing the hashes (casebook.py).
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from os import cpu_count

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

SHORTEST = 10
CORES = cpu_count() or 1


class Passwords:
    """Hashes and verifies passwords, at most one per core at a time, because each takes 64 MiB of memory."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turns = threading.BoundedSemaphore(CORES)

    def hash_all(self, passwords: Iterable[str]) -> list[str]:
        """The argon2id hashes in the same order, computed on all cores."""
        with ThreadPoolExecutor(CORES) as pool:
            return list(pool.map(self._hasher.hash, passwords))

    def is_right(self, password_hash: str | None, password: str) -> bool:
        """True if the password is the hashed one. False without a hash, after the same time."""
        with self._turns:
            try:
                return self._hasher.verify(password_hash or self._dummy_hash, password) and password_hash is not None
            except VerifyMismatchError:
                return False

    @cached_property
    def _dummy_hash(self) -> str:
        return self._hasher.hash(secrets.token_hex())


def is_weak(username: str, password: str) -> bool:
    """True for a password that is short, has few different characters or contains the username (NIST SP 800-63B)."""
    return len(password) < SHORTEST or len(set(password)) < 5 or username.casefold() in password.casefold()
