"""Hashes passwords with argon2id, and says what is wrong with weak ones.

Not here: storing the hashes (casebook.py), the limits (login/rules.py).
"""

from __future__ import annotations

import csv
import re
import secrets
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, cached_property
from os import cpu_count
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from warehouse.login.rules import LoginRules

CORES = cpu_count() or 1
COMMON = Path(__file__).with_name("common_passwords.csv")
FEWEST_DIFFERENT = 5
KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
LOOKS_LIKE = str.maketrans("@4301!|$57", "aaeoiilsst")


class Passwords:
    """Hashes and verifies passwords, at most one per core at a time, because each takes 64 MiB of memory."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turns = threading.BoundedSemaphore(CORES)

    def hash_all(self, passwords: Iterable[str]) -> list[str]:
        """The argon2id hashes in the same order, computed on all cores."""
        with ThreadPoolExecutor(CORES) as pool:
            return list(pool.map(self._hasher.hash, passwords))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits until a core is free for one call of `is_right`."""
        with self._turns:
            yield

    def is_right(self, password_hash: str | None, password: str) -> bool:
        """True if the password is the hashed one. False without a hash, after the same time. Callers hold a `turn`."""
        try:
            return self._hasher.verify(password_hash or self._dummy_hash, password) and password_hash is not None
        except VerifyMismatchError:
            return False

    @cached_property
    def _dummy_hash(self) -> str:
        return self._hasher.hash(secrets.token_hex())


def weakness(username: str, password: str, rules: LoginRules) -> str:
    """The reason why a password is too weak, as something to do; empty for a good one.

    Length, kinds of characters (GB/T 22239-2019 8.1.4.1), no username, nothing common (NIST SP 800-63B 3.1.1.2).
    """
    if len(password) < rules.password_length:
        return f"take at least {rules.password_length} characters"
    if sum(bool(re.search(kind, password)) for kind in KINDS) < rules.password_kinds:
        return f"take at least {rules.password_kinds} of small letters, capitals, digits and other characters"
    if len(set(password)) < FEWEST_DIFFERENT:
        return f"take at least {FEWEST_DIFFERENT} different characters"
    if username.casefold() in password.casefold():
        return "leave the username out"
    if _cores(password) & _common():
        return "take one that is not among the most common"
    return ""


def _cores(password: str) -> set[str]:
    """The words that a common password is made of: letters alone, letters with the signs put for some, digits alone.

    `P@ssw0rd2026!` → `password`, `1qaz@WSX3edc` → `qazwsxedc`, `Test-test-1` → `test`.
    """
    lower = password.casefold()
    inside = re.sub(r"^((?![@$])[\W\d_])+|[\W\d_]+$", "", lower)
    words = {re.sub(r"[\W\d_]", "", text) for text in (lower, inside.translate(LOOKS_LIKE))}
    words = words - {""} or {re.sub(r"\D", "", lower)}
    return {repeated[1] if (repeated := re.fullmatch(r"(.+?)\1+", word)) else word for word in words}


@cache
def _common() -> frozenset[str]:
    with COMMON.open(encoding="utf-8", newline="") as file:
        return frozenset(row["core"] for row in csv.DictReader(file))
