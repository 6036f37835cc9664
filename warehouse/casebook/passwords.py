"""Passwords as argon2id hashes, and which passwords are too weak.

Not here: whose they are (casebook.py).
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
    """Hashes and verifies, at most one per core at a time: each takes 64 MiB, a flood of logins would take them all."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turns = threading.BoundedSemaphore(CORES)

    def hash_all(self, passwords: Iterable[str]) -> list[str]:
        """argon2id hashes in the same order, all cores at work."""
        with ThreadPoolExecutor(CORES) as pool:
            return list(pool.map(self._hasher.hash, passwords))

    def right(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the hashed one; without a hash false, after the same time."""
        with self._turns:
            try:
                return self._hasher.verify(password_hash or self._nobody, password) and password_hash is not None
            except VerifyMismatchError:
                return False

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash(secrets.token_hex())


def is_weak(username: str, password: str) -> bool:
    """Length before complexity (NIST SP 800-63B), and neither one key held down nor the username."""
    return len(password) < SHORTEST or len(set(password)) < 5 or username.casefold() in password.casefold()
